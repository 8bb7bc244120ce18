"""The reading receipt that a sender asked for: an MDN (RFC 8098), in the form of his network."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from passerelle.core.mail import compose, envelope
from passerelle.core.mail.compose import Headers
from passerelle.core.message import Mailbox, Said

AGENT = "Passerelle"
_TEXT = {
    Said.DISPLAYED: "Votre courrier a été lu, ou intégré à un dossier, par :",
    Said.DELETED: "Votre courrier a été supprimé, peut-être sans être lu, par :",
}


@dataclass(frozen=True, slots=True)
class Disposition:
    """All that a reading receipt says."""

    message_id: str  # of the receipt, without angle brackets; stable over every attempt
    date: datetime  # aware
    reader: str  # whom the mail was for, as its sender wrote him
    recipient: str  # the sender of the mail
    said: Said  # DISPLAYED or DELETED
    original: str  # Message-ID of the mail, without angle brackets; empty where it has none
    subject: str = "Accusé de lecture"
    headers: Headers = ()  # what the network asks of every mail, such as X-MSS-NIL
    returned: bytes = b""  # the whole mail, where the network wants it back (IG-LPS)


def write(disposition: Disposition) -> bytes:
    """Return the receipt as a mail."""
    text = f"{_TEXT[disposition.said]}\n\n  {envelope.address(disposition.reader)}\n"
    parts = (compose.text_part(text, "utf-8"), _notification(disposition), *_returned(disposition))
    head = (*_head(disposition), b"MIME-Version: 1.0")
    return b"\r\n".join(head) + b"\r\n" + compose.multipart("report; report-type=disposition-notification", parts)


def _head(disposition: Disposition) -> tuple[bytes, ...]:
    thread = [compose.message_id(disposition.original)] if disposition.original else []
    fields = (
        ("Subject", disposition.subject),
        ("Date", format_datetime(disposition.date)),
        ("Message-ID", compose.message_id(disposition.message_id)),
        *((name, one) for one in thread for name in ("In-Reply-To", "References")),
        ("Auto-Submitted", "auto-replied"),  # RFC 3834 §5; an MDN asks for no MDN (RFC 8098 §3)
        *disposition.headers,
    )
    sender = compose.mailbox("From", Mailbox(disposition.reader))
    recipient = compose.mailbox("To", Mailbox(disposition.recipient))
    return (sender, recipient, *(compose.header(name, value) for name, value in fields))


def _notification(disposition: Disposition) -> bytes:
    """Return the machine-readable part (RFC 8098 §3.1)."""
    reader = envelope.address(disposition.reader)
    original = [f"Original-Message-ID: {compose.message_id(disposition.original)}"] if disposition.original else []
    lines = (
        "Content-Type: message/disposition-notification",
        "Content-Transfer-Encoding: 7bit",
        "",
        f"Reporting-UA: {reader.rpartition('@')[2]}; {AGENT}",
        f"Original-Recipient: rfc822; {reader}",
        f"Final-Recipient: rfc822; {reader}",
        *original,
        f"Disposition: automatic-action/MDN-sent-automatically; {disposition.said.value}",
    )
    return "\r\n".join((*lines, "")).encode("ascii")


def _returned(disposition: Disposition) -> tuple[bytes, ...]:
    if not disposition.returned:
        return ()
    return (b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + disposition.returned,)
