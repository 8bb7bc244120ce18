"""The notice that tells a sender what became of his mail: multipart/report (RFC 6522) with a DSN (RFC 3464).

It returns nothing of the original but its Message-ID: no subject, no name, no content. Its envelope sender must be
empty (RFC 5321 §4.5.5), so that no notice answers a notice.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from passerelle.core.errors import MalformedError
from passerelle.core.mail import causes, compose, envelope
from passerelle.core.mail.compose import Headers
from passerelle.core.message import Mailbox, Said

MOST_RECIPIENTS = envelope.MOST_RECIPIENTS
LABEL = "Passerelle"
_CODE = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Fate:
    """A recipient, as the sender wrote him, and the reason code of what became of the mail to him."""

    address: str
    code: str


@dataclass(frozen=True, slots=True)
class _Phrases:
    """How a notice says what became of a mail."""

    subject: str
    french: str
    english: str


_PHRASES = {
    Said.FAILED: _Phrases(
        "Courrier non remis / Undelivered mail",
        "La passerelle n'a pas pu remettre votre courrier à :",
        "The bridge could not deliver your mail to:",
    ),
    Said.DELAYED: _Phrases(
        "Courrier sans accusé de lecture / No reading receipt",
        "La passerelle a remis votre courrier, et n'a pas reçu d'accusé de lecture de :",
        "The bridge has handed your mail over, and has got no reading receipt of:",
    ),
    Said.RELAYED: _Phrases(
        "Courrier transmis / Mail relayed",
        "La passerelle a transmis votre courrier au serveur de :",
        "The bridge has handed your mail over to the server of:",
    ),
    Said.DELIVERED: _Phrases(
        "Courrier remis / Mail delivered",
        "Votre courrier est arrivé dans la boîte de :",
        "Your mail has arrived in the mailbox of:",
    ),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """All that a notice says."""

    message_id: str  # of the notice, without angle brackets; stable over every attempt
    date: datetime  # aware
    postmaster: str  # who answers questions; the From of the notice
    recipient: str  # the sender of that mail
    fates: tuple[Fate, ...]
    original: str = ""  # Message-ID of the mail that it speaks of, without angle brackets
    headers: Headers = ()  # what the network asks of every mail, such as X-MSS-NIL
    said: Said = Said.FAILED
    corrects: bool = False  # an earlier notice said that the mail failed


def status(code: str) -> str:
    """Return the enhanced status (RFC 3463) of a reason code."""
    return causes.find(code).status


def write(notice: Notice) -> bytes:
    """Return the notice as a mail."""
    if not 1 <= len(notice.fates) <= MOST_RECIPIENTS:
        raise MalformedError("mail.recipients", f"A notice speaks of 1 to {MOST_RECIPIENTS} recipients.")
    original = compose.known_id(notice.original)
    parts = (compose.text_part(_text(notice), "utf-8"), _report(notice), *map(_returned, original))
    head = (*_head(notice, original), b"MIME-Version: 1.0")
    return b"\r\n".join(head) + b"\r\n" + compose.multipart("report; report-type=delivery-status", parts)


def _head(notice: Notice, original: tuple[str, ...]) -> tuple[bytes, ...]:
    thread = tuple((name, one) for one in original for name in ("In-Reply-To", "References"))
    fields = (
        ("Subject", _PHRASES[notice.said].subject),
        ("Date", format_datetime(notice.date)),
        ("Message-ID", compose.message_id(notice.message_id)),
        *thread,
        ("Auto-Submitted", "auto-replied"),  # RFC 3834 §5
        *notice.headers,
    )
    sender = compose.mailbox("From", Mailbox(notice.postmaster, LABEL))
    recipient = compose.mailbox("To", Mailbox(notice.recipient))
    return (sender, recipient, *(compose.header(name, value) for name, value in fields))


def _text(notice: Notice) -> str:
    phrases = _PHRASES[notice.said]
    found = [(one.address, causes.find(one.code), one.code) for one in notice.fates]
    french = [f"  {address}\n    {cause.french} [{code}]" for address, cause, code in found]
    english = [f"  {address}\n    {cause.english} [{code}]" for address, cause, code in found]
    return "\n".join(
        (
            f"Bonjour,\n\n{phrases.french}\n",
            *french,
            *(("\nL'avis d'échec que vous avez reçu pour ce courrier ne vaut plus.",) if notice.corrects else ()),
            "\nCet avis ne reprend rien du courrier, qui peut contenir des données de santé.",
            f"\n-- \n\nHello,\n\n{phrases.english}\n",
            *english,
            *(("\nThe notice of failure that you were sent no longer holds.",) if notice.corrects else ()),
            "\nThis notice repeats nothing of the mail, which may hold health data.\n",
        )
    )


def _report(notice: Notice) -> bytes:
    """Return the machine-readable part (RFC 3464 §2): fields of the message, then of each recipient."""
    reporter = envelope.address(notice.postmaster).rpartition("@")[2]
    groups = [f"Reporting-MTA: dns; {reporter}", *(_recipient(one, notice.said) for one in notice.fates)]
    head = "Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
    return (head + "\r\n\r\n".join(groups) + "\r\n").encode("ascii")


def _recipient(fate: Fate, said: Said) -> str:
    if not _CODE.fullmatch(fate.code):
        raise MalformedError("mail.reason", "A reason code has lower case letters, digits, dots and hyphens.")
    address = envelope.address(fate.address)
    return "\r\n".join(
        (
            f"Original-Recipient: rfc822; {address}",
            f"Final-Recipient: rfc822; {address}",
            f"Action: {said.value}",
            f"Status: {status(fate.code)}",
            f"Diagnostic-Code: x-passerelle; {fate.code}",
        )
    )


def _returned(original: str) -> bytes:
    """Return the third part (RFC 6522 §3): of the original's headers, the one that tells which mail it was."""
    head = "Content-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
    return f"{head}Message-ID: {original}\r\n".encode("ascii")
