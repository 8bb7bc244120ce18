"""The reading receipt that a sender asked for: an MDN (RFC 8098), in the form of his network."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from passerelle.core.mail import compose, envelope
from passerelle.core.mail.compose import Headers
from passerelle.core.message import Mailbox, Said

AGENT = "Passerelle"
_TEXT = {
    Said.DISPLAYED: "Votre courrier a été lu par :",
    Said.PROCESSED: "Votre courrier a été traité par le logiciel de :",
    Said.DELETED: "Votre courrier a été supprimé, peut-être sans être lu, par :",
    Said.REJECTED: "Votre courrier est arrivé, mais n'a pas pu être intégré par le logiciel de :",
}
_KO = "[KO Intégration système !]"  # IG-LPS: subject of an error mail
_OTHER = "906"  # IG-LPS: another error
_CODE = re.compile(r"\d{3}")
LARGEST_RETURNED = 8 * 1024 * 1024  # clients of MSSanté take 10 MB by default
_LONGEST_SUBJECT = 200
_LONGEST_LINE = 998  # RFC 5322 §2.1.1


@dataclass(frozen=True, slots=True)
class Disposition:
    """All that a reading receipt says."""

    message_id: str  # of the receipt, without angle brackets; stable over every attempt
    date: datetime  # aware
    reader: str  # whom the mail was for, as its sender wrote him
    recipient: str  # the sender of the mail
    said: Said  # DISPLAYED, PROCESSED, DELETED or REJECTED
    original: str  # Message-ID of the mail, without angle brackets; empty where it has none
    subject: str = "Accusé de lecture"
    headers: Headers = ()  # what the network asks of every mail, such as X-MSS-NIL
    returned: bytes = b""  # the whole mail, where the network wants it back (IG-LPS), if a server would take it
    error: str = ""  # REJECTED: the agency's code, such as 902, and what it means
    meaning: str = ""


def write(disposition: Disposition) -> bytes:
    """Return the receipt as a mail."""
    meaning = f"    {disposition.meaning}\n" if disposition.meaning else ""
    text = f"{_TEXT[disposition.said]}\n\n  {envelope.address(disposition.reader)}\n{meaning}"
    parts = (compose.text_part(text, "utf-8"), _notification(disposition), *_returned(disposition))
    head = (*_head(disposition), b"MIME-Version: 1.0")
    return b"\r\n".join(head) + b"\r\n" + compose.multipart("report; report-type=disposition-notification", parts)


def _head(disposition: Disposition) -> tuple[bytes, ...]:
    thread = compose.known_id(disposition.original)
    fields = (
        ("Subject", _subject(disposition)),
        ("Date", format_datetime(disposition.date)),
        ("Message-ID", compose.message_id(disposition.message_id)),
        *((name, one) for one in thread for name in ("In-Reply-To", "References")),
        ("Auto-Submitted", "auto-replied"),  # RFC 3834 §5; an MDN asks for no MDN (RFC 8098 §3)
        *disposition.headers,
    )
    sender = compose.mailbox("From", Mailbox(disposition.reader))
    recipient = compose.mailbox("To", Mailbox(disposition.recipient))
    return (sender, recipient, *(compose.header(name, value) for name, value in fields))


def _error(disposition: Disposition) -> str:
    return disposition.error if _CODE.fullmatch(disposition.error) else _OTHER


def _subject(disposition: Disposition) -> str:
    subject = disposition.subject[:_LONGEST_SUBJECT]
    return f"{_KO}[{_error(disposition)}] {subject}" if disposition.said is Said.REJECTED else subject


def _outcome(disposition: Disposition) -> tuple[str, ...]:
    """Return what became of the mail; an error in the form of IG-LPS 1.1.3."""
    mode = "Disposition: automatic-action/MDN-sent-automatically;"
    if disposition.said is not Said.REJECTED:
        return (f"{mode} {disposition.said.value}",)
    error = f"{_error(disposition)}^Integration impossible^applicationErrorCondition| E^Error^errorSeverity"
    return (f"{mode} processed/error", f"Error: {error}")


def _notification(disposition: Disposition) -> bytes:
    """Return the machine-readable part (RFC 8098 §3.1)."""
    reader = envelope.address(disposition.reader)
    original = [f"Original-Message-ID: {one}" for one in compose.known_id(disposition.original)]
    lines = (
        "Content-Type: message/disposition-notification",
        "Content-Transfer-Encoding: 7bit",
        "",
        f"Reporting-UA: {reader.rpartition('@')[2]}; {AGENT}",
        f"Original-Recipient: rfc822; {reader}",
        f"Final-Recipient: rfc822; {reader}",
        *original,
        *_outcome(disposition),
    )
    return "\r\n".join((*lines, "")).encode("ascii")


def _returned(disposition: Disposition) -> tuple[bytes, ...]:
    """Return the whole mail, with the line ends of the wire; nothing where no server would take it back."""
    lines = disposition.returned.replace(b"\r\n", b"\n").split(b"\n")
    whole = b"\r\n".join(lines)
    if not whole or len(whole) > LARGEST_RETURNED or max(map(len, lines)) > _LONGEST_LINE:
        return ()
    encoding = b"7bit" if whole.isascii() else b"8bit"
    return (b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + whole,)
