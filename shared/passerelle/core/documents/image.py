"""Photos: JPEG and PNG without what they tell of place, device and owner; the pixels stay as they are."""

import io
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal

from PIL import Image, ImageOps

from passerelle.core.errors import MalformedError, UnsupportedError
from passerelle.core.message import Attachment

JPEG, PNG, HEIC = "image/jpeg", "image/png", "image/heic"
LARGEST = 10_000_000  # bytes
MOST_PIXELS = 50_000_000
MOST_IN_ALL = 250_000_000  # pixels of all pictures of a mail: 20 of a telephone; 7 s as PNG
MOST_PIECES = 20_000  # segments of a JPEG, chunks of a PNG
EDGE = 2_000  # pixels of the longer edge on a page: 290 dpi across A4
_SIGNATURES = ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
_HEIF = re.compile(rb"....ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1|avi[fs])", re.DOTALL)
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # the end of a scan: ITU-T T.81 §B.1.1.2
_SCAN, _END = 0xDA, 0xD9
_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE  # JFIF, Exif or XMP, colour profile or more photos, Adobe
_TABLES = {*range(0xC0, 0xD0), 0xDB, 0xDC, 0xDD}  # frames, tables, lines, restarts
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_CHUNKS = {b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD"}
_ORIENTATION, _MOST_TAGS = 0x0112, 200
_EXIF = b"Exif\x00\x00"
_JFIF_HEAD, _JFIF_LENGTH = 12, 14
_BROKEN = "A picture is cut short or broken."


def recognise(content: bytes) -> str:
    """Return the media type that the first bytes prove, or nothing; HEIC stands for its whole family."""
    if _HEIF.match(content):
        return HEIC
    return next((kind for signature, kind in _SIGNATURES if content.startswith(signature)), "")


def refuse_alone(contents: Iterable[bytes]) -> None:
    """Refuse a mail whose files are photos only: nothing in them says whose record they belong to."""
    kinds = [recognise(content) for content in contents]
    if kinds and all(kinds):
        raise UnsupportedError("image.no-identity", "The mail holds photos, and nothing that says of which patient.")


def cleaned(file: Attachment) -> Attachment:
    """Return a file, and a photo cleaned; UnsupportedError `image.heic` for a HEIC."""
    kind = recognise(file.content)
    if kind == HEIC:
        raise UnsupportedError("image.heic", "A photo is a HEIC or AVIF file, which most readers cannot show.")
    return replace(file, media_type=kind, content=clean(file.content)) if kind else file


def clean(content: bytes) -> bytes:
    """Return a JPEG or PNG without metadata but its orientation; MalformedError `image.…` past a cap or broken."""
    if len(content) > LARGEST:
        raise MalformedError("image.size", f"A picture has at most {LARGEST} bytes.")
    return _png(content) if recognise(content) == PNG else _jpeg(content)


def bounded(contents: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return pictures; MalformedError `image.total` where together they have too many pixels to be set."""
    if sum(map(_pixels, contents)) > MOST_IN_ALL:
        raise MalformedError("image.total", f"The pictures of a mail have at most {MOST_IN_ALL} pixels together.")
    return contents


def _pixels(content: bytes) -> int:
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            return picture.width * picture.height
    except Exception:  # noqa: BLE001 - Pillow raises whatever a broken picture makes it stumble on
        raise MalformedError("image.broken", _BROKEN) from None


def flat(content: bytes) -> bytes:
    """Return a clean picture as a PDF/A-1 page takes it: upright, RGB, without transparency, no larger than a page."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            picture.draft("RGB", (EDGE, EDGE))
            upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((EDGE, EDGE))
        layer = upright.convert("RGBA")
        page = Image.new("RGB", layer.size, "white")
        page.paste(layer, mask=layer.getchannel("A"))  # ISO 19005-1 §6.4: no transparency
        written = io.BytesIO()
        page.save(written, "JPEG", quality=90, subsampling=0)
    except Exception:  # noqa: BLE001 - Pillow raises whatever a broken picture makes it stumble on
        raise MalformedError("image.broken", _BROKEN) from None
    return written.getvalue()


def _jpeg(content: bytes) -> bytes:
    first, rest, orientation, seen = b"", bytearray(), 1, False
    for marker, body, scan in _segments(content):
        if marker == _APP0 and body.startswith(b"JFIF\x00") and len(body) >= _JFIF_LENGTH:
            first = _segment(marker, body[:_JFIF_HEAD] + b"\x00\x00")  # without its thumbnail
        elif marker == _APP1 and body.startswith(_EXIF):
            orientation = _orientation(body[len(_EXIF) :]) or orientation
        elif marker == _SCAN or marker in _TABLES or _colours(marker, body):
            rest += _segment(marker, body) + scan
        if marker in _FRAMES:
            seen = True
            _check(int.from_bytes(body[3:5]), int.from_bytes(body[1:3]))
    if not seen:
        raise MalformedError("image.broken", _BROKEN)
    told = _segment(_APP1, _EXIF + _exif(orientation)) if orientation > 1 else b""
    return b"\xff\xd8" + first + told + bytes(rest) + b"\xff\xd9"


def _colours(marker: int, body: bytes) -> bool:
    """Tell whether a segment says how colours are meant."""
    return (marker, body[:5]) in ((_APP2, b"ICC_P"), (_APP14, b"Adobe"))


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body


def _segments(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield marker, body and entropy-coded data of each segment up to EOI; what phones hang behind it is left."""
    place = 2
    for _ in range(MOST_PIECES):
        while content[place : place + 2] == b"\xff\xff":
            place += 1
        marker, size = content[place + 1 : place + 2], int.from_bytes(content[place + 2 : place + 4])
        if content[place : place + 1] == b"\xff" and marker == bytes((_END,)):
            return
        end = place + 2 + size
        if content[place : place + 1] != b"\xff" or size < 2 or end > len(content):  # noqa: PLR2004 - its own two bytes
            break
        found = _NEXT_MARKER.search(content, end) if marker[0] == _SCAN else None
        if marker[0] == _SCAN and found is None:
            break
        following = found.start() if found else end
        yield marker[0], content[place + 4 : end], content[end:following]
        place = following
    raise MalformedError("image.broken", _BROKEN)


def _png(content: bytes) -> bytes:
    kept, orientation = bytearray(), 1
    for kind, body in _chunks(content):
        if kind == b"IHDR":
            _check(int.from_bytes(body[:4]), int.from_bytes(body[4:8]))
        if kind == b"eXIf":
            orientation = _orientation(body) or orientation
        if kind in _CHUNKS:
            kept += _chunk(kind, body)
    told = _chunk(b"eXIf", _exif(orientation)) if orientation > 1 else b""
    return _SIGNATURES[1][0] + bytes(kept) + told + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a PNG up to IEND, IHDR first (ISO 15948 §5.6)."""
    place = 8
    for number in range(MOST_PIECES):
        end = place + 8 + int.from_bytes(content[place : place + 4])
        kind = content[place + 4 : place + 8]
        if end + 4 > len(content) or (number == 0) != (kind == b"IHDR"):
            break
        if kind == b"IEND":
            return
        yield kind, content[place + 8 : end]
        place = end + 4
    raise MalformedError("image.broken", _BROKEN)


def _check(width: int, height: int) -> None:
    if not width * height:
        raise MalformedError("image.broken", _BROKEN)
    if width * height > MOST_PIXELS:
        raise MalformedError("image.pixels", f"A picture has at most {MOST_PIXELS} pixels.")


def _orientation(tiff: bytes) -> int:
    """Return the orientation of Exif (tag 274, 1 to 8); 0 where it says none."""
    order: Literal["little", "big"] = "little" if tiff.startswith(b"II") else "big"
    start = int.from_bytes(tiff[4:8], order)
    count = min(int.from_bytes(tiff[start : start + 2], order), _MOST_TAGS)
    for place in range(start + 2, start + 2 + 12 * count, 12):
        if int.from_bytes(tiff[place : place + 2], order) == _ORIENTATION:
            said = int.from_bytes(tiff[place + 8 : place + 10], order)
            return said if said in range(1, 9) else 0
    return 0


def _exif(orientation: int) -> bytes:
    """Return an Exif of one tag: which side is up."""
    return (
        b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00%c\x00\x00\x00\x00\x00\x00" % orientation
    )
