"""The PDF/A-1 beside the zip: who, about whom, when, all the text and photos (ECO.2.1.5); in French, for people."""

from itertools import islice

from passerelle.core.documents import cda, image, pdf
from passerelle.core.message import Document, Patient, Professional, Sex
from passerelle.core.networks.mssante import naming

_BORN = {Sex.MALE: "né le", Sex.FEMALE: "née le", None: "né(e) le"}
_EMPTY = "(Ce document ne contient pas de texte.)"


def render(document: Document, author: Professional) -> bytes:
    """Return the document as PDF/A-1b."""
    text = document.text
    if document.results:
        text = (*text, *cda.result_lines(document))
    pictures = tuple(map(image.flat, _photos(document)))
    return pdf.render(document.title, _header(document, author), text or (_EMPTY,), document.created, pictures)


def bound(documents: tuple[Document, ...]) -> None:
    """Raise MalformedError `image.total` where the photos of a mail together have too many pixels to be set."""
    image.bounded(tuple(photo for document in documents for photo in _photos(document)))


def _photos(document: Document) -> tuple[bytes, ...]:
    """Return the photos of a document that can be set; one past the most of a page is refused there."""
    files = (file.content for file in document.attachments)
    photos = (content for content in files if image.recognise(content) in (image.JPEG, image.PNG))
    return tuple(islice(photos, pdf.MOST_PICTURES + 1))


def _header(document: Document, author: Professional) -> tuple[str, ...]:
    day = document.performed or document.created
    organisation = author.organisation
    known = (
        ("Patient", _identity(document.patient)),
        ("INS", _ins(document.patient)),
        ("Document", document.kind.display),
        ("Date", f"{day:%d/%m/%Y}"),
        ("Auteur", " ".join(filter(None, (author.title, author.given, author.family)))),
        ("Structure", organisation.name if organisation else ""),
        ("Expéditeur", naming.correspondent(document.issuer)),
        ("Destinataire", naming.correspondent(document.addressee)),
        ("Dossier", document.file_number),
    )
    return tuple(f"{name:12} : {value}" for name, value in known if value)


def _identity(patient: Patient) -> str:
    birth_family = patient.birth_family
    born = f" ({birth_family})" if birth_family and birth_family != patient.family else ""
    when = f", {_BORN[patient.sex]} {patient.birth_date:%d/%m/%Y}" if patient.birth_date else ""
    return f"{patient.family}{born} {patient.given}{when}"


def _ins(patient: Patient) -> str:
    return patient.ins.extension if patient.ins and cda.qualified(patient) else ""
