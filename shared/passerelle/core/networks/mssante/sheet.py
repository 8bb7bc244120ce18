"""The PDF/A-1 beside the zip: who, about whom, when, all the text and photos (ECO.2.1.5); in French, for people."""

from itertools import islice

from passerelle.core.documents import cda, image, pdf
from passerelle.core.message import Document, Patient, Professional, Sex

_BORN = {Sex.MALE: "né le", Sex.FEMALE: "née le", None: "né(e) le"}
_EMPTY = "(Ce document ne contient pas de texte.)"


def render(document: Document, author: Professional) -> bytes:
    """Return the document as PDF/A-1b."""
    text = document.text
    if document.results:
        text = (*text, *cda.result_lines(document))
    photos = (file.content for file in document.attachments if image.recognise(file.content) in (image.JPEG, image.PNG))
    some = image.bounded(tuple(islice(photos, pdf.MOST_PICTURES + 1)))  # one more is refused
    pictures = tuple(map(image.flat, some))
    return pdf.render(document.title, _header(document, author), text or (_EMPTY,), document.created, pictures)


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
        ("Destinataire", document.addressee),
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
