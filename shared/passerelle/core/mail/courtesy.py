"""What the header of a mail answers and asks for: threads, receipts, and whether a person wrote it."""

import re

from passerelle.core.errors import MalformedError
from passerelle.core.mail import fields, prescan
from passerelle.core.mail.fields import Fields
from passerelle.core.message import Courtesy

MOST_ANSWERS = 50
_ID = re.compile(r"<([^<>\s]{1,900})>")
_NOBODY = (
    "bulk",
    "junk",
    "list",
    "auto_reply",
)  # of Precedence: what RFC 3834 §2 calls historical, and everybody sends


def read(content: bytes) -> Courtesy:
    """Return what a mail answers and asks for; nothing where its header cannot be read."""
    try:
        found = fields.parse(prescan.cut(content)[0])
    except MalformedError:
        return Courtesy()
    answer, mass = _answer(found), _value(found, "precedence").strip().lower() in _NOBODY
    return Courtesy(_answers(found), () if answer or mass else _asks(found), answer)


def _answers(found: Fields) -> tuple[str, ...]:
    nearest = _ID.findall(_value(found, "in-reply-to")) + _ID.findall(_value(found, "references"))[::-1]
    return tuple(dict.fromkeys(nearest))[:MOST_ANSWERS]


def _answer(found: Fields) -> bool:
    """Return whether no person wrote this answer (RFC 3834 §5); what a laboratory's machine makes is none."""
    said = _value(found, "auto-submitted").split(";")[0].split("(")[0].strip().lower()
    return said not in ("", "no", "auto-generated")


def _asks(found: Fields) -> tuple[str, ...]:
    """Return the receipts that the sender wants for himself: one for another address is a loop or a leak."""
    try:
        sender = fields.mailbox(_value(found, "from")).address.casefold()
    except MalformedError:
        return ()
    wanted = (("dsn", "return-receipt-to"), ("mdn", "disposition-notification-to"))  # ECO.2.3.1, ECO.2.3.2
    return tuple(what for what, name in wanted if _is(_value(found, name), sender))


def _is(value: str, sender: str) -> bool:
    try:
        return fields.mailbox(value).address.casefold() == sender
    except MalformedError:
        return False


def _value(found: Fields, name: str) -> str:
    return next((value for field, value in found if field.lower() == name), "")
