"""Names that MSSanté fixes: the subject (ECO.2.1.3), the files (ECO.2.1.6), the sender's label (ECO.2.2.7)."""

import re
import unicodedata

from passerelle.core.documents.vocabulary import spaced
from passerelle.core.message import Attachment, Dispatch, Document, Patient, Professional

_LONGEST_TYPE = 40
_LONGEST_NUMBER = 20
_PREFIX = "XDM/1.0/DDM+"
_REPLACES = "[Annule et remplace] "
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "’": "'"})


def bare(text: str) -> str:
    """Return a text on one line, without accents and control characters."""
    letters = unicodedata.normalize("NFD", text.translate(_LIGATURES))
    kept = "".join(char for char in letters if not unicodedata.combining(char))
    return " ".join("".join(char if char.isprintable() else " " for char in kept).split())


def identity(patient: Patient) -> tuple[str, str]:
    """Return NOM and prénom: the birth name where it is known."""
    return bare(patient.birth_family or patient.family).upper(), bare(patient.given)


def same(named: Professional, person: Professional) -> bool:
    """Tell whether a name may be a person's: his family, and his given name, its first letter or none."""
    if bare(named.family).casefold() != bare(person.family).casefold():
        return False
    short, long = sorted((bare(one.given).casefold().rstrip(".") for one in (named, person)), key=len)
    return short == long or (len(short) <= 1 and long.startswith(short))


def subject(documents: tuple[Document, ...]) -> str:
    """Return the subject of a mail about one patient."""
    first = documents[0]
    kind = one_line(first.kind.display)[:_LONGEST_TYPE] if len(documents) == 1 else f"{len(documents)} documents"
    birth = first.patient.birth_date
    words = (kind, *identity(first.patient), f"{birth:%d/%m/%Y}" if birth else "")
    replaces = any(document.replaces or document.version > 1 for document in documents)
    return (_REPLACES if replaces else "") + _PREFIX + " ".join(filter(None, words))


def one_line(text: str) -> str:
    """Return a text on one line, without control characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def stem(document: Document) -> str:
    """Return the name of a document's files, without the ending."""
    day = document.performed or document.created
    kind = one_line(document.kind.display)[:_LONGEST_TYPE]
    number = bare(document.file_number)[:_LONGEST_NUMBER]
    name = "_".join(filter(None, (f"{day:%Y%m%d}", kind, *identity(document.patient), number)))
    return re.sub(r'[\\/:*?"<>|]', "-", name)


def distinct(files: list[Attachment]) -> tuple[Attachment, ...]:
    """Return the files under names that differ by more than case."""
    seen: set[str] = set()
    result = []
    for file in files:
        name, number = file.name, 1
        while name.casefold() in seen:
            number += 1
            head, dot, ending = file.name.rpartition(".")
            name = f"{head}-{number}.{ending}" if dot else f"{file.name}-{number}"
        seen.add(name.casefold())
        result.append(Attachment(name, file.media_type, file.content))
    return tuple(result)


def words(text: str) -> set[str]:
    """Return the words of a text, whole: « Li » is not in « Oliveri »."""
    return set(spaced(text).split())


def correspondent(line: str) -> str:
    """Return whom HPRIM line 11 or 12 names, without the point that stands for a code."""
    return line.removeprefix(".").strip()


def label(dispatch: Dispatch) -> str:
    """Return the From label: of a person where the mailbox bears his name, else of the entity that it names."""
    person, own = dispatch.author, one_line(dispatch.sender.label)
    if person is None or (own and not words(person.family) <= words(own)):
        return own
    entity = person.organisation.name if person.organisation else ""
    parts = (person.title, person.given, person.family.upper(), entity)
    return "_".join(filter(None, map(one_line, parts)))
