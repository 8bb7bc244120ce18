"""Receipts as others write them: DSN (RFC 3464), MDN (RFC 8098) and the agency's error mails, read leniently."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

from passerelle.core.errors import MalformedError
from passerelle.core.mail import fields, mime, prescan
from passerelle.core.mail.fields import Fields
from passerelle.core.mail.prescan import Leaf
from passerelle.core.message import Report, Said, Word

MOST_NAMES = 20
MOST_WORDS = 100  # RFC 5321 §4.5.3.1.8: recipients of a mail
MOST_ORIGINALS = 3  # returned mails: there is one
LONGEST_NOTE = 256 * 1024  # bytes of the machine's part
LONGEST_RETURNED = 64 * 1024  # bytes of a returned mail in which its Message-ID is looked for
_STATUS = ("message/delivery-status", "message/global-delivery-status")  # RFC 6533 §5
_DISPOSITION = ("message/disposition-notification", "message/global-disposition-notification")
_ORIGINAL = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
)
_ACTIONS = {one.value: one for one in (Said.DELAYED, Said.RELAYED, Said.DELIVERED, Said.FAILED)} | {
    "expanded": Said.RELAYED  # RFC 3464 §2.3.3: delivered to several; what became of each is said elsewhere
}
_DISPOSITIONS = {
    "displayed": Said.DISPLAYED,
    "processed": Said.PROCESSED,  # IG-LPS: what a system says that has filed the mail
    "dispatched": Said.PROCESSED,  # RFC 2298 §3.2.6: printed, faxed, forwarded; perhaps not seen
    "deleted": Said.DELETED,
    "denied": Said.DELIVERED,  # RFC 2298: its reader does not want to say; it is with him
    "failed": Said.REJECTED,
}
_BROKEN = "[KO "  # IG-LPS: subject of an error mail, also where no MDN was asked for
_CODE = re.compile(r"(?:\[|error\s*:\s*|^\s*)(\d{3})(?=[\]^\s]|\Z)", re.IGNORECASE)
_ERROR = re.compile(r"(?:^|,)\s*error\b")  # of the modifiers of a disposition, RFC 8098 §3.2.6.3
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_NAME = re.compile(r"<([^<>\s]{1,900})>|([^<>\s]{1,900})")
_FIELD_OR_FOLD = re.compile(rb"[ \t]|[!-9;-~]+[ \t]*:")
_ADDRESS = re.compile(r"[^;]*;\s*<?([^<>\s]{3,254})>?")  # RFC 3464 §2.3.1: address type, then the address


def read(content: bytes) -> Report | None:
    """Return what a mail says as a receipt; None where it is none, or where it cannot be read at all."""
    try:
        top = fields.parse(prescan.cut(content)[0])
        media_type, _ = fields.parameters(_value(top, "content-type"))
        reports = media_type == "multipart/report"  # RFC 6522 §3
        subject = fields.decode(_value(top, "subject"))
        if not reports and not subject.startswith(_BROKEN):
            return None
        leaves = prescan.scan(content)[1]
        words = _words(leaves, top, subject) if reports else (_rejected(top, subject),)
        returned = [leaf for leaf in leaves if leaf.media_type in _ORIGINAL]
        originals = [_message_id(leaf) for leaf in returned[:MOST_ORIGINALS]]
    except MalformedError:
        return None
    names = _names([*_named(leaves), *originals, _value(top, "in-reply-to"), _value(top, "references")])
    return Report(names, words) if words and (reports or any(originals)) else None


def _rejected(top: Fields, subject: str) -> Word:
    """Return what an error mail says where no MDN was asked for: it speaks for whom it comes from."""
    return Word(Said.REJECTED, _senders(top), error=_code(subject))


def _words(leaves: tuple[Leaf, ...], top: Fields, subject: str) -> tuple[Word, ...]:
    """Return what the machine's part of a report says; a mail that only carries one among its files is none."""
    for leaf in leaves:
        if leaf.media_type in _STATUS:
            return _recipients(_groups(leaf))
        if leaf.media_type in _DISPOSITION:
            return _disposition(_flat(_groups(leaf)), top, subject)
    return (_rejected(top, subject),) if subject.startswith(_BROKEN) else ()


