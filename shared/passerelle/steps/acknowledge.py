"""Tell a sender what did not arrive, once; a notice, and a mail without a sender, are never answered."""

from passerelle.core.errors import MalformedError, OvertakenError
from passerelle.core.mail import mime, notice
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Network
from passerelle.core.receipts.backoff import HORIZON
from passerelle.core.receipts.delivery import Delivery, noted, notice_id
from passerelle.core.receipts.lifecycle import TOLD, State
from passerelle.steps.ports import AcknowledgeDesk


def acknowledge(desk: AcknowledgeDesk, delivery_id: str) -> Delivery:
    """Send a notice to the sender of a delivery in REFUSED or FAILED, and return the delivery as it stands."""
    delivery = desk.ledger.get(delivery_id)
    if delivery.state not in TOLD or delivery.wake_at is None:
        return delivery
    try:
        return _told(desk, delivery)
    except OvertakenError:
        return desk.ledger.get(delivery_id)


def _told(desk: AcknowledgeDesk, delivery: Delivery) -> Delivery:
    """Open the notice as a delivery of its own, then note it on the delivery that it speaks of."""
    envelope = desk.mailroom.envelope(delivery.envelope) if delivery.envelope else None
    if envelope is None or not envelope.sender:  # RFC 5321 §4.5.5: a notice is never answered
        return desk.record("acknowledge", noted(delivery, wake_at=None), (("notice", "none"),))
    name = notice_id(delivery.id)
    _open(desk, delivery, envelope, name)
    desk.queue.wake("deliver", name)
    return desk.record("acknowledge", noted(delivery, notice=name, wake_at=None), (("notice", name),))


def _open(desk: AcknowledgeDesk, delivery: Delivery, envelope: Envelope, name: str) -> None:
    """Open the delivery of a notice; where it is there already, it stays as it is."""
    digest = desk.mailroom.keep(_written(desk, delivery, envelope, name))
    now = desk.clock()
    opened = Delivery(
        name,
        State.READY,
        now,
        outgoing=desk.mailroom.dispatch(Envelope(envelope.network, "", (envelope.sender,), digest)),
        wake_at=now,
        give_up_at=now + HORIZON,
        reason=delivery.reason,
        notice_of=delivery.id,
    )
    details = (("notice-of", delivery.id), ("mail", digest))
    desk.ledger.open(opened, desk.event("acknowledge", opened, details))


def _written(desk: AcknowledgeDesk, delivery: Delivery, envelope: Envelope, name: str) -> bytes:
    """Return the notice's bytes: the recipient as the sender wrote him, the reason, and nothing of the mail."""
    named = envelope.network is Network.MSSANTE and desk.bridge.product
    product = (("X-MSS-NIL", desk.bridge.product),) if named else ()  # ECO.2.4.3
    return notice.write(
        notice.Notice(
            f"{name}@{desk.bridge.domain}",
            desk.clock(),
            desk.bridge.postmaster,
            envelope.sender,
            (notice.Failure(envelope.recipients[delivery.recipient], delivery.reason),),
            original=_message_id(desk, envelope.mail),
            headers=product,
        )
    )


def _message_id(desk: AcknowledgeDesk, digest: str) -> str:
    """Return the Message-ID of a mail that may have been refused because nobody can read it."""
    try:
        return mime.read(desk.mailroom.read(digest)).message_id
    except MalformedError:
        return ""
