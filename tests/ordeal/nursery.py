"""Keeps workers alive, and kills them: one process without threads, from which each worker is forked, warm.

It obeys lines on its standard input: `kill PID` (a worker of its own), `kill any`; at the end of the input it kills
all, and prints how many of them it has killed before.
"""

import json
import os
import random
import select
import signal
import sys
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.ordeal import workers
from tests.ordeal.workers import FastClock, Worker

_LOOK = 0.05
DOMAIN = "ordeal.example"


@dataclass(slots=True)
class Nursery:
    """The workers by their process ids; the first of them sweeps."""

    clock: FastClock
    random: random.Random
    roles: dict[int, str] = field(default_factory=dict)
    killed: int = 0
    fallen: list[int] = field(default_factory=list)  # exits that nobody wished

    def keep(self, roles: list[str]) -> None:
        """Run until nobody says anything any more."""
        for role in roles:
            self._start(role)
        rest = b""
        while True:
            if select.select([0], [], [], _LOOK)[0]:
                said = os.read(0, 4096)
                if not said:
                    break
                *lines, rest = (rest + said).split(b"\n")
                for line in lines:
                    self._obey(line.decode().split()[1])
            self._bury()
        for pid in self.roles:
            os.kill(pid, signal.SIGKILL)

    def _obey(self, whom: str) -> None:
        pid = self.random.choice(list(self.roles)) if whom == "any" else int(whom)
        if pid not in self.roles:
            return
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        self.killed += 1
        self._start(self.roles.pop(pid))

    def _bury(self) -> None:
        """Replace a worker that has ended by itself: that is a finding."""
        for pid, role in list(self.roles.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self.fallen.append(status)
                del self.roles[pid]
                self._start(role)

    def _start(self, role: str) -> None:
        mother = os.getpid()
        pid = os.fork()
        if pid:
            self.roles[pid] = role
            return
        os.dup2(2, 1)  # what the telemetry prints is no answer of ours
        worker = Worker(self.clock, f"pid{os.getpid()}.{DOMAIN}")
        work = worker.sweep if role == "sweep" else worker.work
        try:
            work(partial(_has, mother))
        finally:
            os._exit(0)


def _has(mother: int) -> bool:
    return os.getppid() == mother


def main(orders: dict[str, Any]) -> None:
    """Warm up, keep the workers, and say what became of them."""
    workers.warm()
    sys.stdout.write("warm\n")
    sys.stdout.flush()
    chance = random.Random(orders["seed"])  # noqa: S311 - a seed is the point
    nursery = Nursery(FastClock(orders["since"], orders["scale"]), chance)
    nursery.keep(["sweep", *["work"] * orders["workers"]])
    sys.stdout.write(json.dumps({"killed": nursery.killed, "fallen": nursery.fallen}) + "\n")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
