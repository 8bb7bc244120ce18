"""An archive of seals that was copied: a folder, or a zip."""

import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from passerelle.core.errors import MalformedError
from passerelle.core.receipts.archive import Files

LARGEST = 64 << 20
"""Bytes of one file."""

MOST_FILES = 2_000_000


_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError)
"""What zipfile raises for a file: RuntimeError where it is encrypted, of a later version or another method, ValueError
for a name that is not UTF-8, OSError for a place before the start."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The files below a folder."""

    root: Path
    _names: list[str] = field(default_factory=list)

    def read(self, name: str) -> bytes | None:
        """Return what stands under a name; None where nothing does."""
        try:
            with (self.root / name).open("rb") as file:
                return _bounded(file.read(LARGEST + 1))
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def names(self, prefix: str, after: str = "") -> Iterator[str]:
        """Return the names that start so and come after another, in their order."""
        if not self._names:
            self._names.extend(sorted(self._all()))
        yield from (name for name in self._names if name.startswith(prefix) and name > after)

    def _all(self) -> Iterator[str]:
        for place, _, files in os.walk(self.root):
            for file in files:
                yield Path(place, file).relative_to(self.root).as_posix()


@dataclass(frozen=True, slots=True)
class Zip:
    """The files of a zip; each name once."""

    archive: zipfile.ZipFile

    def __post_init__(self) -> None:
        """Refuse a zip that shows one reader another file than the next."""
        names = self.archive.namelist()
        if len(names) > MOST_FILES or len(set(names)) != len(names):
            raise MalformedError("archive.zip", f"The zip has a name twice, or more than {MOST_FILES} files.")

    def read(self, name: str) -> bytes | None:
        """Return what stands under a name; None where nothing does."""
        try:
            with self.archive.open(name) as file:
                return _bounded(file.read(LARGEST + 1))
        except KeyError:
            return None
        except _DAMAGES as error:
            raise MalformedError("archive.file", "A file of the archive is damaged, or too large.") from error

    def names(self, prefix: str, after: str = "") -> Iterator[str]:
        """Return the names that start so and come after another, in their order."""
        files = (name for name in self.archive.namelist() if not name.endswith("/"))
        yield from sorted(name for name in files if name.startswith(prefix) and name > after)


def opened(path: Path) -> Files:
    """Return the archive at a path; OSError where there is none to read."""
    if path.is_dir():
        return Folder(path)
    path.open("rb").close()  # what cannot be opened is not damaged
    try:
        return Zip(zipfile.ZipFile(path))
    except _DAMAGES as error:
        raise MalformedError("archive.file", "A file of the archive is damaged, or too large.") from error


def copy(files: Files, folder: Path) -> None:
    """Copy a whole archive into a folder."""
    for name in files.names(""):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files.read(name) or b"")


def _bounded(content: bytes) -> bytes:
    if len(content) > LARGEST:
        raise MalformedError("archive.file", "A file of the archive is damaged, or too large.")
    return content
