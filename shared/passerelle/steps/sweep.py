"""Wake what has made no progress: the queue is a wake-up, and a wake-up can be lost.

It runs every minute, and looks at a few minutes of the inbox only; each envelope is looked for several times, so that
a run that fails or never starts hides none.
"""

from datetime import timedelta
from types import MappingProxyType

from passerelle.core.receipts.delivery import delivery_id
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


LOOKS = tuple(timedelta(minutes=15) * 2**doublings for doublings in range(9))
"""How long after it came in an envelope is looked for in the ledger: 15 min, 30 min, and so on to 64 h."""


def sweep(desk: Desk) -> int:
    """Wake the verb that each due delivery and each forgotten envelope needs, and return how many were woken."""
    return _deliveries(desk) + _envelopes(desk)


def _deliveries(desk: Desk) -> int:
    """Wake the verb that each due delivery needs."""
    woken = 0
    for delivery in desk.ledger.due(desk.clock()):
        verb = VERBS.get(delivery.state)
        if verb:
            desk.queue.wake(verb, delivery.id)
            woken += 1
    return woken


def _envelopes(desk: Desk) -> int:
    """Wake `accept` for the envelopes of whose coming nobody was told: S3's notice, or its message, was lost."""
    now = desk.clock()  # the first recipient's delivery is opened last: where it stands, all do
    looked = [found for age in LOOKS for found in desk.mailroom.received(now - age)]
    forgotten = [key for key, envelope_id in looked if desk.ledger.find(delivery_id(envelope_id, 0)) is None]
    for key in forgotten:
        desk.queue.wake("accept", key)
    return len(forgotten)
