"""An Apicrypt mail, once it is open, as a message: HPRIM as a part or as a file, with PDFs and photos beside."""

from dataclasses import dataclass, replace
from datetime import datetime

from passerelle.core.documents import hprim, image, pdf_inspection
from passerelle.core.errors import MalformedError
from passerelle.core.mail import disguise, mime
from passerelle.core.mail.mime import Mail, Part
from passerelle.core.message import Attachment, Document, Loss, Message, Opened
from passerelle.core.networks import note
from passerelle.core.networks.apicrypt import files

MOST_DOCUMENTS = 100
MOST_HPRIM = 6_000_000
"""Bytes of all HPRIM files of a mail: a second of work each million."""
_HPRIM_NAMES = (".hpr", ".hpm", ".hps", ".hpm1", ".hpm2", ".hpm3", ".hprim")
_CHARSETS = {  # those that hprim.read does not tell from the bytes
    "iso-8859-15": "iso-8859-15",
    "macintosh": "mac-roman",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "ibm850": "cp850",
    "cp850": "cp850",
}


@dataclass(frozen=True, slots=True)
class _Found:
    """The HPRIM files of a mail: documents with the base name of their file, losses, texts beside them."""

    documents: tuple[tuple[Document, str], ...]
    losses: tuple[Loss, ...]
    texts: tuple[str, ...]


def read(opened: Opened) -> Message:
    """Return what an opened Apicrypt mail says; MalformedError `hprim.…` where it has no HPRIM in order."""
    mail = mime.read(opened.content)
    files = tuple(part for part in mail.parts if _is_hprim(part))
    if not files:
        image.refuse_alone(part.content for part in mail.parts if not note.is_body(part))
        raise MalformedError("hprim.missing", "The mail holds no HPRIM text: neither as its text nor as a file.")
    found = _documents(files, _date(mail))
    others = tuple(part for part in mail.parts if part not in files)
    documents, attachments = _joined(found.documents, _attachments(others))
    plain = any(_is_plain(part) for part in files)
    said, lost = note.words((part for part in others if note.is_body(part)), beside=plain)
    message = Message(
        message_id=mail.message_id,
        sender=mail.sender,
        subject=mail.subject,
        documents=documents,
        proof=opened.proof,
        text=note.read(mail.subject, mime.bounded("\n\n".join(filter(None, (said, *found.texts))))),
        attachments=attachments,
        losses=(*found.losses, *lost),
    )
    return pdf_inspection.marked(disguise.checked(message))


def _date(mail: Mail) -> datetime:
    """Return when the mail was written: it dates what HPRIM does not, and tells 1926 from 2026."""
    if mail.date is None:
        raise MalformedError("apicrypt.date", "A mail must have a Date (RFC 5322 §3.6.1).")
    return mail.date


def _is_plain(part: Part) -> bool:
    return part.media_type == "text/plain" and not part.attached


def _is_hprim(part: Part) -> bool:
    """Tell by subtype (x-hprim-med, x-hprim-sante), by name, or for a text by what it holds."""
    name = part.name.lower()
    if "hprim" in part.media_type or name.endswith(_HPRIM_NAMES):
        return True
    return (part.media_type == "text/plain" or name.endswith(".txt")) and hprim.recognise(_bytes(part))


def _bytes(part: Part) -> bytes:
    """Return the text of a part in an encoding that tells itself."""
    codec = _CHARSETS.get(part.charset.lower())
    if codec is None:
        return part.content
    return part.content.decode(codec, errors="replace").encode()


def _documents(files: tuple[Part, ...], received: datetime) -> _Found:
    """Read files first, as Mediboard does, then texts; what is there twice (text and file) counts once."""
    documents: dict[Document, str] = {}
    losses: list[Loss] = []
    texts: list[str] = []
    if sum(len(part.content) for part in files) > MOST_HPRIM:
        raise MalformedError("hprim.size", f"The HPRIM files of a mail have at most {MOST_HPRIM} bytes together.")
    for part in sorted(files, key=_is_plain):
        found = hprim.read(_bytes(part), received)
        for document in found.documents:
            documents.setdefault(document, _stem(part.name) if part.attached else "")
        losses += [loss for loss in found.losses if loss not in losses]
        texts += [found.rest] if found.rest not in texts else []
    if len(documents) > MOST_DOCUMENTS:
        raise MalformedError("apicrypt.documents", f"A mail has at most {MOST_DOCUMENTS} HPRIM messages.")
    return _Found(tuple(documents.items()), tuple(losses), tuple(texts))


def _stem(name: str) -> str:
    return name.rpartition(".")[0].lower()


def _attachments(parts: tuple[Part, ...]) -> tuple[Attachment, ...]:
    return tuple(
        image.cleaned(
            Attachment(part.name or f"piece-{number}", files.kind(part.content) or part.media_type, part.content)
        )
        for number, part in enumerate(parts, 1)
        if not note.is_body(part)
    )


def _joined(
    documents: tuple[tuple[Document, str], ...], attachments: tuple[Attachment, ...]
) -> tuple[tuple[Document, ...], tuple[Attachment, ...]]:
    """Return documents with their PDFs, then their photos: the only one has all, several those of their base name."""
    shown = sorted(
        (one for one in attachments if one.media_type in files.ENDINGS), key=lambda one: one.media_type != files.PDF
    )
    stems = [stem for _, stem in documents]
    joined: list[Document] = []
    for document, stem in documents:
        alone = stem != "" and stems.count(stem) == 1
        own = tuple(one for one in shown if len(documents) == 1 or (alone and _stem(one.name) == stem))
        joined.append(replace(document, attachments=own))
    owned = {id(one) for document in joined for one in document.attachments}
    return tuple(joined), tuple(one for one in attachments if id(one) not in owned)
