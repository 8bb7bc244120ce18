"""A mail laid out as files that a person can open: the mail, its text, its documents."""

import io
import zipfile
from contextlib import suppress
from pathlib import Path

from passerelle.core.documents import xdm
from passerelle.core.errors import PasserelleError
from passerelle.core.mail import mime

_MAIL, _TEXT = "courriel.eml", "texte.txt"


def lay_out(mail: bytes, folder: Path) -> list[Path]:
    """Write a mail in the clear and what it holds to a folder, and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [_write(folder / _MAIL, mail)]
    for number, part in enumerate(mime.read(mail).parts):
        if part.media_type == "text/plain" and not part.attached:
            files.append(_write(folder / _TEXT, part.text.encode()))
            continue
        files.append(_write(folder / (part.name or f"partie-{number}"), part.content))
        if zipfile.is_zipfile(io.BytesIO(part.content)):
            files += _documents(part.content, folder)
    return files


def _documents(archive: bytes, folder: Path) -> list[Path]:
    """Write the documents of an XDM beside it; an archive that does not read stays as it is."""
    with suppress(PasserelleError):
        entries = xdm.read(archive)
        return [_write(folder / f"cda-{number}.xml", entry.content) for number, entry in enumerate(entries, 1)]
    return []


def _write(file: Path, content: bytes) -> Path:
    """Write a file under a name that is not taken: what a mail names is not to be trusted."""
    free, number = file, 1
    while free.exists():
        number += 1
        free = file.with_stem(f"{file.stem}-{number}")
    free.write_bytes(content)
    return free
