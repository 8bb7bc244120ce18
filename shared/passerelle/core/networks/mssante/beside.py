"""PDFs beside the zip, given to the document that each one prints (ECO.2.1.1, ECO.2.1.6)."""

import re
import unicodedata
from dataclasses import replace

from passerelle.core.message import Attachment, Document

_PDF = "application/pdf"
_TYPE_LENGTH = 40  # ECO.2.1.6: the type in a file name is cut there


def pair(
    documents: tuple[Document, ...], files: tuple[Attachment, ...]
) -> tuple[tuple[Document, ...], tuple[Attachment, ...]]:
    """Return the documents with their PDFs, and the files that belong to none; a PDF found inside is not doubled."""
    inside = {file.content for document in documents for file in document.attachments}
    pdfs = [file for file in files if file.media_type == _PDF and file.content not in inside]
    rest = [file for file in files if file.media_type != _PDF]
    owners = _owners(documents, pdfs)
    with_pdfs = tuple(
        _given(document, [pdf for pdf, owner in zip(pdfs, owners, strict=True) if owner == place])
        for place, document in enumerate(documents)
    )
    return with_pdfs, (*rest, *(pdf for pdf, owner in zip(pdfs, owners, strict=True) if owner is None))


def _given(document: Document, pdfs: list[Attachment]) -> Document:
    """Add PDFs: first where the document has none of its own, after its own otherwise."""
    own = [file for file in document.attachments if file.media_type == _PDF]
    others = [file for file in document.attachments if file.media_type != _PDF]
    return replace(document, attachments=(*own, *pdfs, *others))


def _owners(documents: tuple[Document, ...], pdfs: list[Attachment]) -> list[int | None]:
    """Return the place of each PDF's document: by its name, else the only one, else by order within one patient."""
    if len(documents) == 1:
        return [0] * len(pdfs)
    owners = [_named(pdf.name, documents) for pdf in pdfs]
    free = [place for place in range(len(documents)) if place not in owners]
    nameless = [place for place, owner in enumerate(owners) if owner is None]
    if len(free) == len(nameless) and len({_traits(document) for document in documents}) == 1:
        for pdf, document in zip(nameless, free, strict=True):
            owners[pdf] = document
    return owners


def _named(name: str, documents: tuple[Document, ...]) -> int | None:
    """Return the one document whose patient, and where there are several whose type or day, the name says."""
    said = _plain(name)
    found = [place for place, document in enumerate(documents) if _says_patient(said, document)]
    for says in (_says_type, _says_day):
        if len(found) > 1:
            found = [place for place in found if says(said, documents[place])] or found
    return found[0] if len(found) == 1 else None


def _says_patient(said: str, document: Document) -> bool:
    patient = document.patient
    families = {_plain(name) for name in (patient.family, patient.birth_family or "")} - {""}
    given = _plain(patient.given)
    return bool(given) and f" {given} " in f" {said} " and any(f" {name} " in f" {said} " for name in families)


def _says_type(said: str, document: Document) -> bool:
    labels = {_plain(label[:_TYPE_LENGTH]) for label in (document.kind.display, document.title)} - {""}
    return any(label in said for label in labels)


def _says_day(said: str, document: Document) -> bool:
    return said.startswith(f"{document.performed or document.created.date():%Y%m%d}")


def _traits(document: Document) -> tuple[object, ...]:
    patient = document.patient
    return (patient.ins, _plain(patient.family), _plain(patient.given), patient.birth_date)


def _plain(text: str) -> str:
    """Return capitals without accents, words apart by one space."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[A-Z0-9]+", bare.upper()))
