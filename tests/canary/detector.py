"""Find an identity in bytes, however it is written: in UTF-16, base64, quoted-printable, hex, escapes, digests, files.

1. The stems of the words are ASCII: neither case nor accents nor the eight-bit charsets change where they are found.
2. Where a writing breaks lines or sets blanks between, the bytes are searched without them, too.
3. What is packed (gzip, zip, PDF) is searched unpacked, too.
"""

import gzip
import hashlib
import io
import re
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from urllib.parse import unquote_to_bytes

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from tests.canary.identities import Kind, digested, numbers

PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"%PDF")
MOST_UNPACKED = 50_000_000
_DEPTH = 3  # of a file in a file
_CERTAIN = 8  # bytes: what is shorter without its blanks stands in any long number
_AROUND = 24  # bytes of a hit that are shown on each side


class View(Enum):
    """How bytes are looked at."""

    RAW = auto()
    DENSE = auto()  # without blanks and line ends, soft ones of quoted-printable too
    LOWER = auto()
    DENSE_LOWER = auto()
    UNQUOTED = auto()  # every escape of a byte or a character read: =5A, %5A, \x5a, \u005a, &#90;


@dataclass(frozen=True, slots=True)
class Needle:
    """Something to look for: whom it names, how it is written, and in which view it is found."""

    kind: Kind
    how: str
    pattern: bytes
    view: View


@dataclass(frozen=True, slots=True)
class Hit:
    """An identity where it should not be."""

    kind: Kind
    how: str
    around: bytes


def search(blob: bytes) -> Iterator[Hit]:
    """Yield what is found in bytes, each way of writing once."""
    for content in _unpacked(blob, _DEPTH):
        views = {view: _seen(content, view) for view in View}
        for needle in needles():
            at = views[needle.view].find(needle.pattern)
            if at >= 0:
                found = views[needle.view][max(at - _AROUND, 0) : at + len(needle.pattern) + _AROUND]
                yield Hit(needle.kind, needle.how, found)


@cache
def needles() -> tuple[Needle, ...]:
    """Return all that is looked for."""
    every = {(one.pattern, one.view): one for one in (*_words(), *_numbers(), *_digests())}
    return tuple(every.values())


def _words() -> Iterator[Needle]:
    for kind in Kind:
        stem = kind.value.encode()
        yield Needle(kind, "text", stem, View.DENSE_LOWER)
        yield Needle(kind, "escaped", stem, View.UNQUOTED)
        for form in (stem, stem.upper(), stem.title()):
            for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
                content = form.decode().encode(encoding)
                if encoding != "utf-8":
                    yield Needle(kind, encoding, content, View.RAW)
                yield Needle(kind, f"hex of {encoding}", content.hex().encode(), View.DENSE_LOWER)
                for pattern in _base64(content):
                    yield Needle(kind, f"base64 of {encoding}", pattern, View.DENSE)


def _numbers() -> Iterator[Needle]:
    for number in numbers():
        for form in number.forms:
            for encoding in ("utf-8", "cp1252", "utf-16-le", "utf-16-be"):
                yield from _number(number.what, form, encoding)


def _number(what: str, form: str, encoding: str) -> Iterator[Needle]:
    content, dense = form.encode(encoding), form.replace(" ", "").encode(encoding)
    yield Needle(Kind.PATIENT, f"{what}, hex of {encoding}", content.hex().encode(), View.DENSE_LOWER)
    for pattern in _base64(content):
        yield Needle(Kind.PATIENT, f"{what}, base64 of {encoding}", pattern, View.DENSE)
    if encoding.startswith("utf-16"):
        yield Needle(Kind.PATIENT, f"{what}, {encoding}", content, View.RAW)
    else:
        yield Needle(Kind.PATIENT, f"{what}, text", content, View.LOWER)
        if len(dense) >= _CERTAIN:
            yield Needle(Kind.PATIENT, f"{what}, escaped", dense, View.UNQUOTED)
        if dense == content:
            yield Needle(Kind.PATIENT, f"{what}, folded", dense, View.DENSE_LOWER)


def _digests() -> Iterator[Needle]:
    for value in digested():
        for name in ("md5", "sha1", "sha256"):
            made = hashlib.new(name, value.encode(), usedforsecurity=False)
            yield Needle(Kind.PATIENT, f"{name} without a key", made.hexdigest()[:16].encode(), View.LOWER)
            yield Needle(Kind.PATIENT, f"{name} without a key, base64", b64encode(made.digest())[:20], View.DENSE)


def _base64(content: bytes) -> Iterator[bytes]:
    """Yield what base64 makes of content at each of the three places in a group: its characters that are certain."""
    for before in range(3):
        written = b64encode(b"\0" * before + content)
        first = -(-before * 8 // 6)  # the first character without a bit of what stands before
        yield written[first : (before + len(content)) * 8 // 6]


def _seen(content: bytes, view: View) -> bytes:
    if view is View.RAW:
        return content
    if view is View.LOWER:
        return content.lower()
    dense = re.sub(rb"=\r?\n|\\+[rnt]|[\s\0]", b"", content)
    if view is View.DENSE:
        return dense
    return dense.lower() if view is View.DENSE_LOWER else re.sub(rb"[\s\0]", b"", _unquoted(dense)).lower()


_ESCAPE = re.compile(
    rb"=([0-9A-Fa-f]{2})|\\+x([0-9A-Fa-f]{2})|\\+u00([0-9A-Fa-f]{2})|&#x0*([0-9A-Fa-f]{2});|&#0*([0-9]{2,3});"
)


def _unquoted(content: bytes) -> bytes:
    plain = unquote_to_bytes(content) if b"%" in content else content
    return _ESCAPE.sub(_byte, plain) if re.search(rb"[=\\&]", plain) else plain


def _byte(found: re.Match[bytes]) -> bytes:
    *hexes, number = found.groups()
    value = int(next(one for one in hexes if one), 16) if number is None else int(number)
    return bytes([value]) if value < 256 else b"?"


def _unpacked(blob: bytes, depth: int) -> Iterator[bytes]:
    """Yield bytes, and what is packed in them."""
    yield blob
    if depth:
        for inner in _inner(blob):
            yield from _unpacked(inner, depth - 1)


def _inner(blob: bytes) -> Iterator[bytes]:
    if blob.startswith(b"\x1f\x8b"):
        yield _gunzipped(blob)
    if blob.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(blob)) as archive:
            yield "\n".join(archive.namelist()).encode()
            yield from (archive.read(item) for item in archive.infolist() if item.file_size < MOST_UNPACKED)
    if blob.startswith(b"%PDF"):
        yield _read(blob)


def _gunzipped(blob: bytes) -> bytes:
    try:
        return gzip.decompress(blob)
    except (OSError, EOFError, zlib.error):
        return b""


def _read(blob: bytes) -> bytes:
    try:
        reader = PdfReader(io.BytesIO(blob))
        return "\n".join((str(reader.metadata), *(page.extract_text() for page in reader.pages))).encode()
    except (PyPdfError, ValueError):
        return b""
