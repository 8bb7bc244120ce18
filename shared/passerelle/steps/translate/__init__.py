"""One network's mail becomes the other's: when it is tried, how often, and what becomes of what fails."""

from passerelle.core.errors import (
    MalformedError,
    OvertakenError,
    UnavailableError,
    UnsupportedError,
    UntrustedError,
)
from passerelle.core.policy import Fate, Verdict
from passerelle.core.receipts.backoff import delay
from passerelle.core.receipts.delivery import Delivery, moved, noted
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.ports import Details, TranslateDesk
from passerelle.steps.translate.crossing import GRACE, ended, translated

__all__ = ["FAULT", "GRACE", "MOST_FAULTS", "MOST_RETRIES", "STALLED", "translate"]

MOST_FAULTS = 5
"""Retries of a mail on which the bridge itself stumbles, before an operator must look."""

MOST_RETRIES = 24
"""Retries while something that the bridge needs does not answer: most of a day."""

FAULT = "bridge.fault"
STALLED = "bridge.stalled"

_WAKES = {State.READY: "deliver", State.REFUSED: "acknowledge"}


def translate(desk: TranslateDesk, delivery_id: str) -> Delivery:
    """Translate a delivery in RECEIVED, once and for all, and return it as it stands.

    1. A mail that breaks a rule, or that the bridge does not carry, is REFUSED; one of unproven origin QUARANTINED.
    2. What does not answer is asked again: the wait is in the ledger, and `sweep` comes back to it.
    3. So is a mail on which the bridge stumbles (a bug, a crash), but soon an operator must look: HELD, with the name
       of the exception and nothing that it says.
    4. Only where the ledger itself does not answer does the error go out, to the queue.
    """
    delivery = desk.ledger.get(delivery_id)
    if delivery.state is State.READY:
        desk.queue.wake("deliver", delivery.id, delivery.group)
    if delivery.state is not State.RECEIVED:
        return delivery
    try:
        return _run(desk, delivery)
    except OvertakenError:
        return desk.ledger.get(delivery_id)


def _run(desk: TranslateDesk, delivery: Delivery) -> Delivery:
    """Try a delivery in RECEIVED, unless the wait after an earlier try is not over."""
    late = delivery.wake_at is None or delivery.wake_at <= desk.clock()
    if delivery.reason and not late:
        return delivery
    if late:
        delivery = _counted(desk, delivery)
    if delivery.state is State.RECEIVED:
        delivery = _tried(desk, delivery)
    if verb := _WAKES.get(delivery.state):
        desk.queue.wake(verb, delivery.id, delivery.group)
    return delivery


def _counted(desk: TranslateDesk, delivery: Delivery) -> Delivery:
    """Count a retry before it runs, so that a mail that kills its process is counted too."""
    reason = delivery.reason or STALLED
    if delivery.attempts >= (MOST_FAULTS if reason in {FAULT, STALLED} else MOST_RETRIES):
        return desk.record("translate", moved(delivery, State.HELD, reason=reason, wake_at=None))
    attempts = delivery.attempts + 1
    again = noted(delivery, attempts=attempts, reason=reason, wake_at=desk.clock() + GRACE)
    return desk.record("translate", again, (("retry", str(attempts)),))


def _tried(desk: TranslateDesk, delivery: Delivery) -> Delivery:
    """Translate, and record what came of it."""
    details: Details = ()
    try:
        following, details = translated(desk, delivery)
    except (MalformedError, UnsupportedError) as error:
        following = ended(desk, delivery, Verdict(Fate.REFUSE, error.code))
    except UntrustedError as error:
        following = ended(desk, delivery, Verdict(Fate.QUARANTINE, error.code))
    except UnavailableError as error:
        following = _later(desk, delivery, error.code)
    except Exception as error:  # noqa: BLE001 - a bug must neither lose the mail nor try it for ever: rule 3
        following, details = _later(desk, delivery, FAULT), (("fault", type(error).__name__),)
    return desk.record("translate", following, details)


def _later(desk: TranslateDesk, delivery: Delivery, reason: str) -> Delivery:
    """Return the delivery with the end of its wait."""
    return noted(delivery, reason=reason, wake_at=desk.clock() + delay(delivery.attempts, desk.chance()))
