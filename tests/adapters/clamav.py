"""A real clamd in a folder, on a socket, with signatures of our own. Needs the package clamav-daemon."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path, PurePosixPath

from passerelle.adapters.scanner import ClamdScanner
from passerelle.core.errors import UnavailableError
from tests.adapters.daemon import Daemon

_CLAMD = Daemon("clamd", "clamav-daemon", root=False)

VIRUS = b"CECI-EST-UN-VIRUS-D-ESSAI-DE-PASSERELLE"
NAME = "Passerelle.Essai-1.UNOFFICIAL"

_CONF = """
Foreground yes
LocalSocket {folder}/clamd.ctl
DatabaseDirectory {folder}/db
OfficialDatabaseOnly no
StreamMaxLength 1M
MaxThreads 4
LogFile {folder}/clamd.log
User {user}
"""


def missing() -> str:
    """Return what is missing to run one, and how to get it; empty where nothing is."""
    return _CLAMD.missing()


@contextmanager
def running(folder: Path) -> Iterator[PurePosixPath]:
    """Run a clamd that knows VIRUS; the path of its socket."""
    (folder / "db").mkdir()
    (folder / "db" / "own.ndb").write_text(f"Passerelle.Essai-1:0:*:{VIRUS.hex()}\n")
    conf = folder / "clamd.conf"
    conf.write_text(_CONF.format(folder=folder, user="root" if os.geteuid() == 0 else os.environ.get("USER", "root")))
    path = PurePosixPath(folder / "clamd.ctl")
    with _CLAMD.running(["--config-file", str(conf)], partial(_scans, path), folder / "clamd.log"):
        yield path


def _scans(path: PurePosixPath) -> bool:
    with suppress(UnavailableError):
        return bool(ClamdScanner(path, 2).scan(b""))
    return False
