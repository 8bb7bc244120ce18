"""No identity of a mail is written anywhere but in mails; and where one is, it is found."""

import re
import subprocess
import sys

import pytest

from tests.adapters import clouds

pytestmark = pytest.mark.slow

ROW = re.compile(r"^(.{52})\s*([\d,]+)\s+([\d,]+)\s+(\d+)$", re.MULTILINE)


def searched(*arguments: str) -> tuple[int, dict[str, tuple[int, int]], str]:
    """Run the canary in a process of its own: its exit code, bytes and hits of each place, and all that it says."""
    command = [sys.executable, "-m", "tests.canary", "--without-demo", *arguments]
    ended = subprocess.run(command, cwd=clouds.ROOT, capture_output=True, text=True, check=False, timeout=300)
    rows = {row[1].strip(): (int(row[3].replace(",", "")), int(row[4])) for row in ROW.finditer(ended.stdout)}
    return ended.returncode, rows, ended.stdout + ended.stderr


def test_no_identity_of_a_mail_is_written_elsewhere() -> None:
    """Some of each kind of path; `make canary` takes them all."""
    code, rows, told = searched("--part", "120")
    assert code == 0, told
    empty = {place for place, (size, _) in rows.items() if not size}
    assert empty <= {"files left on disk"}, told


def test_a_leak_in_any_place_is_found() -> None:
    code, rows, told = searched("--plant")
    assert code == 1
    missed = {place for place, (_, hits) in rows.items() if not hits}
    assert missed == {"reading receipts to MSSanté: his own mail back"}, told
