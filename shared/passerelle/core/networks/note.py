"""What a sender wrote around his documents: his subject, where no program made it, then his words."""

import re

DOCUMENT = "Document concernant votre patient"
ANSWER = "Réponse à votre courrier"
"""Subjects of the bridge's own mails: they travel in clear, so they name nobody."""

_MADE = re.compile(  # by the software (ECO.2.1.3), by the bridge, or by whoever wrote what an answer answers
    rf"XDM/1\.0/DDM|{DOCUMENT}|{ANSWER}|^re ?:", re.IGNORECASE
)


def read(subject: str, text: str) -> str:
    """Return both as one text; the mail that goes on has a subject of its own."""
    said = " ".join(subject.split())
    if not said or _MADE.search(said) or said.casefold() in text.casefold():
        return text
    return f"Objet : {said}\n\n{text}".strip()
