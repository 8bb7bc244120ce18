"""Wake what has made no progress: the queue is a wake-up, and a wake-up can be lost.

It runs every minute, and looks at a few minutes of the inbox only; each envelope is looked for several times, so that
a run that fails or never starts hides none.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType

from passerelle.core.errors import UnavailableError
from passerelle.core.receipts.delivery import Delivery, delivery_id
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.ports import Desk

VERBS = MappingProxyType(
    {
        State.RECEIVED: "translate",
        State.READY: "deliver",
        State.CLAIMED: "deliver",
        State.SENDING: "deliver",
        State.REFUSED: "acknowledge",
        State.FAILED: "acknowledge",
        State.ACCEPTED: "acknowledge",
        State.RECEIPTED: "acknowledge",
    }
)
"""Which verb moves a delivery on from a state; the others have ended, or wait for a person."""


MINUTE = timedelta(minutes=1)
SOON = frozenset({0, 1, 2, 4, 5, 8, 9})
"""Whole minutes after its time at which a delivery is woken; then the first two of every quarter of an hour.

Two in a row each time: a run that never starts, or a schedule that strikes a moment late, costs no wake-up.
"""

LATER, IN_A_ROW = 15, 2

LOOKS = tuple(timedelta(minutes=15) * 2**doublings for doublings in range(9))
"""How long after it came in an envelope is looked for in the ledger: 15 min, 30 min, and so on to 64 h."""


def sweep(desk: Desk) -> int:
    """Wake the verb that each due delivery and each forgotten envelope needs, and return how many were woken.

    What fails hinders nothing else; the first failure goes out at the end, so that an alarm rings.
    """
    now = desk.clock()
    found = _Sweep(desk)
    found.go_on(lambda: found.deliveries(now))
    for age in LOOKS:
        found.go_on(partial(found.envelopes, now - age))
    if found.failures:
        raise found.failures[0]
    return found.woken


@dataclass(slots=True)
class _Sweep:
    """One run: what it woke, and what failed."""

    desk: Desk
    woken: int = 0
    failures: list[UnavailableError] = field(default_factory=list)

    def go_on(self, work: Callable[[], None]) -> None:
        """Do a piece of work, whether or not another one failed."""
        try:
            work()
        except UnavailableError as failure:
            self.failures.append(failure)

    def deliveries(self, now: datetime) -> None:
        """Wake the verb that each due delivery needs."""
        for delivery in self.desk.ledger.due(now):
            verb = VERBS.get(delivery.state)
            if verb and _turn(delivery, now):
                self.go_on(partial(self._wake, verb, delivery.id, delivery.group))

    def envelopes(self, minute: datetime) -> None:
        """Wake `accept` for the envelopes of whose coming nobody was told: S3's notice, or its message, was lost."""
        for key, envelope_id in self.desk.mailroom.received(minute):
            self.go_on(partial(self._remember, key, envelope_id))

    def _remember(self, key: str, envelope_id: str) -> None:
        """Wake `accept` where the first recipient's delivery is not there: it is opened last, after all others."""
        if self.desk.ledger.find(delivery_id(envelope_id, 0)) is None:
            self._wake("accept", key)

    def _wake(self, verb: str, name: str, group: str = "") -> None:
        self.desk.queue.wake(verb, name, group)
        self.woken += 1


def _turn(delivery: Delivery, now: datetime) -> bool:
    """Return whether a delivery is woken in this minute: its last wake-up may still wait in its queue."""
    if delivery.wake_at is None:
        return False
    late = (now - delivery.wake_at) // MINUTE
    return late in SOON or late % LATER < IN_A_ROW
