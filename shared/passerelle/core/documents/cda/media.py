"""Files inside a CDA: base64 decoded under caps, named, and typed by what they are, not by what they claim."""

import base64
import binascii
import re
import zlib

from lxml import etree

from passerelle.core.documents.markup import child, local, value, words
from passerelle.core.errors import MalformedError
from passerelle.core.message import Attachment

LARGEST = 10_000_000  # bytes of one file
LARGEST_TOTAL = 25_000_000  # bytes of all files: what a mail may weigh, and nothing that inflates beyond
PDF = "application/pdf"
_HEADER = 1024  # bytes in which %PDF- may begin (ISO 32000-1, annex H, note 13)
_MAGIC = (
    (b"\x89PNG\r\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"{\\rtf", "text/rtf"),
)
_EXTENSIONS = {PDF: "pdf", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "text/rtf": "rtf"}


def sniff(content: bytes) -> str:
    """Return the media type that the first bytes prove; empty where they prove none."""
    if b"%PDF-" in content[:_HEADER]:
        return PDF
    return next((media_type for magic, media_type in _MAGIC if content.startswith(magic)), "")


def decode(element: etree._Element) -> bytes:
    """Return the bytes of an ED element; MalformedError `cda.base64` or `cda.media` otherwise."""
    text = "".join(words(element).split())
    if len(text) > LARGEST * 4 // 3 + 4:
        raise MalformedError("cda.media", f"A file inside a CDA has at most {LARGEST} bytes.")
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError("cda.base64", "A file inside a CDA is not base64 (RFC 4648 §4).") from None
    inflate = value(element, "compression") == "DF" and not sniff(content)  # some claim DF and do not deflate
    return _inflated(content) if inflate else content


def _inflated(content: bytes) -> bytes:
    try:
        engine = zlib.decompressobj(-zlib.MAX_WBITS)
        plain = engine.decompress(content, LARGEST)
    except zlib.error:
        return content
    if engine.unconsumed_tail:
        raise MalformedError("cda.media", f"A file inside a CDA has at most {LARGEST} bytes.")
    return plain


def attachment(element: etree._Element, stem: str) -> Attachment | None:
    """Return the file of an ED element; nothing where it is empty or only a reference; never fetched."""
    content = decode(element) if value(element, "representation") == "B64" else b""
    if not content:
        return None
    claimed = value(element, "mediaType").lower()
    media_type = sniff(content) or ("application/octet-stream" if claimed in _EXTENSIONS else claimed)
    return Attachment(f"{stem}.{_EXTENSIONS.get(media_type, 'bin')}", media_type, content)


def collect(body: etree._Element) -> dict[str, Attachment]:
    """Return the files of every observationMedia by its ID, with names that differ."""
    found: dict[str, Attachment] = {}
    stems: set[str] = set()
    total = 0
    for element in body.iter():
        holder = child(element, "value") if local(element) == "observationMedia" else None
        if holder is None:
            continue
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", value(element, "ID")).strip("-")[:40] or "document"
        while stem.lower() in stems:
            stem = f"{stem}-{len(stems) + 1}"
        file = attachment(holder, stem)
        if file:
            stems.add(stem.lower())
            name = value(element, "ID")
            found[stem if not name or name in found else name] = file
            total += len(file.content)
        if total > LARGEST_TOTAL:
            raise MalformedError("cda.media", f"The files inside a CDA have at most {LARGEST_TOTAL} bytes.")
    return found
