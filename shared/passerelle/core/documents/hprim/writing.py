"""HPRIM files, written for the strictest of the known readers.

Twelve lines and an empty thirteenth, lines 2, 3, 7, 10, 11 and 12 filled with what is known, 80 columns,
CRLF, one ****FIN**** a message, ****FINFICHIER**** last.
"""

import re
from datetime import date

from passerelle.core.documents import vocabulary
from passerelle.core.documents.hprim import dates, header, result_lines
from passerelle.core.documents.hprim.fields import Scribe
from passerelle.core.documents.hprim.layout import Marker
from passerelle.core.errors import MalformedError
from passerelle.core.message import Document, Loss, Patient, Professional

_LONGEST_CODE = 10
_LONGEST_NAME = 50
_INS_NIR = ("1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.10")  # NIR, and NIR of test; the NIA is provisional
_MAJORITY = 18  # years
_SOURCE = "le document d'origine"
_WORD = re.compile(r"\w+")
_ALONE = f"{header.NO_CODE:<10} "  # ten characters of code, a space, then the name


def write(
    documents: tuple[Document, ...],
    sender_label: str,
    recipient_label: str,
    note: str = "",
    closing: tuple[str, ...] = (),
) -> tuple[bytes, tuple[Loss, ...]]:
    """Return an HPRIM file of one patient's documents, and what it could not carry.

    `note` is what the sender wrote around the documents, `closing` are lines of the bridge: they end the first text.
    """
    if not documents:
        raise MalformedError("hprim.no-document", "An HPRIM file has at least one document.")
    lines: list[str] = []
    losses: list[Loss] = []
    last = (*_note(note), *closing)
    for number, document in enumerate(documents, 1):
        scribe = Scribe(f"document {number}")
        lines += _header(document, sender_label, recipient_label, scribe)
        lines += _body(document, last if number == 1 else (), scribe)
        lines.append(Marker.END.value)
        losses += scribe.losses
    lines.append(Marker.END_OF_FILE.value)
    return "".join(line + "\r\n" for line in lines).encode("latin-1"), tuple(losses)


def _header(document: Document, sender_label: str, recipient_label: str, scribe: Scribe) -> list[str]:
    patient = document.patient
    day = document.performed or document.created.date()
    return [
        _code(patient, scribe),
        scribe.short(patient.family.upper(), _LONGEST_NAME, "line 2"),
        scribe.short(patient.given, _LONGEST_NAME, "line 3"),
        *_address(patient, scribe),
        dates.written(patient.birth_date) if patient.birth_date else "",
        _insured(patient, day, scribe),
        scribe.short(document.file_number, _LONGEST_CODE, "line 9"),
        dates.written(day),  # never empty: Mediboard wants a date here, and so does MedShake's score
        _ALONE + scribe.short(sender_label, _LONGEST_NAME, "line 11"),
        _ALONE + scribe.short(recipient_label, _LONGEST_NAME, "line 12"),
        "",
    ]


def _code(patient: Patient, scribe: Scribe) -> str:
    """Return line 1, never empty: Episodus skips leading blank lines and would read every line one too early.

    A code that does not fit is left out, for half of it may be another patient's; `H|` would begin HPRIM Santé.
    """
    code = patient.local_ids[0].extension if patient.local_ids else ""
    fitted = " ".join(scribe.line(code, "line 1").split())
    if len(fitted) > _LONGEST_CODE or "|" in fitted:
        scribe.lose("patient.local-id", "Line 1 holds 10 characters.", "No patient code.", "line 1")
        return header.NO_CODE
    return fitted or header.NO_CODE


def _address(patient: Patient, scribe: Scribe) -> list[str]:
    first, second = (*patient.address.lines, "", "")[:2]
    if len(patient.address.lines) > 2:  # noqa: PLR2004 - lines 4 and 5
        second = " ".join(patient.address.lines[1:])
    city = f"{patient.address.postcode} {patient.address.city}"
    return [scribe.short(text, _LONGEST_NAME, f"line {4 + n}") for n, text in enumerate((first, second, city))]


def _insured(patient: Patient, day: date, scribe: Scribe) -> str:
    """Return line 8, without blanks (MedShake), from the insured number or an adult's own NIR.

    An INS that is a NIR is the patient's own number. Whoever is of age is insured under it (art. L160-2 CSS, since
    2016), so it is the insured number too. A child is insured under a parent's number, which nobody told: line 8
    stays empty. The other way round (line 8 as an INS) never happens.
    """
    number = patient.insured
    if not number and patient.ins and patient.ins.root in _INS_NIR and _of_age(patient, day):
        number = patient.ins.extension
    return scribe.short("".join(number.split()), _LONGEST_NAME, "line 8")


