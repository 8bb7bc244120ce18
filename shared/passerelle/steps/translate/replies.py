"""An answer to a mail that the bridge wrote finds its way back; who has not got that mail cannot forge one."""

from dataclasses import dataclass

from passerelle.core import policy
from passerelle.core.errors import MalformedError
from passerelle.core.mail import courtesy, mime
from passerelle.core.mail.envelope import Envelope
from passerelle.core.policy import Agreement
from passerelle.core.receipts import reception
from passerelle.core.receipts.delivery import Delivery
from passerelle.steps.ports import TranslateDesk

MOST_LOOKED_UP = 10
"""References of one mail that are looked up in the ledger."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The mail that is answered: by which agreement its recipient may answer, and how its sender knows it."""

    agreement: Agreement
    message_id: str  # without angle brackets; empty where the mail had none


def find(desk: TranslateDesk, envelope: Envelope, alias: str, raw: bytes) -> Thread | None:
    """Return the thread that a mail continues: a mail of ours to its sender, from him whom it is addressed to."""
    names = tuple(dict.fromkeys(reception.named(courtesy.read(raw).answers, desk.bridge.domain)))
    for name in names[:MOST_LOOKED_UP]:
        answered = desk.ledger.find(name)
        thread = _continued(desk, answered, envelope, alias) if answered else None
        if thread:
            return thread
    return None


def _continued(desk: TranslateDesk, answered: Delivery, envelope: Envelope, alias: str) -> Thread | None:
    """Return the thread where both ends are those of the mail that is answered."""
    if not answered.envelope or not answered.outgoing:
        return None
    came = desk.mailroom.envelope(answered.envelope)
    original = desk.agreements.between(came.network, came.sender, came.recipients[answered.recipient])
    if original is None or original.recipient.network is not envelope.network:
        return None
    ends = (original.recipient.address.casefold(), original.sender.alias.casefold())
    if ends != (envelope.sender.casefold(), alias.casefold()):
        return None
    return Thread(policy.reply(original), _message_id(desk, came.mail))


def _message_id(desk: TranslateDesk, digest: str) -> str:
    try:
        return mime.read(desk.mailroom.read(digest)).message_id
    except MalformedError:
        return ""
