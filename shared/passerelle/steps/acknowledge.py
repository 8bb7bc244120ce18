"""Tell a sender what became of his mail, each thing once; a notice, and a mail without a sender, are never answered."""

from dataclasses import dataclass, replace

from passerelle.core.errors import MalformedError, OvertakenError
from passerelle.core.mail import causes, disposition, mime, notice
from passerelle.core.mail.compose import Headers
from passerelle.core.mail.disposition import Disposition
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Network, Said
from passerelle.core.networks import labels
from passerelle.core.receipts.backoff import HORIZON
from passerelle.core.receipts.delivery import SILENT, Delivery, group, noted, notice_id
from passerelle.core.receipts.lifecycle import OWING, State
from passerelle.core.receipts.owed import Debt, Notice, owed
from passerelle.steps.ports import AcknowledgeDesk

_STATUS = {
    Notice.FAILED: Said.FAILED,
    Notice.RELAYED: Said.RELAYED,
    Notice.DELIVERED: Said.DELIVERED,
    Notice.CORRECTED: Said.DELIVERED,
    Notice.REJECTED: Said.FAILED,
    Notice.SILENT: Said.DELAYED,
}
_READING = {
    Notice.DISPLAYED: Said.DISPLAYED,
    Notice.PROCESSED: Said.PROCESSED,
    Notice.DELETED: Said.DELETED,
    Notice.REJECTED: Said.REJECTED,
}


@dataclass(frozen=True, slots=True)
class _Owed:
    """One notice to write: of which delivery, what it says, to the sender of which envelope, under which id."""

    delivery: Delivery
    kind: Notice
    envelope: Envelope
    id: str


def acknowledge(desk: AcknowledgeDesk, delivery_id: str) -> Delivery:
    """Send the sender of a delivery the notice that he is owed, if any, and return the delivery as it stands."""
    delivery = desk.ledger.get(delivery_id)
    if delivery.state not in OWING or delivery.wake_at is None:
        return delivery
    debt = owed(delivery, desk.clock())
    if debt == Debt(None, delivery.wake_at):
        return delivery
    try:
        return _paid(desk, delivery, debt)
    except OvertakenError:
        return desk.ledger.get(delivery_id)


def _paid(desk: AcknowledgeDesk, delivery: Delivery, debt: Debt) -> Delivery:
    """Open the notice as a delivery of its own, then note it on the delivery that it speaks of."""
    envelope = desk.mailroom.envelope(delivery.envelope) if delivery.envelope else None
    if debt.notice is Notice.SILENT:
        delivery = replace(delivery, reason=SILENT, answer_by=None)
    if debt.notice is None or envelope is None or not envelope.sender:  # RFC 5321 §4.5.5: a notice is never answered
        again = debt.again if debt.notice is None else None
        return desk.record("acknowledge", noted(delivery, wake_at=again), (("notice", "none"),))
    name = notice_id(delivery.id, debt.notice.value)
    opened = _open(desk, _Owed(delivery, debt.notice, envelope, name))
    desk.queue.wake("deliver", name, opened.group)
    details = (("notice", name), ("says", debt.notice.value))
    return desk.record("acknowledge", noted(delivery, notice=name, wake_at=debt.again), details)


def _open(desk: AcknowledgeDesk, due: _Owed) -> Delivery:
    """Open the delivery of a notice, and return it; where it is there already, it stays as it is."""
    digest = desk.mailroom.keep(_written(desk, due))
    now = desk.clock()
    opened = Delivery(
        due.id,
        State.READY,
        now,
        outgoing=desk.mailroom.dispatch(Envelope(due.envelope.network, "", (due.envelope.sender,), digest)),
        wake_at=now,
        give_up_at=now + HORIZON,
        reason=due.delivery.reason,
        notice_of=due.delivery.id,
        resend=due.delivery.resend,
        group=group(due.envelope.sender.rpartition("@")[2]),
        product=_product(desk, due.envelope.network),
    )
    named = (("nil", opened.product),) if opened.product else ()
    details = (("notice-of", due.delivery.id), ("mail", digest), *named)
    desk.open("acknowledge", opened, details)
    return opened


def _written(desk: AcknowledgeDesk, due: _Owed) -> bytes:
    """Return the bytes of a notice: the recipient as the sender wrote him, the reason, and nothing of the mail."""
    envelope = due.envelope
    recipient = envelope.recipients[due.delivery.recipient]
    headers = _headers(desk, envelope.network)
    if due.kind in _READING and "mdn" in due.delivery.asked.split():
        return _reading(desk, due, recipient, headers)
    error = _error(desk, due)
    return notice.write(
        notice.Notice(
            f"{due.id}@{desk.bridge.domain}",
            desk.clock(),
            desk.bridge.postmaster,
            envelope.sender,
            (notice.Fate(recipient, f"{due.delivery.reason}.{error}" if error else due.delivery.reason),),
            _original(desk, envelope.mail)[0],
            headers,
            _STATUS[due.kind],
            corrects=due.kind is Notice.CORRECTED,
        )
    )


def _headers(desk: AcknowledgeDesk, network: Network) -> Headers:
    """Return what the network asks of every mail (ECO.2.4.3)."""
    return (("X-MSS-NIL", desk.bridge.product),) if network is Network.MSSANTE and desk.bridge.product else ()


def _product(desk: AcknowledgeDesk, network: Network) -> str:
    """Return what a notice says of the software that wrote it, for the figures."""
    return labels.read(_headers(desk, network)).product if network is Network.MSSANTE else ""


def _error(desk: AcknowledgeDesk, due: _Owed) -> str:
    """Return the agency's code of what the reader's software, or SMTP, could not do, as the ledger has it."""
    if due.kind not in {Notice.REJECTED, Notice.FAILED}:
        return ""
    said = [value for event in desk.ledger.history(due.delivery.id) for name, value in event.details if name == "error"]
    return said[-1] if said else ""


def _reading(desk: AcknowledgeDesk, due: _Owed, recipient: str, headers: Headers) -> bytes:
    """Return a reading receipt; MSSanté wants subject and mail back (IG-LPS), and its channel is locked."""
    message_id, subject = _original(desk, due.envelope.mail)
    receipt = Disposition(
        f"{due.id}@{desk.bridge.domain}",
        desk.clock(),
        recipient,
        due.envelope.sender,
        _READING[due.kind],
        message_id,
        headers=headers,
        error=(error := _error(desk, due)),
        meaning=causes.find(f"{due.delivery.reason}.{error}").french if error else "",
    )
    if due.envelope.network is Network.MSSANTE:
        receipt = replace(receipt, subject=subject, returned=desk.mailroom.read(due.envelope.mail))
    return disposition.write(receipt)


def _original(desk: AcknowledgeDesk, digest: str) -> tuple[str, str]:
    """Return Message-ID and subject of a mail that may have been refused because nobody can read it."""
    try:
        mail = mime.read(desk.mailroom.read(digest))
    except MalformedError:
        return "", ""
    return mail.message_id, mail.subject
