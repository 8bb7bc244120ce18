"""Run the heaviest mails, each in a process of its own under limits: make heavy. At most 10 s of CPU and 1.2 GB.

What is measured is the whole path of a mail (open → read → judge → write → close), from its bytes to the frozen bytes
that go out; making the mail, and importing the bridge, are not.
"""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tests.attacks import bridge, weights, weights_many
from tests.attacks.bulk import LARGEST
from tests.attacks.registry import Door
from tests.attacks.weights import Weight

WEIGHTS = (*weights.WEIGHTS, *weights_many.WEIGHTS)
MOST_CPU = 10.0
MOST_MEMORY = 1_200_000_000
_KILLED_AFTER = 60  # seconds of CPU
_ADDRESSES = 4 << 30  # bytes: libraries are mapped, not used
_ROOT = Path(__file__).resolve().parents[2]


class Measure(NamedTuple):
    """What a mail cost."""

    verdict: str
    cpu: float
    memory: int

    @property
    def within(self) -> bool:
        """Tell whether it stayed within the limits, and came to an end that is none of a bug."""
        return self.cpu <= MOST_CPU and self.memory <= MOST_MEMORY and "fault" not in self.verdict


def measure(weight: Weight) -> Measure:
    """Make a mail, and run it through the bridge in a process of its own."""
    mail = weight.build()
    if len(mail) > LARGEST:
        return Measure(f"NOT RUN: {len(mail)} bytes", _KILLED_AFTER, 0)
    with tempfile.NamedTemporaryFile() as file:
        file.write(mail)
        file.flush()
        command = [sys.executable, "-m", "tests.attacks.heavy", "--one", weight.door.value, file.name]
        path = os.pathsep.join((str(_ROOT), str(_ROOT / "shared")))
        done = subprocess.run(
            command, cwd=_ROOT, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=False
        )
    if done.returncode:
        return Measure(f"KILLED {done.returncode}: {done.stderr[-200:]}", _KILLED_AFTER, 0)
    return Measure(*json.loads(done.stdout))


def _one(door: str, path: str) -> None:
    """Run the mail of a file and print what it cost."""
    resource.setrlimit(resource.RLIMIT_CPU, (_KILLED_AFTER, _KILLED_AFTER))
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))
    bridge.run(Door.MSSANTE, b"From: a@b.example\r\n\r\nx")  # whatever is loaded late
    mail, way = Path(path).read_bytes(), Door(door)
    if way is Door.SIGNED:  # here, for the keys are of this process
        mail, way = bridge.signed_by_doctor(mail), Door.APICRYPT
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # VmHWM begins anew: proc(5)
    before = _cpu()
    outcome = bridge.run(way, mail)
    cost = _cpu() - before
    print(json.dumps([outcome.verdict, cost, _memory()]))  # noqa: T201 - read by `measure`


def _cpu() -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def _memory() -> int:
    """Return the most that this program has had in memory; getrusage counts what the parent had before exec."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) * 1024  # type: ignore[index]


def main() -> int:
    """Print a line for each mail, the worst last; return how many are beyond the limits."""
    if "--one" in sys.argv:
        _one(*sys.argv[-2:])
        return 0
    wanted = [weight for weight in WEIGHTS if all(word in weight.name for word in sys.argv[1:])]
    found = {}
    for weight in wanted:
        cost = found[weight.name] = measure(weight)
        good = "ok " if cost.within else "BAD"
        print(f"{good} {cost.cpu:6.2f} s {cost.memory >> 20:5d} MB  {weight.name:52} {cost.verdict}", flush=True)  # noqa: T201 - for people
    slowest, largest = max(found, key=lambda name: found[name].cpu), max(found, key=lambda name: found[name].memory)
    print(f"\nWorst: {found[slowest].cpu:.2f} s ({slowest}), {found[largest].memory >> 20} MB ({largest}).")  # noqa: T201 - same
    return sum(not cost.within for cost in found.values())


if __name__ == "__main__":
    sys.exit(min(main(), 1))
