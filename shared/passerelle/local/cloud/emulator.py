"""The local cloud: ministack, a child process that listens on loopback only and dies with its parent's work.

It is for demonstration, tests and development, never for real mail: a kill -9 loses what it holds.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from passerelle.local.cloud.clients import REGION
from passerelle.local.trouble import SetupError

_READY_WITHIN = 30.0  # seconds; 0.5 is usual, a cold disk takes several
_STOP_WITHIN = 8.0
_LOOPBACK = "127.0.0.1"


def executable(root: Path) -> Path:
    """Return ministack's command, from an environment whose Python is ours: it runs the layer built for this one."""
    named = os.environ.get("PASSERELLE_MINISTACK")
    homes = [Path(named)] if named else sorted(root.glob(".ministack*"))
    for home in homes:
        command = home / "bin" / "ministack"
        if command.exists() and _python(home) == sys.version_info[:2]:
            return command
    raise SetupError("setup.ministack", version=".".join(map(str, sys.version_info[:2])))


@contextmanager
def running(command: Path, folder: Path, port: int = 0) -> Iterator[str]:
    """Run the emulator and yield its address; everything it wrote or started is gone afterwards."""
    port = port or _free_port()
    if _answers(port):
        raise SetupError("setup.port", port=port)
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "ministack.log"
    with log.open("wb") as journal:
        process = subprocess.Popen(
            [command],
            env=_environment(folder, port),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=journal,
            stderr=journal,
            start_new_session=True,  # its own group: one signal ends it with all its workers
        )
    try:
        _wait(process, port, log)
        yield f"http://{_LOOPBACK}:{port}"
    finally:
        _stop(process)
        shutil.rmtree(folder / "tmp", ignore_errors=True)


def _environment(folder: Path, port: int) -> dict[str, str]:
    """Return the whole environment: nothing of the user's own (AWS, proxies, PYTHONPATH) comes in."""
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "TMPDIR": str(temporary),
        "AUTH": "true",  # else it checks no signature and no policy
        "BIND_HOST": _LOOPBACK,  # its default is every interface
        "IOT_MTLS_ENABLED": "0",  # else it opens 8883 on every interface
        "DOCKER_HOST": f"unix://{folder}/none",  # containers of this machine are no business of ours
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": _LOOPBACK,
        "MINISTACK_REGION": REGION,
        "LOG_LEVEL": "WARNING",
    }


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with suppress(urllib.error.URLError, OSError):
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
                f"http://{_LOOPBACK}:{port}/_ministack/health", timeout=2
            ).close()
            return
        time.sleep(0.05)
    raise SetupError("setup.emulator", log=log)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the emulator and its workers: politely first."""
    for wish in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, wish)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_WITHIN)
    with suppress(ProcessLookupError):  # workers that outlived their parent
        os.killpg(process.pid, signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((_LOOPBACK, port)) == 0


def _python(home: Path) -> tuple[int, int] | None:
    """Return the Python version of a virtual environment."""
    with suppress(OSError, ValueError):
        for line in (home / "pyvenv.cfg").read_text().splitlines():
            name, _, value = line.partition("=")
            if name.strip() in {"version", "version_info"}:
                major, minor, *_ = value.strip().split(".")
                return int(major), int(minor)
    return None
