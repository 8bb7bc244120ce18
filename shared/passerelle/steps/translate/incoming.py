"""A mail that is itself a receipt: what it says is recorded on the delivery that it speaks of; it goes no further."""

from passerelle.core.errors import OvertakenError, UnavailableError
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Report
from passerelle.core.receipts import reception
from passerelle.core.receipts.delivery import Delivery, moved
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.ports import Details, TranslateDesk

UNDERSTOOD = "receipt.understood"
REPEATED = "receipt.repeated"
UNMATCHED = "receipt.unmatched"


def absorbed(desk: TranslateDesk, delivery: Delivery, envelope: Envelope, report: Report) -> tuple[Delivery, Details]:
    """Return the receipt's own delivery, absorbed, after what it says is recorded on the one that it speaks of."""
    about = _about(desk, envelope, report)
    if about is None:
        return _ended(delivery, UNMATCHED), (("said", report.said.value),)
    details = (("said", report.said.value), ("about", about.id))
    if desk.ledger.claim(f"receipt {about.id} {report.said.value}", delivery.id, desk.clock()) != delivery.id:
        return _ended(delivery, REPEATED), details
    _record(desk, delivery, about, report)
    return _ended(delivery, UNDERSTOOD), details


def _ended(delivery: Delivery, reason: str) -> Delivery:
    return moved(delivery, State.ABSORBED, reason=reason, wake_at=None)


def _about(desk: TranslateDesk, envelope: Envelope, report: Report) -> Delivery | None:
    """Return the delivery of ours that a receipt speaks of: on its own network, by its reader or by a mail server."""
    for name in reception.named(report.names, desk.bridge.domain):
        found = desk.ledger.find(name)
        if found is None or not found.outgoing:
            continue
        sent = desk.mailroom.envelope(found.outgoing)
        if sent.network is envelope.network and envelope.sender.casefold() in {"", sent.recipients[0].casefold()}:
            return found
    return None


def _record(desk: TranslateDesk, delivery: Delivery, about: Delivery, report: Report) -> None:
    """Record what the receipt says; whoever writes at the same moment goes first, and we look again."""
    following = reception.answered(about, report, desk.clock())
    if following is None:
        return
    details = (("receipt", delivery.id), *((("status", report.status),) if report.status else ()))
    try:
        desk.record("translate", following, details)
    except OvertakenError as error:
        raise UnavailableError("receipt.overtaken", "The delivery moved on while its receipt was read.") from error
    desk.queue.wake("acknowledge", about.id)
