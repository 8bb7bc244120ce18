"""A mail that is itself a receipt: what it says is recorded on the delivery that it speaks of; it goes no further."""

from passerelle.core.errors import OvertakenError, UnavailableError
from passerelle.core.mail import courtesy
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Report, Word
from passerelle.core.receipts import reception
from passerelle.core.receipts.delivery import Delivery, moved
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.ports import Details, TranslateDesk

UNDERSTOOD = "receipt.understood"
REPEATED = "receipt.repeated"
UNMATCHED = "receipt.unmatched"
AUTOMATIC = "receipt.automatic"


def absorbed(desk: TranslateDesk, delivery: Delivery, envelope: Envelope, report: Report) -> tuple[Delivery, Details]:
    """Return the receipt's own delivery, absorbed, after what it says is recorded on the one that it speaks of."""
    found = _about(desk, envelope, report)
    if found is None:
        return _ended(delivery, UNMATCHED), (("said", report.words[0].said.value),)
    about, word = found
    details = (("said", word.said.value), ("about", about.id))
    if desk.ledger.claim(f"receipt {about.id} {word.said.value}", delivery.id, desk.clock()) != delivery.id:
        return _ended(delivery, REPEATED), details
    _record(desk, delivery, about, word)
    return _ended(delivery, UNDERSTOOD), details


def automatic(desk: TranslateDesk, delivery: Delivery, raw: bytes) -> Delivery | None:
    """Return the delivery of an answer that no person wrote to a mail of ours, absorbed; None where it is none.

    An absence is no reply, no receipt and no letter, and nobody answers it (RFC 3834 §2).
    """
    said = courtesy.read(raw)
    if said.automatic and reception.named(said.answers, desk.bridge.domain):
        return _ended(delivery, AUTOMATIC)
    return None


def _ended(delivery: Delivery, reason: str) -> Delivery:
    return moved(delivery, State.ABSORBED, reason=reason, wake_at=None)


def _about(desk: TranslateDesk, envelope: Envelope, report: Report) -> tuple[Delivery, Word] | None:
    """Return the delivery of ours that a receipt speaks of, and what it says; who is believed: see `reception`."""
    for name in reception.named(report.names, desk.bridge.domain):
        found = desk.ledger.find(name)
        if found is None or not found.outgoing:
            continue
        sent = desk.mailroom.envelope(found.outgoing)
        word = reception.word(report, sent.recipients[0])
        if word and sent.network is envelope.network and reception.from_there(envelope.sender, sent.recipients[0]):
            return found, word
    return None


def _record(desk: TranslateDesk, delivery: Delivery, about: Delivery, word: Word) -> None:
    """Record what the receipt says; whoever writes at the same moment goes first, and we look again."""
    following = reception.answered(about, word.said, desk.clock())
    if following is None:
        return
    said = (("receipt", delivery.id), ("status", word.status), ("error", word.error))
    details = tuple((name, value) for name, value in said if value)
    try:
        desk.record("translate", following, details)
    except OvertakenError as error:
        raise UnavailableError("receipt.overtaken", "The delivery moved on while its receipt was read.") from error
    desk.queue.wake("acknowledge", about.id)
