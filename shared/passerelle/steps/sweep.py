"""Wake what has made no progress: the queue is a wake-up, and a wake-up can be lost."""

from types import MappingProxyType

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
    }
)
"""Which verb moves a delivery on from a state; the others have ended, or wait for a person."""


def sweep(desk: Desk) -> int:
    """Wake the verb that each due delivery needs, and return how many were woken."""
    woken = 0
    for delivery in desk.ledger.due(desk.clock()):
        verb = VERBS.get(delivery.state)
        if verb:
            desk.queue.wake(verb, delivery.id)
            woken += 1
    return woken
