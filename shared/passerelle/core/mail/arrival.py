"""What the last mail server wrote on a mail in a mailbox: who sent it, and to whom.

The envelope is gone by then. Its sender stands in Return-Path, which the last server puts at the top (RFC 5321 §4.4);
its recipient stands in no field of a standard. Fields below the first Received are the sender's own, or of a server on
the way: nothing of the envelope is believed there.
"""

import re
from dataclasses import dataclass

from passerelle.core.errors import MalformedError
from passerelle.core.mail import envelope, fields
from passerelle.core.mail.fields import Fields

_PATH = re.compile(r"<([^<>\s]*)>")
_ASIDE = re.compile(r'\\.|"(?:[^"\\]|\\.)*"|\((?:[^()\\]|\\.)*\)')  # RFC 5322 §3.2.2, §3.2.4
"""Labels and comments; pairs first, so that what is never closed is not looked for again from inside it."""

_ANGLE = re.compile(r"<([^<>\s]*)>")
_ADDRESSED = ("to", "cc", "bcc")  # RFC 5322 §3.6.3


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of the envelope that a mail came in: its sender (empty for a notice), and who may be meant."""

    sender: str
    recipients: tuple[str, ...]  # as the last server wrote them, where it does
    addressed: tuple[str, ...]  # whom the header names: who of them got this copy, it does not say


def read(content: bytes, field: str = "") -> Arrival:
    """Return what a mail says of its arrival; `field` is where the server of the mailbox writes the recipient.

    MalformedError `arrival.sender` where it is not told who sent it: nobody is guessed from From.
    """
    found = fields.parse(_header(content))
    top = _top(found)
    paths = _values(top, "return-path")
    return Arrival(
        _sender(paths[0] if paths else ""),
        tuple(_address(value) for value in _values(top, field.lower())) if field else (),
        tuple(dict.fromkeys(one for name in _ADDRESSED for value in _values(found, name) for one in _listed(value))),
    )


def _header(content: bytes) -> bytes:
    """Return the header block; it may be too long, which is for the parser to say."""
    ends = [at for mark in (b"\r\n\r\n", b"\n\n") if (at := content.find(mark, 0, fields.LONGEST_BLOCK + 4)) >= 0]
    return content[: min(ends, default=fields.LONGEST_BLOCK + 1)]


def _top(found: Fields) -> Fields:
    """Return the fields above the first Received; none where there is none: then no server has written any."""
    names = [name.lower() for name, _ in found]
    return found[: names.index("received")] if "received" in names else ()


def _values(found: Fields, name: str) -> list[str]:
    return [value for field, value in found if field.lower() == name]


def _sender(path: str) -> str:
    """Return the address of a path (RFC 5321 §4.1.2), empty for the null one."""
    match = _PATH.fullmatch(path)
    if not match:
        raise MalformedError("arrival.sender", "No Return-Path at the top of the mail says who sent it.")
    return envelope.address(match[1]) if match[1] else ""


def _address(value: str) -> str:
    """Return the one address that a server wrote, with or without its brackets."""
    match = _PATH.fullmatch(value)
    return envelope.address(match[1] if match else value)


def _listed(value: str) -> list[str]:
    """Return the addresses of a list (RFC 5322 §3.4); what is none is left out."""
    found = []
    for piece in filter(str.strip, re.split(r"[,;]", _ASIDE.sub(" ", value))):
        angle = _ANGLE.search(piece)
        try:
            found.append(envelope.address(angle[1] if angle else piece.rpartition(":")[2].strip()))
        except MalformedError:
            continue
    return found
