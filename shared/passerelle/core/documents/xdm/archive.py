"""A zip from a stranger, opened under guard: nothing is written, and every number it states is held to a cap."""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from passerelle.core.documents.effort import Effort, Work
from passerelle.core.errors import MalformedError

LARGEST_ZIP = 26_000_000  # bytes; a MSSanté mail has at most 25 MB
MOST_ENTRIES = 300
LARGEST_ENTRY = 20_000_000
LARGEST_TOTAL = Work.UNPACKED.value
HIGHEST_RATIO = 200  # plain : packed, of an entry of more than FREE_SIZE; XML reaches about 30
FREE_SIZE = 100_000
LONGEST_NAME = 255
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LOCAL_HEADER = 30  # bytes, APPNOTE §4.3.7


def members(content: bytes, effort: Effort | None = None) -> dict[str, bytes]:
    """Return the files of a zip by name, in order; MalformedError `xdm.zip` or `xdm.zip-…` where it is no safe zip."""
    with _opened(content) as archive:
        infos = archive.infolist()
        total = sum(info.file_size for info in infos)
        if not (effort or Effort()).spend(Work.UNPACKED, total) or total > LARGEST_TOTAL:
            raise MalformedError("xdm.zip-size", f"The zips of a mail unpack to more than {LARGEST_TOTAL} bytes.")
        return {_name(info): archive.read(info) for info in infos if not info.is_dir()}


def names(content: bytes) -> tuple[str, ...]:
    """Return the names in a zip, of which nothing is unpacked; the same errors."""
    with _opened(content) as archive:
        return tuple(_name(info) for info in archive.infolist() if not info.is_dir())


@contextmanager
def _opened(content: bytes) -> Iterator[zipfile.ZipFile]:
    """Open a zip whose directory is safe."""
    if len(content) > LARGEST_ZIP:
        raise MalformedError("xdm.zip-size", f"The zip has more than {LARGEST_ZIP} bytes.")
    if not content.startswith(b"PK\x03\x04"):  # APPNOTE §4.3.7; a stub before it would be a program
        raise MalformedError("xdm.zip", "The attachment does not begin as a zip.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            _safe(infos)
            _apart(infos, archive.start_dir)
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError):  # the last: a name, a place
        raise MalformedError("xdm.zip", "The zip is damaged, or made in a way that nobody needs.") from None


def _safe(infos: list[zipfile.ZipInfo]) -> None:
    """Refuse a zip by what its directory states, before anything is unpacked."""
    if len(infos) > MOST_ENTRIES:
        raise MalformedError("xdm.zip-entries", f"The zip has more than {MOST_ENTRIES} entries.")
    for info in infos:
        _safe_entry(info)
    names = [_name(info).lower() for info in infos]
    if len(set(names)) < len(names):
        raise MalformedError("xdm.zip-names", "Two entries of the zip have the same name, but for case.")


def _safe_entry(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & 0x41 or info.compress_type not in _METHODS:  # encrypted, strongly encrypted
        raise MalformedError("xdm.zip-method", "An entry of the zip is encrypted or not deflated.")
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise MalformedError("xdm.zip-link", "An entry of the zip is neither a file nor a folder.")
    if info.file_size > LARGEST_ENTRY or info.file_size > max(FREE_SIZE, info.compress_size * HIGHEST_RATIO):
        raise MalformedError("xdm.zip-size", "An entry of the zip unpacks to more than the bridge reads.")
    _safe_name(info.orig_filename.replace("\\", "/"))


def _safe_name(name: str) -> None:
    parts = name.split("/")
    if not name or len(name) > LONGEST_NAME or parts[0] == "" or ".." in parts or ":" in name or not name.isprintable():
        raise MalformedError("xdm.zip-names", "An entry of the zip has a name that leads out of it, or is no name.")


def _apart(infos: list[zipfile.ZipInfo], directory: int) -> None:
    """Refuse a zip that does not begin with its first entry, or whose entries and directory share bytes (a bomb)."""
    end = 0
    for place, info in enumerate(sorted(infos, key=lambda info: info.header_offset)):
        if info.header_offset < end or (place == 0 and info.header_offset):
            raise MalformedError("xdm.zip", "The entries of the zip overlap, or something stands before them.")
        end = info.header_offset + _LOCAL_HEADER + info.compress_size
    if end > directory:
        raise MalformedError("xdm.zip", "An entry of the zip reaches into its directory.")


def _name(info: zipfile.ZipInfo) -> str:
    return info.filename.replace("\\", "/")
