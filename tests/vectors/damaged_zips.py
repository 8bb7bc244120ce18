"""Damages of a zip of one deflated entry, and what Python's zipfile raises for each when the entry is read."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

DAMAGES: Mapping[str, type[Exception] | tuple[type[Exception], ...]] = {
    "cut": zipfile.BadZipFile,
    "no deflate": zlib.error,
    "nothing where the data should be": (EOFError, zipfile.BadZipFile),  # BadZipFile from Python 3.13 on
    "a later version": NotImplementedError,
    "a name that is not UTF-8": UnicodeDecodeError,
    "an entry before the beginning": ValueError,
    "encrypted": RuntimeError,
}


def damaged(content: bytes, damage: str) -> bytes:
    """Return a zip with a damage (places by APPNOTE §4.3.7 and §4.3.12)."""
    made, central = bytearray(content), content.rindex(b"PK\x01\x02")
    name, extra = struct.unpack_from("<HH", content, 26)
    match damage:
        case "cut":
            del made[-30:]
        case "no deflate":
            made[30 + name + extra] = 0xFF
        case "nothing where the data should be":
            struct.pack_into("<H", made, 28, 0xFFFF)
        case "a later version":
            struct.pack_into("<H", made, central + 6, 100)
        case "a name that is not UTF-8":
            struct.pack_into("<H", made, central + 8, 0x800)
            made[central + 46] = 0xFF
        case "an entry before the beginning":
            end = content.rindex(b"PK\x05\x06") + 16
            struct.pack_into("<L", made, end, struct.unpack_from("<L", content, end)[0] + 1)
        case "encrypted":
            struct.pack_into("<H", made, central + 8, struct.unpack_from("<H", content, central + 8)[0] | 1)
    return bytes(made)


def read(content: bytes) -> None:
    """Read a zip as Python does."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            archive.read(info)
