"""HPRIM files, read: each message a document, everything doubtful said."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time

from passerelle.core.documents.hprim import charset, header, laboratory, layout
from passerelle.core.documents.hprim.header import Header
from passerelle.core.documents.hprim.layout import Marker, Segment
from passerelle.core.errors import MalformedError, UnsupportedError
from passerelle.core.message import Attachment, Code, Document, Loss, Patient

MOST_MESSAGES = 100
_LOINC = "2.16.840.1.113883.6.1"
LETTER = Code("11488-4", _LOINC, "CR ou fiche de consultation")
LABORATORY = Code("11502-2", _LOINC, "CR d'examens biologiques")
_WHY = {
    "hprim.cp850-guessed": "The bytes are cp850 (DOS) by the look of them, and nothing says so.",
    "hprim.encoded-twice": "The file was written in UTF-8, taken for cp1252, and written in UTF-8 again.",
    "hprim.macroman-guessed": "The bytes are MacRoman by the look of them, and nothing says so.",
    "hprim.unknown-characters": "Some characters are no text in the encoding of the file.",
}


@dataclass(frozen=True, slots=True)
class HprimFile:
    """The documents of a file, what is doubtful in them, and the text that stands after the last one."""

    documents: tuple[Document, ...]
    losses: tuple[Loss, ...] = ()
    rest: str = ""


def recognise(content: bytes) -> bool:
    """Tell whether a text is meant as HPRIM: it has a marker of end, or it starts with a header.

    Of a text that is too large its beginning tells: whoever reads it says so.
    """
    try:
        lines = layout.split(charset.decode(content[: charset.LARGEST])[0])
    except MalformedError:
        return False
    return any(layout.marker(line) for line in lines) or header.find(lines) is not None


def read(content: bytes, received: datetime) -> HprimFile:
    """Return the messages of an HPRIM file; `received` dates what does not date itself."""
    text, doubts = charset.decode(content)
    if text.startswith("H|"):
        raise UnsupportedError("hprim.sante", "The file is HPRIM Santé (H|…), not HPRIM Médecin.")
    segments = layout.segments(layout.split(text))
    if len(segments) > MOST_MESSAGES:
        raise MalformedError("hprim.messages", f"An HPRIM file has at most {MOST_MESSAGES} messages.")
    messages, rest = _apart(segments)
    read_messages = [_message(one, n, received) for n, one in enumerate(messages, 1)]
    losses = [Loss(code, "file", _WHY[code], "Look at the text with care.") for code in doubts]
    losses += [loss for _, found in read_messages for loss in found]
    if rest:
        losses.append(
            Loss(
                "hprim.after-end", "file", "A text stands after the last message.", "It goes with the mail's own text."
            )
        )
    return HprimFile(tuple(document for document, _ in read_messages), tuple(losses), "\n".join(rest).strip("\n"))


def _apart(segments: tuple[Segment, ...]) -> tuple[tuple[Segment, ...], tuple[str, ...]]:
    """Return the messages and the lines after the last one; a message without a header is nobody's."""
    headless = [n for n, one in enumerate(segments) if header.find(one.lines) is None]
    if headless and headless[0] > 0 and headless == [len(segments) - 1] and segments[-1].end is None:
        return segments[:-1], segments[-1].lines
    if headless or not segments:
        raise MalformedError(
            "hprim.header", "An HPRIM message starts with 12 lines: 2 and 3 the name, 7 the birth date or 10 a date."
        )
    return segments, ()


def _message(segment: Segment, number: int, received: datetime) -> tuple[Document, tuple[Loss, ...]]:
    start = header.find(segment.lines) or 0
    body = start + header.LENGTH
    where = f"message {number}"
    head = header.read(segment.lines[start:body], received.date(), where)
    _check_alone(head.patient, segment.lines[body:], received)
    before, after, unmarked = _parts(tuple(line.expandtabs(8).rstrip() for line in segment.lines[body:]), where)
    before = tuple(piece.rstrip() for line in before for piece in charset.lines(line))
    section = laboratory.read(after, before, where)
    document = _document(head, received, LABORATORY if section.results else LETTER)
    document = replace(
        document,
        text=_text(before, section.text),
        results=section.results,
        source=Attachment("message.hpr", "text/plain", "\r\n".join(segment.lines).encode()),
    )
    return document, (*head.losses, *unmarked, *section.losses, *_unended(segment, where))


def _check_alone(patient: Patient, lines: tuple[str, ...], received: datetime) -> None:
    """Refuse a message with the header of another patient in it: what stands below must not be filed under this one."""
    for other in header.others(lines, received.date()):
        if (other.family, other.given, other.birth_date) != (patient.family, patient.given, patient.birth_date):
            raise MalformedError(
                "hprim.two-patients", "A second header stands in an HPRIM message, without ****FIN****."
            )


def _document(head: Header, received: datetime, kind: Code) -> Document:
    """Return a document without its text: dated by line 10, or else by its reception."""
    return Document(
        identifier=None,
        kind=kind,
        title=kind.display,
        created=min(datetime.combine(head.performed, time(), received.tzinfo), received)
        if head.performed
        else received,
        patient=head.patient,
        performed=head.performed,
        issuer=head.issuer,
        addressee=head.addressee,
        file_number=head.file_number,
    )


def _unended(segment: Segment, where: str) -> tuple[Loss, ...]:
    if segment.end is not None:
        return ()
    why = "The message has no ****FIN****: its end may be missing."
    return (Loss("hprim.no-end", where, why, "It is carried as it came."),)


def _parts(lines: tuple[str, ...], where: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Loss, ...]]:
    """Return the text before ****LAB**** and the lines after it; a laboratory may have left the marker out."""
    for number, line in enumerate(lines):
        if layout.marker(line) is Marker.LAB:
            return lines[:number], lines[number + 1 :], ()
    if (start := laboratory.begins(lines)) is None:
        return lines, (), ()
    loss = Loss("hprim.no-lab", where, "RES lines stand in a text without ****LAB****.", "They are read as results.")
    return lines[:start], lines[start:], (loss,)


def _text(plain: tuple[str, ...], lab: tuple[str, ...]) -> tuple[str, ...]:
    """Return the text, with the TEX lines that it lacks: LAB repeats the whole text, as a rule.

    A line is left out only where all of its section stands in the other, in order: « négatif » alone says nothing.
    """
    said, told = ([words for words in map(_words, lines) if words] for lines in (plain, lab))
    lines: Iterable[str] = (*plain, *lab)
    if _in_order(told, said):
        lines = plain
    elif _in_order(said, told):
        lines = _respelt(lab, [line for line in plain if line])
    return _trimmed(piece for line in lines for piece in layout.wrap(line.rstrip()))


def _in_order(few: list[str], many: list[str]) -> bool:
    rest = iter(many)
    return all(one in rest for one in few)


def _respelt(lab: tuple[str, ...], plain: list[str]) -> Iterator[str]:
    """Yield the TEX lines, those that repeat a line of the text with its blanks."""
    place = 0
    for line in lab:
        same = place < len(plain) and bool(line) and _words(line) == _words(plain[place])
        yield plain[place] if same else line
        place += same


def _words(line: str) -> str:
    return " ".join(line.replace("|", "/").split())


def _trimmed(lines: Iterable[str]) -> tuple[str, ...]:
    """Drop the blank lines around a text; line 13 of the header is one of them."""
    kept = list(lines)
    filled = [number for number, line in enumerate(kept) if line]
    return tuple(kept[filled[0] : filled[-1] + 1]) if filled else ()
