"""A daemon of a Debian package in a folder of its own: found, started in the foreground, waited for, ended."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from passerelle.steps.ports import Identity

_PATIENCE = 30.0
_LOOK = 0.1


@dataclass(frozen=True)
class Daemon:
    """A program, the package that holds it, and whether only root can start it."""

    program: str
    package: str
    root: bool = True

    @property
    def path(self) -> str | None:
        """Return where the program is."""
        return shutil.which(self.program, path=f"{os.environ.get('PATH', '')}:/usr/sbin")

    def missing(self) -> str:
        """Return what is missing to run it, and how to get it; empty where nothing is."""
        if not self.path:
            return f"{self.program} is not installed (apt-get install {self.package})"
        return "only root can start it" if self.root and os.geteuid() else ""

    @contextmanager
    def running(
        self, arguments: Sequence[str], answers: Callable[[], bool], log: Path, stop: Sequence[str] = ()
    ) -> Iterator[None]:
        """Run it until the caller is done, and end it: by arguments of its own, or by SIGTERM."""
        process = subprocess.Popen([str(self.path), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._wait(answers, log)
            yield
        finally:
            if stop:
                subprocess.run([str(self.path), *stop], capture_output=True, check=False)
            else:
                process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()

    def _wait(self, answers: Callable[[], bool], log: Path) -> None:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            if answers():
                return
            time.sleep(_LOOK)
        msg = f"{self.program} does not answer: {log.read_text() if log.exists() else 'no log'}"
        raise RuntimeError(msg)


def free_port() -> int:
    """Return a port of loopback that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def greets(port: int, greeting: bytes) -> bool:
    """Return whether somebody says a greeting on a port."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as talk:
        return talk.recv(len(greeting)) == greeting
    return False


def furnish(folder: Path, server: Identity, anchors: bytes) -> None:
    """Put a server's certificate and the anchors of its clients into its folder."""
    folder.chmod(0o755)  # its processes are not root: they must get there
    (folder / "server.pem").write_bytes(server.key + server.chain)
    (folder / "anchors.pem").write_bytes(anchors)