def _recipients(groups: tuple[Fields, ...]) -> tuple[Word, ...]:
    """Return what a DSN says of each recipient (RFC 3464 §2.3)."""
    found = ((group, _ACTIONS.get(_plain(_value(group, "action")))) for group in groups)
    words = [Word(said, _addresses(group), _status(group)) for group, said in found if said]
    return tuple(words[:MOST_WORDS])


def _disposition(every: Fields, top: Fields, subject: str) -> tuple[Word, ...]:
    """Return what an MDN says; an error, in the agency's old form or its new one, outweighs the type."""
    _, _, spoken = _value(every, "disposition").partition(";")
    kind, _, modifier = spoken.partition("/")
    error = _value(every, "error") or _value(every, "failure")
    wrong = error or _ERROR.search(modifier.lower()) or subject.startswith(_BROKEN)
    said = Said.REJECTED if wrong else _DISPOSITIONS.get(_plain(kind))
    if said is None:
        return ()
    code = next(filter(None, map(_code, (error, modifier, subject))), "") if said is Said.REJECTED else ""
    return (Word(said, _addresses(every) or _senders(top), "", code),)


def _code(text: str) -> str:
    """Return the agency's code in an Error field, a modifier or a subject (IG-LPS); its words are not repeated."""
    match = _CODE.search(text)
    return match[1] if match else ""


def _plain(value: str) -> str:
    return value.split("(", maxsplit=1)[0].strip().lower()


def _status(group: Fields) -> str:
    match = _ENHANCED.search(_value(group, "status"))
    return match[0] if match else ""


def _addresses(group: Fields) -> tuple[str, ...]:
    found = (_ADDRESS.match(_value(group, name)) for name in ("original-recipient", "final-recipient"))
    return tuple(dict.fromkeys(match[1].casefold() for match in found if match))


def _senders(top: Fields) -> tuple[str, ...]:
    with suppress(MalformedError):
        return (fields.mailbox(_value(top, "from")).address.casefold(),)
    return ()


def _groups(leaf: Leaf) -> tuple[Fields, ...]:
    """Return the groups of fields of a note: of the mail, then of each recipient (RFC 3464 §2.1)."""
    body = mime.decoded(leaf).content.replace(b"\r\n", b"\n").strip(b"\n")
    if len(body) > LONGEST_NOTE:
        raise MalformedError("mail.report", f"The machine's part of a report is longer than {LONGEST_NOTE} bytes.")
    return tuple(_fields(block) for block in re.split(rb"\n[ \t]*\n", body) if block.strip())


def _fields(block: bytes) -> Fields:
    """Return the fields of a block; lines that are none, such as a server's answer broken in two, are left out."""
    lines = (line for line in block.split(b"\n") if _FIELD_OR_FOLD.match(line))
    return fields.parse(b"\n".join(lines).lstrip(b" \t\n"))


def _flat(groups: Iterable[Fields]) -> Fields:
    return tuple(field for group in groups for field in group)


def _named(leaves: tuple[Leaf, ...]) -> Iterator[str]:
    """Yield the names of the mail in the machine's part."""
    for leaf in leaves:
        if leaf.media_type in (*_STATUS, *_DISPOSITION):
            every = _flat(_groups(leaf))
            yield from (_value(every, "original-envelope-id"), _value(every, "original-message-id"))
            return


def _message_id(leaf: Leaf) -> str:
    """Return the Message-ID of the returned mail, or of its header; empty where it has none."""
    try:
        body = mime.decoded(leaf).content[:LONGEST_RETURNED].replace(b"\r\n", b"\n").lstrip(b"\n")
        return _value(_fields(body.split(b"\n\n", maxsplit=1)[0]), "message-id")
    except MalformedError:
        return ""


def _value(found: Fields, name: str) -> str:
    return next((value for field, value in found if field.lower() == name), "")


def _names(values: Iterable[str]) -> tuple[str, ...]:
    found = (match for value in values for match in _NAME.finditer(value))
    return tuple(dict.fromkeys(match[1] or match[2] for match in found))[:MOST_NAMES]
