"""What a sender wrote around his documents: his subject, where no program made it, and his words."""

import re
from collections.abc import Iterable

from passerelle.core.documents import hypertext, vocabulary
from passerelle.core.mail import mime
from passerelle.core.mail.mime import Part
from passerelle.core.message import Loss

DOCUMENT = "Document concernant votre patient"
ANSWER = "Réponse à votre courrier"
"""Subjects of the bridge's own mails: they travel in clear, so they name nobody."""

_MADE = re.compile(  # by the software (ECO.2.1.3), by the bridge, or by whoever wrote what an answer answers
    rf"XDM/1\.0/DDM|{DOCUMENT}|{ANSWER}|^re ?:", re.IGNORECASE
)


def read(subject: str, text: str) -> str:
    """Return both as one text; the mail that goes on has a subject of its own."""
    said = " ".join(subject.split())
    if not said or _MADE.search(said) or vocabulary.says(text, said):
        return text
    return f"Objet : {said}\n\n{text}".strip()


def is_body(part: Part) -> bool:
    """Tell whether a part is words of the mail, and no file."""
    return part.media_type in ("text/plain", "text/html") and not part.attached


def words(body: Iterable[Part], *, beside: bool = False) -> tuple[str, tuple[Loss, ...]]:
    """Return what the parts of a body say, and what is lost of it; `beside` tells that other parts were plain text.

    HTML is read where no plain text says the same (RFC 2046 §5.1.4).
    """
    parts = [part for part in body if part.content.strip()]
    plain = [part.text.strip() for part in parts if part.media_type == "text/plain"]
    hyper = [part.text for part in parts if part.media_type == "text/html"]
    if not hyper:
        return mime.bounded("\n\n".join(filter(None, plain))), ()
    if beside or any(plain):
        why = "The bridge reads the plain text of a mail."
        return mime.bounded("\n\n".join(filter(None, plain))), (Loss("mail.html", "text", why, "The plain text."),)
    told = "\n\n".join(filter(None, (hypertext.words(mime.bounded(one)) for one in hyper)))
    why = "The mail has no plain text."
    return mime.bounded(told), (Loss("mail.html-alone", "text", why, "The words of its HTML."),)
