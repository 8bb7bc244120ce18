"""What a PDF can do beside being read: scripts, programs, files inside, forms that send; found without obeying it.

All bytes are searched, not the tree that a cross-reference table shows: what an earlier revision holds, or the table
leaves out, one reader or another still finds. Object streams are inflated and searched too; where one cannot be, that
is said. A name that stands in a text is found as well: the file is flagged once too often, never once too little.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from types import MappingProxyType

from passerelle.core.documents.effort import Effort, Work
from passerelle.core.message import Loss, Message

MOST_STREAMS = 20_000  # of one file
MOST_INFLATED = Work.INFLATED.value  # bytes in them, and out of them
MOST_ESCAPED = 10_000  # names with #xx: a French file has some, in its form fields
_MARK_WITHIN = 1_024  # bytes: where readers look for %PDF-
_STAYS = "It travels as it came."

_END = rb"(?=[\x00\t\n\f\r ()<>\[\]{}/%]|\Z)"  # ISO 32000-1 §7.2.2
_REFERENCE = rb"\d{1,10}[\x00\t\n\f\r %]"


def _name(*names: str) -> bytes:
    """Match names that are too long for chance to write them into compressed bytes."""
    return b"/(?:%b)%b" % ("|".join(names).encode(), _END)


def _short(name: bytes, *following: bytes) -> bytes:
    """Match a short name with what must follow it; a comment or much space between them is found too."""
    return rb"/%b[\x00\t\n\f\r ]{0,63}+(?:%b)" % (name, b"|".join((*following, _REFERENCE, rb"[\x00\t\n\f\r %]")))


_ACTS = MappingProxyType(
    {  # ISO 32000-1 §12.6.4, unless said otherwise
        "pdf.javascript": _name("JavaScript"),
        "pdf.launch": _name("Launch"),
        "pdf.embedded-file": _name("EmbeddedFiles?", "FileAttachment", "Collection") + b"|" + _short(b"EF", b"<<"),
        "pdf.submit": _name("SubmitForm", "ImportData"),  # §12.7.5
        "pdf.other-file": _name("GoToR", "GoToE"),
        "pdf.media": _name("RichMedia", "Movie", "Sound", "Screen", "Rendition")
        + rb"|/Subtype\s{0,8}/3D"
        + _END
        + rb"|/3D[AD]"
        + _END,
        "pdf.xfa": _short(b"XFA", rb"\["),  # §12.7.8
        "pdf.encrypted": _name("Encrypt"),  # §7.6
        "pdf.link": _short(b"URI", rb"\(", b"<"),
        "pdf.automatic": _short(b"OpenAction", b"<<") + b"|" + _short(b"AA", b"<<"),  # §12.6.3
    }
)
_SAID = MappingProxyType(
    {
        loss.what: loss
        for loss in (
            Loss("pdf.javascript", "attachment", "The PDF holds JavaScript.", _STAYS),
            Loss("pdf.launch", "attachment", "The PDF can start a program.", _STAYS),
            Loss("pdf.embedded-file", "attachment", "The PDF holds other files, which nobody has looked at.", _STAYS),
            Loss("pdf.submit", "attachment", "The PDF holds a form that sends or fetches data.", _STAYS),
            Loss("pdf.other-file", "attachment", "The PDF opens other files.", _STAYS),
            Loss("pdf.media", "attachment", "The PDF holds sound, film or a 3D scene.", _STAYS),
            Loss("pdf.xfa", "attachment", "The PDF holds an XFA form, which has scripts of its own.", _STAYS),
            Loss("pdf.encrypted", "attachment", "The PDF is encrypted: nobody has looked at all of it.", _STAYS),
            Loss("pdf.automatic", "attachment", "The PDF acts by itself when it is opened or read.", _STAYS),
            Loss("pdf.unread", "attachment", "The PDF hides objects in a way that is not read here.", _STAYS),
        )
    }
)
_ESCAPED = re.compile(rb"/(?:[^\x00-\x20()<>\[\]{}/%#]{0,40}#[0-9A-Fa-f]{2}){1,16}")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_COMPRESSES = (
    re.compile(  # objects in streams: a cross-reference stream names them, or the type of theirs (§7.5.7, §7.5.8)
        _name("ObjStm", "XRef") + rb"|/W\s{0,8}\[\s{0,8}\d{1,10}\s{1,8}\d{1,10}\s{1,8}\d{1,10}\s{0,8}\]"
    )
)
_ODD = re.compile(  # encodings of streams that are not read here; the shortest name needs a sign before it
    rb"(?:/(?:ASCIIHexDecode|AHx|ASCII85Decode|A85|LZWDecode|LZW|RunLengthDecode|Crypt)|[j\s\[\]<>]/RL"
    rb"|/Predictor(?!\s+1[0-5]?\s*[/>]))" + _END
)
_STREAM = re.compile(rb"(?<!end)stream[\t\n\r ]{1,8}")
_NUMBERS = re.compile(rb"[\x00\t\n\f\r ]*(?:[\d%+-]|\Z)")  # as an object stream begins
_ROWS = re.compile(rb"[\x00-\x04][\x00\t\n\f\r ]*[\d%+-]")  # the same in rows of PNG: its names are cut apart
_BEGINNING = 64  # bytes


class _UnreadError(Exception):
    """Something in the file cannot be looked at."""


def marked(message: Message) -> Message:
    """Return a message whose PDFs carry what they can do, each told as a loss."""
    files = [one for document in message.documents for one in document.attachments] + [*message.attachments]
    effort = Effort()
    found = [_acts(file.content, effort) for file in files]
    losses = [
        replace(_SAID[code], where=f"attachment {number}") for number, codes in enumerate(found, 1) for code in codes
    ]
    if not losses:
        return message
    active = iter(found)
    documents = tuple(
        replace(one, attachments=tuple(replace(file, active=next(active)) for file in one.attachments))
        for one in message.documents
    )
    attachments = tuple(replace(file, active=next(active)) for file in message.attachments)
    return replace(message, documents=documents, attachments=attachments, losses=(*message.losses, *losses))


def _acts(content: bytes, effort: Effort) -> tuple[str, ...]:
    """Return what a file does that is worth telling: a link is not, as long as somebody must follow it."""
    return tuple(code for code in inspect(content, effort) if code in _SAID)


def inspect(content: bytes, effort: Effort | None = None) -> tuple[str, ...]:
    """Return what a PDF can do beside being read, as codes `pdf.…`; nothing for what is no PDF."""
    if b"%PDF-" not in content[:_MARK_WITHIN]:
        return ()
    found: set[str] = set()
    try:
        for piece in _pieces(content, effort or Effort()):
            found |= {code for code in _ACTS if code not in found and _pattern(code).search(piece)}
    except _UnreadError:
        found.add("pdf.unread")
    if found <= {"pdf.automatic", "pdf.encrypted", "pdf.unread"}:  # opens at a page, or prints: no other act is there
        found.discard("pdf.automatic")
    return tuple(code for code in (*_ACTS, "pdf.unread") if code in found)


@cache
def _pattern(code: str) -> re.Pattern[bytes]:
    return re.compile(_ACTS[code])


def _pieces(content: bytes, effort: Effort) -> Iterator[bytes]:
    """Yield the file and what its object streams hold, names without escapes."""
    plain = _plain(content)
    yield plain
    if not _COMPRESSES.search(plain):
        return
    if _ODD.search(plain):
        raise _UnreadError
    left = MOST_INFLATED
    for start in _object_streams(content):
        stop = content.find(b"endstream", start)
        packed = content[start : stop if stop > 0 else len(content)]
        left -= len(packed)
        if left < 0 or not effort.spend(Work.INFLATED, len(packed)):
            raise _UnreadError
        piece, whole = _inflated(packed, left + 1)
        left -= len(piece)
        if not whole or left < 0 or not effort.spend(Work.INFLATED, len(piece)):
            raise _UnreadError
        yield _plain(piece)


def _plain(content: bytes) -> bytes:
    """Return bytes with the escapes of their names read (ISO 32000-1 §7.3.5): #4A is J."""
    text, times = _ESCAPED.subn(lambda found: _HEX.sub(_byte, found[0]), content, count=MOST_ESCAPED + 1)
    if times > MOST_ESCAPED:
        raise _UnreadError
    return text


def _byte(found: re.Match[bytes]) -> bytes:
    return bytes((int(found[1], 16),))


def _object_streams(content: bytes) -> Iterator[int]:
    """Yield where the bytes of each stream begin that inflate to numbers first: objects, or the drawing of a page."""
    for number, found in enumerate(_STREAM.finditer(content)):
        if number > MOST_STREAMS:
            raise _UnreadError
        packed = content[found.end() : found.end() + 4096]
        if len(packed) < 2 or packed[0] & 0x0F != 8 or int.from_bytes(packed[:2]) % 31:  # noqa: PLR2004 - RFC 1950 §2.2
            continue
        begins, _ = _inflated(packed, _BEGINNING)
        if _ROWS.match(begins):
            raise _UnreadError
        if _NUMBERS.match(begins):
            yield found.end()


def _inflated(packed: bytes, most: int) -> tuple[bytes, bool]:
    """Return what zlib bytes inflate to, and whether they are whole; no reader asks for their checksum."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        return stream.decompress(packed[2:], most), stream.eof
    except zlib.error:
        raise _UnreadError from None
