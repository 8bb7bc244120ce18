"""Numbers as the widths of bars, of a thousand; the picture and its table are one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from passerelle.core.receipts.lifecycle import State
from passerelle.steps.audit.ports import Tally

WHOLE = 1000
_MOST_CAUSES = 10

KINDS: Mapping[State, str] = MappingProxyType(
    {
        State.ACCEPTED: "arrived",
        State.RECEIPTED: "arrived",
        State.RECEIVED: "work",
        State.READY: "work",
        State.CLAIMED: "work",
        State.SENDING: "work",
        State.HELD: "waiting",
        State.QUARANTINED: "waiting",
        State.REFUSED: "returned",
        State.FAILED: "returned",
        State.ABSORBED: "absorbed",
    }
)
"""What a state is shown as."""

ORDER = ("arrived", "work", "waiting", "returned", "absorbed")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar."""

    kind: str
    number: int
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A day."""

    day: date
    parts: tuple[Part, ...]
    total: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Cause:
    """A reason, and how often it was one."""

    reason: str
    number: int
    width: int


def bars(tallies: tuple[Tally, ...]) -> list[Bar]:
    """Return a bar for each day, newest first, as long as its part of the fullest day."""
    most = max((one.total for one in tallies), default=0)
    return [Bar(one.day, _parts(one, most), one.total, one.complete) for one in reversed(tallies)]


def _parts(tally: Tally, most: int) -> tuple[Part, ...]:
    found, before = [], 0
    for kind in ORDER:
        number = sum(count for (state, _), count in tally.counts.items() if KINDS[state] == kind)
        if number:
            start, end = WHOLE * before // most, WHOLE * (before + number) // most
            found.append(Part(kind, number, start, max(end - start, 1)))
        before += number
    return tuple(found)


def causes(counted: tuple[tuple[str, int], ...]) -> list[Cause]:
    """Return the most frequent reasons, as long as their part of the first."""
    most = max((number for _, number in counted), default=1)
    return [
        Cause(reason, number, max(WHOLE * number // most, 1)) for reason, number in counted[:_MOST_CAUSES] if reason
    ]
