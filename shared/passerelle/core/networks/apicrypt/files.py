"""The files that an Apicrypt reader opens: PDF, JPEG and PNG, under names that say nothing."""

from dataclasses import replace

from passerelle.core.documents import image
from passerelle.core.errors import MalformedError
from passerelle.core.message import Attachment, Loss, Message

PDF = "application/pdf"
ENDINGS = {PDF: ".pdf", image.JPEG: ".jpg", image.PNG: ".png"}
_STAYS = "It stays in the mail as it came."
_PDF_MARK_WITHIN = 1024  # bytes: where readers look for %PDF-

Carried = tuple[tuple[Attachment | None, ...], tuple[Loss, ...]]


def kind(content: bytes) -> str:
    """Return the media type that the first bytes prove, or nothing."""
    return PDF if b"%PDF-" in content[:_PDF_MARK_WITHIN] else image.recognise(content)


def carried(message: Message) -> Carried:
    """Return each file of a message, None where readers could not open it, and why not."""
    kept: list[Attachment | None] = []
    losses: list[Loss] = []
    files = [one for document in message.documents for one in document.attachments]
    for number, file in enumerate((*files, *message.attachments), 1):
        found = _readable(file, number)
        if isinstance(found, Loss):
            losses.append(found)
            kept.append(None)
        else:
            place = sum(one is not None for one in kept)
            name = "document" if not place else f"document-{place + 1}"
            kept.append(replace(found, name=name + ENDINGS[found.media_type]))
    return tuple(kept), tuple(losses)


def _readable(file: Attachment, number: int) -> Attachment | Loss:
    """Return a PDF as it is or a photo without its metadata; otherwise what is lost."""
    found = kind(file.content)
    if not found:
        return Loss("attachment.kind", f"attachment {number}", "Apicrypt readers open PDF, JPEG and PNG.", _STAYS)
    if found == PDF:
        return replace(file, media_type=found)
    try:
        return image.cleaned(file)
    except MalformedError:
        return Loss("image.unreadable", f"attachment {number}", "The picture is broken or too large.", _STAYS)
