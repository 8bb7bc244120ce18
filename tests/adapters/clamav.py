"""A real clamd in a folder, on a socket, with signatures of our own. Needs the package clamav-daemon."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from passerelle.adapters.scanner import ClamdScanner
from passerelle.core.errors import UnavailableError

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
    """Return what is missing to run one; empty where nothing is."""
    return "" if _clamd() else "the package clamav-daemon is not installed"


def _clamd() -> str | None:
    return shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def running(folder: Path) -> Iterator[PurePosixPath]:
    """Run a clamd that knows VIRUS; the path of its socket."""
    (folder / "db").mkdir()
    (folder / "db" / "own.ndb").write_text(f"Passerelle.Essai-1:0:*:{VIRUS.hex()}\n")
    conf = folder / "clamd.conf"
    conf.write_text(_CONF.format(folder=folder, user="root" if os.geteuid() == 0 else os.environ.get("USER", "root")))
    process = subprocess.Popen(
        [str(_clamd()), "--config-file", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    path = PurePosixPath(folder / "clamd.ctl")
    try:
        _wait(path, folder)
        yield path
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def _wait(path: PurePosixPath, folder: Path) -> None:
    for _ in range(200):
        with suppress(UnavailableError):
            ClamdScanner(path, 2).scan(b"")
            return
        time.sleep(0.1)
    log = folder / "clamd.log"
    msg = f"clamd does not answer: {log.read_text() if log.exists() else 'no log'}"
    raise RuntimeError(msg)
