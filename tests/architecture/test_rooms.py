"""Who may import whom: the contracts of pyproject.toml hold, and each catches a fault that is planted."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLANTED = {
    "core imports a step": ("core/policy.py", "import passerelle.steps.ports", "Rooms"),
    "a step imports an adapter": ("steps/accept.py", "import passerelle.adapters.mailroom", "Rooms"),
    "an adapter imports local": ("adapters/queue.py", "import passerelle.local.towns.town", "Rooms"),
    "a new room": ("lobby/__init__.py", "", "Rooms"),
    "errors import message": ("core/errors.py", "import passerelle.core.message", "Core:"),
    "documents import mail": ("core/documents/pdf.py", "import passerelle.core.mail.mime", "Core:"),
    "a new module in core": ("core/lobby.py", "", "Core:"),
    "one network knows the other": ("core/networks/apicrypt.py", "import passerelle.core.networks.mssante", "Networks"),
    "one step calls another": ("steps/accept.py", "import passerelle.steps.translate", "Steps"),
    "a step talks to AWS": ("steps/accept.py", "import boto3", "boto3"),
    "core reads the environment": ("core/policy.py", "import os", "boto3"),
    "an adapter reads XML": ("adapters/queue.py", "import lxml", "lxml"),
    "a document is signed in its room": ("core/documents/pdf.py", "import cryptography", "cryptography"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(folder / "shared"), "PYTHONUTF8": "1", "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_every_import_goes_the_allowed_way() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_import_is_caught(fault: str, tmp_path: Path) -> None:
    module, line, contract = PLANTED[fault]
    shutil.copytree(ROOT / "shared", tmp_path / "shared", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / "shared/passerelle" / module
    path.parent.mkdir(exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{before}\n{line}\n", encoding="utf-8")
    result = lint(tmp_path)
    assert result.returncode == 1
    broken = [row for row in result.stdout.splitlines() if row.rstrip().endswith("BROKEN")]
    assert any(row.startswith(contract) for row in broken), result.stdout
