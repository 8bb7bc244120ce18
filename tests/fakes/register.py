"""What an auditor turns over."""

from collections import Counter
from datetime import UTC, date, datetime

from passerelle.core.receipts.delivery import Delivery, Event, standing, stopped
from passerelle.steps.audit.ports import By, Crossing, Leaf, Place, Tally
from tests.fakes.demands import demand
from tests.fakes.ledger import FakeLedger


class FakeRegister:
    """The deliveries of a ledger, turned by pages; and what was asked."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger
        self.asked: list[Event] = []
        self.leaves: list[tuple[By, str]] = []

    def leaf(self, by: By, value: str, after: Place | None, most: int) -> Leaf:
        self.leaves.append((by, value))
        found = [one for one in self._ledger.everything() if value in _told_by(by, one)]
        found.sort(key=lambda one: (one.opened_at, one.id), reverse=True)
        if after:
            found = [one for one in found if (one.opened_at, one.id) < (after.opened_at, after.id)]
        last = found[most - 1] if len(found) > most else None
        return Leaf(tuple(found[:most]), Place(last.opened_at, last.id) if last else None)

    def tally(self, day: date, most: int) -> Tally:
        found = list(self._ledger.opened_on(day))
        first = found[::-1][:most]
        counts = Counter((one.state, one.reason) for one in first)
        return Tally(day, counts, len(found) <= most, Counter(map(Crossing.of, first)))

    def note(self, event: Event, expires: datetime) -> None:
        demand(expires > event.at, "what is asked is kept")
        self.asked.append(event)


def _told_by(by: By, delivery: Delivery) -> set[str]:
    day = delivery.opened_at.astimezone(UTC).date()
    if by is By.DAY:
        return {day.isoformat()}
    if by is By.STANDING:
        return {standing(day, delivery.state)}
    if by is By.WAITING:
        return {"1"} if stopped(delivery) else set()
    if by is By.PARTNER:
        return {delivery.group, delivery.origin}
    return {str(getattr(delivery, by.value))}
