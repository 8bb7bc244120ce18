"""IHE_XDM.zip as MSSanté wants it: the same bytes for the same documents."""

import io
import zipfile
from datetime import UTC, datetime
from html import escape

from passerelle.core.documents.xdm import metadata_writing
from passerelle.core.documents.xdm.metadata import MOST_DOCUMENTS
from passerelle.core.documents.xdm.metadata_writing import Packed, Submission
from passerelle.core.errors import UnsupportedError

_FOLDER = "IHE_XDM/SUBSET01/"
_FIRST_YEAR = 1980  # of a zip's clock (APPNOTE §4.4.6)
_MODE = 0o100644 << 16


def write(documents: tuple[Packed, ...], submission: Submission) -> bytes:
    """Return the zip; UnsupportedError `xdm.documents` where it would hold none or too many."""
    if not 1 <= len(documents) <= MOST_DOCUMENTS:
        raise UnsupportedError("xdm.documents", f"An XDM zip holds 1 to {MOST_DOCUMENTS} documents.")
    named = tuple((f"DOC{number:04d}.XML", packed) for number, packed in enumerate(documents, 1))  # ISO 9660: 8.3
    files = {
        "INDEX.HTM": _index(documents[0]),
        "README.TXT": _readme(documents[0], submission.software, [name for name, _ in named]),
        f"{_FOLDER}METADATA.XML": metadata_writing.write(named, submission),
        **{f"{_FOLDER}{name}": packed.content for name, packed in named},
    }
    return _zip(files, submission.date)


def _zip(files: dict[str, bytes], date: datetime) -> bytes:
    when = date.astimezone(UTC)
    stamp = (max(when.year, _FIRST_YEAR), when.month, when.day, when.hour, when.minute, when.second)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, stamp)
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, _MODE, 3
            archive.writestr(info, content)
    return buffer.getvalue()


def _sender(packed: Packed) -> str:
    organisation = packed.frame.organisation
    number = f" ({organisation.identifier.extension})" if organisation.identifier else ""
    return organisation.name + number


def _index(packed: Packed) -> bytes:
    """Return the page that IHE asks for (ITI TF-2 §3.32.4.1.2.1)."""
    lines = (
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML Basic 1.1//EN" "http://www.w3.org/TR/xhtml-basic/xhtml-basic11.dtd">',
        '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="fr">',
        "<head><title>IHE_XDM</title></head>",
        f"<body><p>Emetteur : {escape(_sender(packed))}</p>",
        '<p>Voir le fichier <a href="README.TXT">README.TXT</a></p></body>',
        "</html>",
    )
    return "\r\n".join((*lines, "")).encode()


def _readme(packed: Packed, software: str, names: list[str]) -> bytes:
    """Return the text that IHE asks for, in the four parts that ANS uses."""
    person, organisation = packed.frame.author, packed.frame.organisation
    place = organisation.address
    lines = (
        "Emetteur :",
        "==========",
        f"    . Nom : {' '.join(filter(None, (person.title, person.family, person.given)))}",
        f"    . Organisme : {_sender(packed)}",
        f"    . Adresse : {' '.join(filter(None, (*place.lines, place.postcode, place.city)))}",
        f"    . Telephone : {organisation.phone}",
        "",
        "Application de l'emetteur :",
        "===========================",
        f"    . Nom : {software}",
        "",
        "Instructions :",
        "==============",
        "    . Ouvrez les documents dans votre logiciel de professionnel de sante.",
        "",
        "Arborescence :",
        "==============",
        "    README.TXT",
        "    INDEX.HTM",
        "    IHE_XDM",
        "        SUBSET01",
        *(f"            {name}" for name in ("METADATA.XML", *names)),
    )
    return "\r\n".join((*(" ".join(line.splitlines()) for line in lines), "")).encode()
