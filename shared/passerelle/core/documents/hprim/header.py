"""The twelve lines before an HPRIM text, one field a line, no labels."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from passerelle.core.documents.hprim import charset, dates
from passerelle.core.message import Identifier, Loss, Patient, PostalAddress

LENGTH = 12
NO_CODE = "."  # what writers put where a code is due and there is none
_MOST_BLANKS = 3  # blank lines before a header that readers skip
_LONGEST_NAME = 60
_LONGEST_DATE = 15  # line 10 as some readers cut it
_INSURED = re.compile(r"[12]\d{12}(?: ?\d{2})?")
_LETTER = re.compile(r"[^\W\d_]")
_CITY = re.compile(r"(\d{5})\s*(\D.*)?")
_REST = "The line says more than its field takes."
_BESIDE = "It stays in the HPRIM text beside."
_CODE = re.compile(r"(?=.*\d)[\w./-]{1,20}")  # line 1 may also be a title or a routing line: no code


@dataclass(frozen=True, slots=True)
class Header:
    """What the twelve lines say; a doubtful date is None and among the losses."""

    patient: Patient
    performed: date | None
    file_number: str
    issuer: str
    addressee: str
    losses: tuple[Loss, ...]


def find(lines: Sequence[str]) -> int | None:
    """Return where the header starts, or None; line 1 may be empty, and blank lines may stand before it."""
    blanks = 0
    while blanks < min(_MOST_BLANKS, len(lines)) and not lines[blanks].strip():
        blanks += 1
    starts = [start for start in range(blanks + 1) if _named(lines[start : start + LENGTH])]
    born = [start for start in starts if dates.shaped(lines[start + 6])]
    unborn = [start for start in starts if _dated(lines[start : start + LENGTH])]
    return next(iter(born + unborn), None)


def _dated(lines: Sequence[str]) -> bool:
    """Tell whether lines 7, 8 and 10 speak of a header, though its line 7 holds no date; prose must not pass."""
    seventh, eighth, tenth = (lines[number - 1].strip() for number in (7, 8, 10))
    return len(seventh) <= _LONGEST_DATE and bool(
        _INSURED.fullmatch(eighth) or (len(tenth) <= _LONGEST_DATE and dates.holds(tenth))
    )


def _named(lines: Sequence[str]) -> bool:
    """Tell whether lines 2 and 3 can be a name: without one no reader takes a text for HPRIM."""
    return len(lines) == LENGTH and all(
        len(line.strip()) <= _LONGEST_NAME and _LETTER.search(line) for line in lines[1:3]
    )


def others(lines: Sequence[str], today: date) -> Iterator[Patient]:
    """Yield whom a text names as twelve lines would, in full: a message that follows without ****FIN**** between."""
    for start in range(len(lines) - LENGTH + 1):
        seventh, tenth = (lines[start + number - 1].strip() for number in (7, 10))
        if dates.shaped(seventh) and dates.shaped(tenth) and _whole(lines[start : start + LENGTH]):
            yield read(lines[start : start + LENGTH], today, "").patient


def _whole(lines: Sequence[str]) -> bool:
    """Tell whether lines 2, 3, 6 and 8 are those of a header: no prose has a date in its lines 7 and 10 and these."""
    sixth, eighth = lines[5].strip(), lines[7].strip()
    return (
        _named(lines) and bool(not sixth or _CITY.fullmatch(sixth)) and bool(not eighth or _INSURED.fullmatch(eighth))
    )


def read(lines: Sequence[str], today: date, where: str) -> Header:
    """Return what twelve lines say; `where` names the message in losses."""
    fields = [charset.field(line) for line in lines]
    birth, performed = dates.birth(fields[6], today), dates.act(fields[9], today)
    losses = [
        _doubt(code, f"{where}, line {number}", field)
        for code, number, field, day in (
            ("hprim.birth-date", 7, fields[6], birth),
            ("hprim.act-date", 10, fields[9], performed),
        )
        if field and day is None
    ]
    if birth and performed and performed < birth:
        why = "The date of the examination is before that of birth."
        losses.append(Loss("hprim.before-birth", f"{where}, line 10", why, "Both dates as they came."))
    losses += [Loss("hprim.line-rest", f"{where}, line {n}", _REST, _BESIDE) for n in _unread(fields, performed)]
    return Header(_patient(fields, birth), performed, fields[8], fields[10], fields[11], tuple(losses))


def _unread(fields: list[str], performed: date | None) -> Iterator[int]:
    """Yield the lines whose words find no home: a title in line 1, a routing mark around the date of line 10."""
    if fields[0].strip(NO_CODE) and not _CODE.fullmatch(fields[0]):
        yield 1
    if performed and not dates.shaped(fields[9]):
        yield 10


def _doubt(code: str, where: str, field: str) -> Loss:
    why = "The date can be read in two ways." if dates.shaped(field) else "The line holds no date of the calendar."
    return Loss(code, where, why, "The date stays unknown.")


def _patient(fields: list[str], birth: date | None) -> Patient:
    """Line 8 is the insured person's number, who may be a parent: never an INS, and no sex is read from it."""
    code = fields[0] if _CODE.fullmatch(fields[0]) else ""
    return Patient(
        family=fields[1],
        given=fields[2],
        birth_date=birth,
        insured=fields[7],
        local_ids=(Identifier("", code),) if code else (),  # no OID: HPRIM names no authority
        address=_address(fields[3:6]),
    )


def _address(fields: list[str]) -> PostalAddress:
    lines = tuple(field for field in fields[:2] if field)
    found = _CITY.fullmatch(fields[2])
    if not found:
        return PostalAddress(lines=lines, city=fields[2])
    return PostalAddress(lines=lines, postcode=found[1], city=found[2] or "")
