"""A queue in memory."""

from collections import deque

from tests.fakes.demands import demand


class FakeQueue:
    """Wake-ups, first in first out."""

    def __init__(self) -> None:
        self.wakes: deque[tuple[str, str]] = deque()
        self.groups: dict[str, str] = {}

    def wake(self, verb: str, name: str, group: str = "") -> None:
        self.groups[name] = group
        demand(verb in {"accept", "translate", "deliver", "acknowledge"}, verb)
        self.wakes.append((verb, name))
