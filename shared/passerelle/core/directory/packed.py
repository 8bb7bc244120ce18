"""The extraction as it is published: a zip with one text, whose name says when it was made."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO

from passerelle.core.directory.extraction import LARGEST_TEXT
from passerelle.core.errors import MalformedError

LARGEST_ZIP = 64 << 20
"""Bytes of the zip: three times that of 2026."""

HIGHEST_RATIO = 40
"""Text : zip; that of 2026 is five."""

LARGEST_LIST = 1 << 10
"""Bytes of the zip's own list of its files: room for one."""

_BLOCK = 1 << 18
_NAME = re.compile(r"Extraction_Correspondance_MSSante_(\d{12})\.txt", re.ASCII)
_END = b"PK\x05\x06"  # APPNOTE §4.3.16
_END_SIZE = 22
_ZIP64 = b"PK\x06\x07"  # §4.3.15
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def made_at(name: str) -> datetime | None:
    """Return when an extraction was made, by its name, in UTC: hours off by one or two are of no matter."""
    found = _NAME.fullmatch(name)
    try:
        return datetime.strptime(found[1], "%Y%m%d%H%M").replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


@contextmanager
def unpacked(content: bytes) -> Iterator[tuple[datetime, Iterator[bytes]]]:
    """Give the date and the blocks of a zip; MalformedError `directory.zip` where it is not what is published."""
    _weigh(content)
    with _undamaged():
        archive = zipfile.ZipFile(io.BytesIO(content))
        (info,) = archive.infolist()
        made = made_at(info.filename)
        if made is None or info.flag_bits & 1 or info.compress_type not in _METHODS:
            raise MalformedError("directory.zip", "The zip does not hold an extraction with its date.")
        if info.file_size > min(LARGEST_TEXT, HIGHEST_RATIO * len(content)):
            raise MalformedError("directory.zip", "The zip unpacks to more than an extraction has.")
        text = archive.open(info)
    with archive, text:
        yield made, _blocks(text)


def _blocks(text: IO[bytes]) -> Iterator[bytes]:
    with _undamaged():
        while block := text.read(_BLOCK):
            yield block


@contextmanager
def _undamaged() -> Iterator[None]:
    """Name what zipfile raises: ValueError is a name that is not UTF-8, a place before the start, or no single file."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise MalformedError("directory.zip", "The zip of the extraction is damaged.") from error


def _weigh(content: bytes) -> None:
    """Refuse a zip by its end, before its list of files is read into memory."""
    end = content[-_END_SIZE:]
    if len(content) > LARGEST_ZIP:
        raise MalformedError("directory.zip", "The zip of the extraction is larger than it may be.")
    plain = end.startswith(_END) and end.endswith(b"\0\0") and content[-_END_SIZE - 20 :][:4] != _ZIP64
    if not plain or int.from_bytes(end[12:16], "little") > LARGEST_LIST:
        raise MalformedError("directory.zip", "The extraction is no plain zip of one file.")
