"""A mail in the clear, read (RFC 5322, RFC 2045) under the limits of `prescan`, or written."""

import binascii
import re
import unicodedata
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from passerelle.core.errors import MalformedError
from passerelle.core.mail import fields, prescan
from passerelle.core.mail.compose import write
from passerelle.core.mail.fields import Fields
from passerelle.core.message import Mailbox

__all__ = ["Mail", "Part", "bounded", "decoded", "read", "safe_name", "sender", "write"]

LONGEST_NAME = 120
MOST_TEXT = 1_000_000  # characters around the documents: 500 pages, 0.5 s
_YEARS = range(1970, 2200)  # of a mail that was really written: days can be added to it and taken off
_AT_MOST_ONCE = ("subject", "sender", "to", "cc", "reply-to", "date", "message-id")  # RFC 5322 §3.6


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of a mail, transfer-decoded; its name is a safe base name or empty."""

    media_type: str
    charset: str
    name: str
    content: bytes
    attached: bool

    @property
    def text(self) -> str:
        """Return the content as text: in its charset where it is known and true, as ISO-8859-1 otherwise."""
        return fields.text(self.content, self.charset)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail, read: its top header fields decoded, its leaves in order."""

    message_id: str  # without angle brackets; empty where the mail has none
    sender: Mailbox
    subject: str
    date: datetime | None  # aware
    headers: Fields
    parts: tuple[Part, ...]


def read(content: bytes) -> Mail:
    """Return a mail; MalformedError `mail.…` where it breaks a rule or a limit."""
    found, leaves = prescan.scan(content)
    prescan.refuse_mixed(content)
    raw = _singles(found)
    return Mail(
        message_id=_message_id(raw.get("message-id", "")),
        sender=fields.mailbox(raw["from"]),
        subject=fields.decode(raw.get("subject", "")),
        date=_date(raw.get("date", "")),
        headers=tuple((name, fields.decode(value)) for name, value in found),
        parts=_distinct(tuple(decoded(leaf) for leaf in leaves)),
    )


def sender(content: bytes) -> Mailbox:
    """Return who a mail says that it is from; MalformedError `mail.from` where that is not exactly one."""
    return fields.mailbox(_singles(fields.parse(prescan.cut(content)[0]))["from"])


def _singles(found: Fields) -> dict[str, str]:
    """Return the fields that stand once; two From or two Subject read differently here and there."""
    names = [name.lower() for name, _ in found]
    if names.count("from") != 1:
        raise MalformedError("mail.from", "A mail must have exactly one From (RFC 5322 §3.6).")
    if any(names.count(name) > 1 for name in _AT_MOST_ONCE):
        raise MalformedError(
            "mail.header-twice", "A mail has a header field twice that may stand once (RFC 5322 §3.6)."
        )
    return {name.lower(): value for name, value in found}


def _message_id(value: str) -> str:
    match = re.fullmatch(r"<?([^<>\s]{1,900})>?", value)
    return fields.clean(match[1]) if match else ""


def _date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if found.year not in _YEARS:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def decoded(leaf: prescan.Leaf) -> Part:
    """Return a leaf, transfer-decoded, its name made safe."""
    named = {name.lower(): value for name, value in leaf.fields}
    disposition, about = fields.parameters(named.get("content-disposition", ""))
    name = safe_name(about.get("filename") or leaf.parameters.get("name", ""))
    return Part(
        media_type=leaf.media_type,
        charset=leaf.parameters.get("charset", "us-ascii").lower(),
        name=name,
        content=_decoded(leaf.body, named.get("content-transfer-encoding", "").strip().lower()),
        attached=disposition == "attachment" or bool(name),
    )


def _decoded(body: bytes, encoding: str) -> bytes:
    if encoding in prescan.IDENTITY:
        return body
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding != "base64":
        raise MalformedError("mail.transfer-encoding", "A part has a transfer encoding outside RFC 2045 §6.")
    try:
        return b64decode(body.translate(None, b" \t\r\n"), validate=True)
    except binascii.Error as error:
        raise MalformedError("mail.base64", "A part is not the base64 that it says (RFC 2045 §6.8).") from error


def bounded(text: str) -> str:
    """Return what a sender wrote around his documents; MalformedError `mail.text` where nobody would read it."""
    if len(text) > MOST_TEXT:
        raise MalformedError("mail.text", f"The text around the documents has more than {MOST_TEXT} characters.")
    return text


def safe_name(name: str) -> str:
    """Return a file name without path, control or reserved characters, of at most 120 characters."""
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(sign if sign.isalnum() or sign in " ._-'()+,&@[]" else "_" for sign in base).strip(" .")
    if len(kept) <= LONGEST_NAME:
        return kept
    stem, dot, extension = kept.rpartition(".")
    return (stem[: LONGEST_NAME - 9] + dot + extension[:8]).strip(" .") if dot else kept[:LONGEST_NAME].strip(" .")


def _distinct(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return the parts with names that differ by more than case: a disk may keep only one of two such files."""
    seen: set[str] = set()
    return tuple(_renamed(part, seen) for part in parts)


def _renamed(part: Part, seen: set[str]) -> Part:
    name, number = part.name, 1
    while name and name.casefold() in seen:
        number += 1
        stem, dot, extension = part.name.rpartition(".")
        name = f"{stem}-{number}.{extension}" if dot else f"{part.name}-{number}"
    seen.add(name.casefold())
    return part if name == part.name else Part(part.media_type, part.charset, name, part.content, part.attached)
