"""Which events are to be sealed, and in which order.

1. What is older than the delay is no longer being written. The index lags, mostly by moments: the hours before are
   looked at again each time, and what is sealed already is known by its hash.
2. An event never comes before the one that it is chained to. Where that one is not at hand, the delivery itself is
   read: it is the truth, and does not lag.
3. The events of a delivery whose chain is broken stay out, are told of, and hinder no other.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice, pairwise

from passerelle.core.errors import UnavailableError, UntrustedError
from passerelle.core.receipts import archive, chain
from passerelle.core.receipts.delivery import Event
from passerelle.core.receipts.tree import leaf_hash
from passerelle.steps.seal.ports import Archive, SealDesk

OVERLAP = timedelta(hours=3)
"""How long the index may lag behind the delay before an event could be passed over."""

REACH = timedelta(days=90)
"""How far back the very first seal looks."""

MOST = 100_000
"""Events that are held at once: what has waited longer, after an outage, is taken piece by piece."""

_LATELY = 1_000_000
"""Events among which those of the hours before are looked for: more than a day of the largest bridge."""


@dataclass(slots=True)
class _Sealed:
    """What was sealed lately: since when to look again, hashes, and places in their deliveries."""

    since: datetime
    hashes: set[str] = field(default_factory=set)
    places: set[tuple[str, int]] = field(default_factory=set)

    def holds(self, event: Event) -> bool:
        """Return whether this very event was sealed."""
        return chain.digest(event) in self.hashes


@dataclass(slots=True)
class Gathering:
    """One run's look at the ledger."""

    desk: SealDesk
    broken: set[str] = field(default_factory=set)  # deliveries
    _waiting: list[bytes] | None = None
    _more: bool = False  # the ledger has more than was held at once

    def next(self, size: int, most: int) -> list[bytes]:
        """Return the next written events to seal in a log of a size; none where all is sealed."""
        while self._waiting is None or (self._more and not self._waiting):
            self._waiting = self._all(size)
        taken, self._waiting = self._waiting[:most], self._waiting[most:]
        return taken

    def forget(self) -> None:
        """Look at the ledger again: somebody else has sealed meanwhile."""
        self._waiting = None

    def _all(self, size: int) -> list[bytes]:
        until = self.desk.clock() - self.desk.delay
        sealed = self._lately(size, until)
        found: dict[str, dict[int, Event]] = {}
        logged = self.desk.ledger.logged(sealed.since, until)
        fresh = (event for event in logged if event.delivery not in self.broken and not sealed.holds(event))
        held = list(islice(fresh, MOST))
        self._more = len(held) == MOST
        for event in held:
            found.setdefault(event.delivery, {})[event.sequence] = event
        runs = [self._run([events[place] for place in sorted(events)], sealed) for events in found.values()]
        return [chain.written(event) for event in _ordered(runs)]

    def _lately(self, size: int, until: datetime) -> _Sealed:
        """Return what was sealed in the hours before; a seal of latecomers only does not end the search."""
        first = archive.events(max(0, size - _LATELY))
        names = [*([first] if size <= _LATELY else []), *self.desk.archive.names(archive.EVENTS, first)]
        sealed = _Sealed(until - REACH)
        for name in reversed([one for one in names if archive.number(one) < size]):
            entries = archive.lines(required(self.desk.archive, name))
            said = [chain.link(entry) for entry in entries]
            newest = max(one.at for one in said)
            if not sealed.hashes:
                sealed.since = newest - OVERLAP
            elif newest < sealed.since - 2 * OVERLAP:
                break
            sealed.hashes.update(leaf_hash(entry).hex() for entry in entries)
            sealed.places.update((one.delivery, one.sequence) for one in said)
        return sealed

    def _run(self, events: list[Event], sealed: _Sealed) -> list[Event]:
        """Return the events of one delivery from the first that is not sealed, without a gap; none if it is broken."""
        name, first = events[0].delivery, events[0].previous
        if any((name, event.sequence) in sealed.places for event in events):  # sealed before, with other words
            self.broken.add(name)
            return []
        if _linked(events) and (first in sealed.hashes or first == chain.anchor(name)):
            return events
        history = self.desk.ledger.history(name)[: events[-1].sequence + 1]
        try:
            chain.check(history)
            fresh = [event for event in history if event.at >= sealed.since and not sealed.holds(event)]
        except UntrustedError:
            fresh = []
        if not fresh:  # an event that the delivery itself does not have
            self.broken.add(name)
        return fresh


def required(files: Archive, name: str) -> bytes:
    """Return what stands in the archive under a name."""
    found = files.read(name)
    if found is None:
        raise UnavailableError("archive.missing", "The archive has nothing of a name that its log needs.")
    return found


def _linked(events: list[Event]) -> bool:
    return all(
        after.sequence == before.sequence + 1 and after.previous == chain.digest(before)
        for before, after in pairwise(events)
    )


def _ordered(runs: Iterable[list[Event]]) -> list[Event]:
    """Return all events by time; a clock that is behind puts no event before the one that it is chained to."""
    timed: list[tuple[datetime, str, int, Event]] = []
    for run in runs:
        reached: datetime | None = None
        for event in run:
            reached = event.at if reached is None else max(reached, event.at)
            timed.append((reached, event.delivery, event.sequence, event))
    return [event for *_, event in sorted(timed, key=lambda one: one[:3])]
