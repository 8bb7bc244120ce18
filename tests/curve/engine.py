"""A DynamoDB whose queries cost what they return: dynalite (LevelDB), a child process on loopback.

moto and ministack look at every item for each query: on them no question is flat, whatever its index.
"""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from passerelle.adapters.entries import Item
from passerelle.local.cloud.clients import Cloud, local

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".build" / "dynalite" / "node_modules" / "dynalite" / "cli.js"
_READY_WITHIN = 20.0  # seconds
_AT_REST = 0.02  # seconds of CPU in a second


@dataclass(frozen=True, slots=True)
class Engine:
    """The engine while it runs."""

    cloud: Cloud
    process: int

    def spent(self) -> float:
        """Return the seconds of CPU that this process and the engine have taken: what others do plays no part in it."""
        lines = [path.read_text() for path in Path(f"/proc/{self.process}/task").glob("*/schedstat")]
        return time.process_time() + sum(int(line.split()[0]) for line in lines) / 1e9

    def rest(self) -> None:
        """Wait until the engine has put away what was written."""
        before, now = -1.0, self.spent()
        while now - before > _AT_REST:
            time.sleep(1)
            before, now = now, self.spent()


def fill(folder: Path, table: str, items: Iterable[Item]) -> None:
    """Put items into the files of an engine that does not run, as it would have done; a hundred times faster."""
    command = [_node(), str(Path(__file__).with_name("load.cjs")), str(PROGRAM.parent / "db"), str(folder), table]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        for item in items:
            process.stdin.write(json.dumps(item) + "\n")
        process.stdin.close()
        if process.wait() != 0:
            message = "the items were not loaded"
            raise RuntimeError(message)


@contextmanager
def running(folder: Path) -> Iterator[Engine]:
    """Run the engine on files in a folder."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [_node(), str(PROGRAM), "--host", "127.0.0.1", "--port", str(port), "--path", str(folder)]
    process = subprocess.Popen([*command, "--createTableMs", "0"], stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        yield Engine(local(f"http://127.0.0.1:{port}"), process.pid)
    finally:
        process.terminate()
        process.wait(10)


def _node() -> str:
    node = shutil.which("node")
    if node is None or not PROGRAM.exists():
        message = "dynalite is not there: make curve installs it (needs npm)"
        raise FileNotFoundError(message)
    return node


def _wait(port: int) -> None:
    until = time.monotonic() + _READY_WITHIN
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    message = "dynalite does not answer"
    raise TimeoutError(message)
