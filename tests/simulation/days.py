"""Virtual days: a clock that jumps from one happening to the next, and queues that keep what SQS promises, no more."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from tests.fakes import FakeClock, Killed

VISIBILITY = {"accept": 360, "translate": 720, "deliver": 4680, "acknowledge": 360}
"""Seconds until a message whose handling failed comes again: template.yaml."""

MOST_RECEIVES = 8
DEEPEST = 3
"""How many invocations may stand still while others go on."""


@dataclass(slots=True)
class Wake:
    """A message of a queue."""

    verb: str
    name: str
    receives: int = 0


@dataclass(slots=True)
class Days:
    """Time, and what is to happen in it; the same seed happens the same way."""

    random: Random
    clock: FakeClock
    handle: Callable[[str, str], None] = lambda _verb, _name: None
    twice: float = 0.0  # chance that a queue hands a message out twice
    dead: list[Wake] = field(default_factory=list)
    handling: list[Wake] = field(default_factory=list)
    _heap: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _happenings: int = 0

    def after(self, seconds: float, happening: Callable[[], None]) -> None:
        """Let something happen after so many seconds."""
        self._happenings += 1
        heapq.heappush(self._heap, (self.clock.now + timedelta(seconds=seconds), self._happenings, happening))

    def wake(self, verb: str, name: str) -> None:
        """Put a message into a queue; it comes after a moment, out of order, and now and then twice."""
        for _ in range(1 + (self.random.random() < self.twice)):
            message = Wake(verb, name)
            self.after(self.random.random() * 3, lambda message=message: self._receive(message))  # type: ignore[misc]

    def until(self, end: datetime) -> None:
        """Let everything happen that is due until then."""
        while self._heap and self._heap[0][0] <= end:
            at, _, happening = heapq.heappop(self._heap)
            self.clock.now = max(self.clock.now, at)
            happening()
        self.clock.now = max(self.clock.now, end)

    @property
    def idle(self) -> bool:
        """Return whether nothing more is to happen."""
        return not self._heap

    def stand_still(self, seconds: float) -> None:
        """Let an invocation stand still, as a frozen process does, while the others go on."""
        if len(self.handling) <= DEEPEST:
            self.until(self.clock.now + timedelta(seconds=seconds))

    def again(self) -> None:
        """Hand the message that is being handled out a second time, at this very moment."""
        if self.handling and len(self.handling) <= DEEPEST:
            message = Wake(self.handling[-1].verb, self.handling[-1].name)
            self._receive(message) if message.verb in VISIBILITY else self.strike(message.verb)

    def strike(self, verb: str) -> None:
        """Run a verb that the clock wakes: what fails is not tried again, for the clock strikes again."""
        self.handling.append(Wake(verb, ""))
        try:
            self.handle(verb, "")
        except (Exception, Killed):  # noqa: BLE001, S110 - the next minute comes anyway
            pass
        finally:
            self.handling.pop()

    def _receive(self, message: Wake) -> None:
        message.receives += 1
        self.handling.append(message)
        try:
            self.handle(message.verb, message.name)
        except (Exception, Killed):  # noqa: BLE001 - a queue hands out again whatever was not done
            if message.receives >= MOST_RECEIVES:
                self.dead.append(message)
            else:
                self.after(VISIBILITY[message.verb], lambda: self._receive(message))
        finally:
            self.handling.pop()
