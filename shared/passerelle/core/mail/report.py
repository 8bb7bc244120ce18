"""Receipts as others write them: DSN (RFC 3464), MDN (RFC 8098) and the agency's error mails, read leniently."""

import re
from collections.abc import Iterator

from passerelle.core.errors import MalformedError
from passerelle.core.mail import fields, mime, prescan
from passerelle.core.mail.fields import Fields
from passerelle.core.mail.prescan import Leaf
from passerelle.core.message import Report, Said

MOST_NAMES = 20
_STATUS = "message/delivery-status"
_DISPOSITION = "message/disposition-notification"
_ORIGINAL = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers")
_ACTIONS = {one.value: one for one in (Said.DELAYED, Said.RELAYED, Said.DELIVERED, Said.FAILED)} | {
    "expanded": Said.RELAYED  # RFC 3464 §2.3.3: delivered to several; what became of each is said elsewhere
}
_DISPOSITIONS = {
    "displayed": Said.DISPLAYED,
    "processed": Said.DISPLAYED,  # IG-LPS: what a system says that has filed the mail
    "dispatched": Said.DISPLAYED,
    "deleted": Said.DELETED,
    "denied": Said.DELETED,
    "failed": Said.REJECTED,
}
_BROKEN = "[KO "  # IG-LPS: subject of an error mail, also where no MDN was asked for
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_NAME = re.compile(r"<?([^<>\s]{1,900})>?")


def read(content: bytes) -> Report | None:
    """Return what a mail says as a receipt; None where it is none, or where it cannot be read at all."""
    try:
        subject, reports = _top(content)
        if not reports and not subject.startswith(_BROKEN):
            return None
        return _report(subject, prescan.scan(content)[1], reports=reports)
    except MalformedError:
        return None


def _top(content: bytes) -> tuple[str, bool]:
    """Return the subject of a mail, and whether it is a report (RFC 6522 §3)."""
    top = fields.parse(prescan.cut(content)[0])
    media_type, _ = fields.parameters(_value(top, "content-type"))
    return fields.decode(_value(top, "subject")), media_type == "multipart/report"


def _report(subject: str, leaves: tuple[Leaf, ...], *, reports: bool) -> Report | None:
    """Return what a receipt says; a mail that only carries one among its files is none."""
    notes = [leaf for leaf in leaves if leaf.media_type in (_STATUS, _DISPOSITION) and reports]
    originals = tuple(_message_id(leaf) for leaf in leaves if leaf.media_type in _ORIGINAL)
    if notes:
        return _noted(_groups(notes[0]), originals, broken=subject.startswith(_BROKEN))
    if subject.startswith(_BROKEN) and any(originals):
        return Report(Said.REJECTED, _names(*originals))
    return None


def _noted(groups: tuple[Fields, ...], originals: tuple[str, ...], *, broken: bool) -> Report | None:
    every = tuple(field for group in groups for field in group)
    named = (_value(every, "original-envelope-id"), _value(every, "original-message-id"), *originals)
    said = _said(every)
    if said is None:
        return None
    status = _ENHANCED.search(_value(every, "status"))
    return Report(Said.REJECTED if broken else said, _names(*named), status[0] if status else "")


def _said(every: Fields) -> Said | None:
    """Return what the fields say; a modifier `error` (RFC 8098 §3.2.6.3) outweighs the type."""
    action = _value(every, "action").split("(")[0].strip().lower()
    if action:
        return _ACTIONS.get(action)
    disposition = _value(every, "disposition").lower()
    _, _, kind = disposition.rpartition(";")
    kind, _, modifier = kind.strip().partition("/")
    if "error" in modifier or _value(every, "error"):
        return Said.REJECTED
    return _DISPOSITIONS.get(kind.strip())


def _groups(leaf: Leaf) -> tuple[Fields, ...]:
    """Return the groups of fields of a note: of the mail, then of each recipient (RFC 3464 §2.1)."""
    body = mime.decoded(leaf).content.replace(b"\r\n", b"\n").strip(b"\n")
    return tuple(fields.parse(block.strip(b"\n")) for block in re.split(rb"\n[ \t]*\n+", body) if block.strip())


def _message_id(leaf: Leaf) -> str:
    """Return the Message-ID of the returned mail, or of its header; empty where it has none."""
    try:
        body = mime.decoded(leaf).content.lstrip(b"\r\n")
        block = re.split(rb"\r?\n\r?\n", body[: fields.LONGEST_BLOCK], maxsplit=1)[0]
        return _value(fields.parse(block), "message-id")
    except MalformedError:
        return ""


def _value(found: Fields, name: str) -> str:
    return next((value for field, value in found if field.lower() == name), "")


def _names(*values: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_valid(values)))[:MOST_NAMES]


def _valid(values: tuple[str, ...]) -> Iterator[str]:
    for value in values:
        match = _NAME.fullmatch(value.strip())
        if match:
            yield match[1]
