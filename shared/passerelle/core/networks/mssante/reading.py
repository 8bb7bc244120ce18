"""A MSSanté mail as a message: every IHE_XDM zip in it, else every HL7 file, and the PDFs that stand beside."""

import re

from passerelle.core.documents import hl7, image, pdf_inspection, xdm
from passerelle.core.documents.cda import transcript
from passerelle.core.documents.effort import Effort
from passerelle.core.errors import MalformedError
from passerelle.core.mail import disguise, mime
from passerelle.core.mail.mime import Part
from passerelle.core.message import Attachment, Document, Loss, Message, Opened
from passerelle.core.networks import labels, note
from passerelle.core.networks.mssante import beside

_ZIP_NAME = re.compile(r"ihe[ _-]?xdm.*\.zip", re.IGNORECASE)  # IHE_XDM.zip, IHE_XDM.ZIP, ihe-xdm.zip, IHE_XDM(1).zip
_ZIP_TYPES = ("application/zip", "application/x-zip-compressed", "application/x-zip", "application/octet-stream")
_ZIP_MAGIC = b"PK\x03\x04"
_PDF_MAGIC = b"%PDF-"


def read(opened: Opened) -> Message:
    """Return the message of an opened MSSanté mail; MalformedError `xdm.missing` where it carries no document."""
    mail = mime.read(opened.content)
    holders, found = _documents(mail.parts)
    documents = found.documents
    others = [part for part in mail.parts if part not in holders and part.content.strip()]
    body = [part for part in others if note.is_body(part)]
    said, lost = note.words(body)
    files = tuple(_file(part) for part in others if part not in body)
    documents, rest = beside.pair(documents, files)
    images = tuple(loss for place, one in enumerate(documents, 1) for loss in _losses(one, place))
    message = Message(
        message_id=mail.message_id,
        sender=mail.sender,
        subject=mail.subject,
        documents=documents,
        proof=opened.proof,
        text=note.read(mail.subject, said),
        attachments=rest,
        labels=labels.read(mail.headers),
        losses=(*found.losses, *lost, *images),
    )
    return pdf_inspection.marked(disguise.checked(message))


def _documents(parts: tuple[Part, ...]) -> tuple[list[Part], hl7.Found]:
    """Return the parts that hold documents and what they hold: HL7 files count only where there is no XDM zip."""
    effort = Effort()
    zips = [part for part in parts if _is_xdm(part)]
    if zips:
        return zips, hl7.Found(tuple(document for part in zips for document in xdm.documents(part.content, effort)))
    files = [part for part in parts if part.attached and hl7.recognise(part.content)]
    if not files:
        image.refuse_alone(part.content for part in parts if part.attached or not part.media_type.startswith("text/"))
        raise MalformedError("xdm.missing", "The mail has no IHE_XDM.zip (ECO.2.1.1).")
    read = [hl7.read(part.content, effort) for part in files]
    documents = tuple(document for found in read for document in found.documents)
    return files, hl7.Found(documents, tuple(loss for found in read for loss in found.losses))


def _is_xdm(part: Part) -> bool:
    if _ZIP_NAME.fullmatch(part.name):
        return True
    is_zip = part.name.lower().endswith(".zip") or part.media_type in _ZIP_TYPES
    return is_zip and part.content.startswith(_ZIP_MAGIC) and xdm.recognise(part.content)


def _file(part: Part) -> Attachment:
    media_type = "application/pdf" if part.content.startswith(_PDF_MAGIC) else part.media_type
    name = part.name or f"message.{part.media_type.rpartition('/')[2]}"
    return Attachment(name, media_type, part.content)


def _losses(document: Document, place: int) -> tuple[Loss, ...]:
    """Say that a PDF without text layer was not put into words."""
    if document.text and document.text[0] in (transcript.IMAGE, transcript.UNREADABLE):
        why = "The PDF in the CDA has no text layer that can be read."
        return (Loss("text.pdf-image", f"document {place}, nonXMLBody", why, "the PDF as attachment"),)
    return ()