def _of_age(patient: Patient, day: date) -> bool:
    born = patient.birth_date
    if born is None:
        return False
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) >= _MAJORITY


def _body(document: Document, closing: tuple[str, ...], scribe: Scribe) -> list[str]:
    text = document.text or result_lines.summary(document.results)
    lines = scribe.lines((*_warnings(document, scribe), *_title(document, text), *text), "text")
    lines += scribe.lines((*_author(document, text), *closing), "note")
    lines += scribe.lines(result_lines.loinc(document.results), "results")
    lines += scribe.lines(_context(document, scribe), "context")
    lines += scribe.lines(_identity(document.patient, scribe), "identity")
    if not document.results:
        return lines
    return [*lines, Marker.LAB.value, *result_lines.section(document, lines, scribe)]


def _author(document: Document, text: tuple[str, ...]) -> tuple[str, ...]:
    """Return who wrote the document, unless its text says so: line 11 is the mailbox, a hospital's or a secretary's."""
    author = document.author
    if author is None or any(_names(line, author) for line in text):
        return ()
    name = " ".join(filter(None, (author.title, author.given, author.family)))
    number = f" ({author.identifier.extension})" if author.identifier and author.identifier.extension else ""
    place = f", {author.organisation.name}" if author.organisation and author.organisation.name else ""
    return ("", f"Auteur du document : {name}{number}{place}")


def _context(document: Document, scribe: Scribe) -> tuple[str, ...]:
    """Return, as text, what else the header of a document says."""
    if not document.context:
        return ()
    scribe.lose("document.context", "HPRIM has no line for it.", "It ends the text.", "context")
    return ("", "En-tête du document :", *document.context)


def _names(line: str, author: Professional) -> bool:
    said, name = (set(_WORD.findall(text.casefold())) for text in (line, f"{author.given} {author.family}"))
    return name <= said  # whole words: « Li An » is not in « réalisée »


def _note(note: str) -> tuple[str, ...]:
    """Return what the sender wrote."""
    return ("", "Message de l'expéditeur :", *note.strip().splitlines()) if note.strip() else ()


def _title(document: Document, text: tuple[str, ...]) -> tuple[str, ...]:
    """Return the title, which has no line in the header, unless the text begins with it."""
    title = " ".join(document.title.split())
    begun = any(vocabulary.says(line, title) for line in text[:10])
    return () if begun or not title else (title, "")


def _warnings(document: Document, scribe: Scribe) -> tuple[str, ...]:
    """Return what a reader must know before the text; the header stays whole, or the text would be taken for it."""
    patient, lines = document.patient, []
    if not patient.family.strip() or not patient.given.strip():
        lines.append(f"ATTENTION : {_SOURCE} ne donne pas le nom et le prénom du patient{_aside(patient.name_told)}.")
        scribe.lose("hprim.no-name", "The source gives no whole name.", "A warning in the text.", "lines 2 and 3")
    if patient.birth_date is None:
        lines.append(_undated("de naissance du patient", patient.birth_told))
        scribe.lose("hprim.no-birth-date", "The source gives no birth date.", "A warning in the text.", "line 7")
    if document.performed is None and document.performed_told:
        lines.append(_undated("de l'acte", document.performed_told))
        scribe.lose("hprim.no-act-date", "The source gives no full date.", "The document's, and a warning.", "line 10")
    if document.deleted:
        lines.append("ATTENTION : ce document est ANNULÉ par son auteur.")
    elif document.replaces or document.version > 1:
        lines.append("ATTENTION : ce document remplace une version envoyée auparavant.")
    return (*lines, "") if lines else ()


def _undated(what: str, told: str) -> str:
    """Return the warning that a date is not whole: what of it is known, or why nothing is."""
    if any(sign.isdigit() for sign in told):
        return f"ATTENTION : de la date {what}, le document ne donne que : {told}"
    return f"ATTENTION : {_SOURCE} ne donne pas la date {what}{_aside(told)}."


def _aside(told: str) -> str:
    return f" (motif : {told})" if told else ""


def _identity(patient: Patient, scribe: Scribe) -> tuple[str, ...]:
    """Return, as text, the traits for which HPRIM has no line."""
    ins = f"{patient.ins.extension} (OID {patient.ins.root})" if patient.ins else ""
    traits = {
        "Nom de naissance": patient.birth_family,
        "Prénoms de naissance": patient.birth_givens,
        "Sexe": patient.sex.value if patient.sex else patient.sex_told,
        "Lieu de naissance (code INSEE)": patient.birth_place,
        "INS": ins,
    }
    told = tuple(f"  {label} : {value}" for label, value in traits.items() if value)
    if told:
        scribe.lose("patient.traits", "The header has no line for them.", "They end the text.", "identity")
    return ("", "Identité du patient transmise par l'expéditeur :", *told) if told else ()
