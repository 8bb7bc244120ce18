"""Coded results held against the table that a doctor reads: his software files the one, he believes the other."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from passerelle.core.documents import biology
from passerelle.core.documents.cda.values import Reading
from passerelle.core.documents.markup import child, children, local, value, words
from passerelle.core.message import Kind

MOST_ROWS = 20
"""Rows that one cell may span: a result in two units has two."""

_NUMBER = re.compile(
    r"(?<![\w.,])([<>≤≥]=?)?\s?((?:\d{1,3}(?:[ \u00a0\u202f]\d{3}){1,9}|\d{1,30})(?:[.,]\d{1,30})?)(?!\d|[.,]\d)"
)
_CODED = re.compile(
    r"([<>]?)=?[+-]?([\d.]+)"
)  # a sign stands apart from its number, or not, and is rare in a laboratory
_POWERS = re.compile(r"10[*^eE]\d+|[mµ]m[23]|m[23²]\b")  # digits of units
_MEASURED = re.compile(rf"(?P<power>{_POWERS.pattern})|{_NUMBER.pattern}")
_BLANKS = re.compile(r"[ \u00a0\u202f]")
_ASIDE = re.compile(r"r[ée]f[ée]rence|norm|usuel|ant[ée]ri|pr[ée]c[ée]d|date|intervalle", re.IGNORECASE)
_TENS = {  # powers of ten: a table may say 4 450 000 /mm3 where the entry says 4.45 T/L
    "g": {"g/dL": 1, "g/L": 0, "mg/dL": -2, "mg/L": -3, "ug/mL": -3, "ug/L": -6, "ng/mL": -6, "ng/L": -9, "pg/mL": -9},
    "mol": {"mol/L": 0, "mmol/L": -3, "meq/L": -3, "umol/L": -6, "nmol/L": -9, "pmol/L": -12},
    "count": {"/mL": 3, "/uL": 6, "10*9/L": 9, "10*12/L": 12},
    "iu": {"k[IU]/L": 3, "[IU]/mL": 3, "[IU]/L": 0, "m[IU]/mL": 0, "m[IU]/L": -3, "u[IU]/mL": -3},
}
_LIMITS = str.maketrans({"≤": "<", "≥": ">", "=": ""})


@dataclass(frozen=True, slots=True)
class _Told:
    """What cells say: their numbers, each with the limits before it, and the units that are known beyond doubt."""

    numbers: Mapping[Decimal, frozenset[str]]
    units: frozenset[str]


class Tables:
    """The tables of a narrative: each row, and the head of each table, is read once."""

    def __init__(self) -> None:
        self._told: dict[etree._Element, tuple[_Told, _Told]] = {}  # its value, and all of it
        self._asides: dict[etree._Element, list[bool]] = {}

    def differs(self, reading: Reading, row: etree._Element | None) -> bool:
        """Tell whether a row says another number, limit or unit than a coded value; one without a number says none."""
        coded = _CODED.fullmatch(reading.text) if reading.kind is Kind.NUMERIC else None
        if row is None or coded is None:
            return False
        told, _ = self._read(row)
        if not told.numbers:
            return False
        number = Decimal(coded[2])
        if coded[1] in told.numbers.get(number, ()) and _fits(reading.unit, told.units):
            return False
        factors = {_factor(unit, reading.unit) for unit in told.units} - {None, 1}
        return not any(coded[1] in told.numbers.get(number / factor, ()) for factor in factors if factor)

    def says(self, reading: Reading, row: etree._Element | None) -> bool:
        """Tell whether any cell of a row says the number of a coded value."""
        coded = _CODED.fullmatch(reading.text)
        return row is not None and coded is not None and Decimal(coded[2]) in self._read(row)[1].numbers

    def _read(self, row: etree._Element) -> tuple[_Told, _Told]:
        if row not in self._told:
            every = (words(cell) for line in _spanned(row) for cell in _cells(line))
            self._told[row] = (_understood(self._values(row)), _understood(every))
        return self._told[row]

    def _values(self, row: etree._Element) -> Iterator[str]:
        """Yield the cells of a row, and of those that its cells span, that neither name, nor compare, nor date."""
        aside = self._aside(row)
        for number, line in enumerate(_spanned(row)):
            cells = _cells(line)
            for place, cell in enumerate(cells):
                named = number == place == 0 and len(cells) > 1
                if not named and not (len(cells) == len(aside) and aside[place]):
                    yield words(cell)

    def _aside(self, row: etree._Element) -> list[bool]:
        """Return for each column whether its head says that it holds normals, dates, or earlier values."""
        table = next(row.iterancestors("{*}table"), row)
        if table not in self._asides:
            heads = [line for head in children(table, "thead") for line in children(head, "tr")]
            self._asides[table] = [bool(_ASIDE.search(words(cell))) for cell in _cells(heads[-1])] if heads else []
        return self._asides[table]


def row(element: etree._Element | None) -> etree._Element | None:
    """Return the row of a table that an element is, or is in."""
    while element is not None and local(element) != "tr":
        element = element.getparent()
    return element


def labelled(section: etree._Element) -> Mapping[str, etree._Element]:
    """Return the rows of a section's own tables by what their first cell says, where only one says it."""
    found: dict[str, list[etree._Element]] = {}
    text = child(section, "text")
    for line in text.iter("{*}tr") if text is not None else ():
        cells = _cells(line)
        if len(cells) > 1:
            found.setdefault(folded(words(cells[0])), []).append(line)
    return {name: rows[0] for name, rows in found.items() if len(rows) == 1 and name}


def folded(label: str) -> str:
    """Return a label as it is compared: capitals and signs make no other analysis."""
    return "".join(letter for letter in label.casefold() if letter.isalnum())


def _spanned(row: etree._Element) -> Iterator[etree._Element]:
    """Yield a row and those that its cells reach into."""
    spans = [value(cell, "rowspan") for cell in _cells(row)]
    most = max((int(span) for span in spans if re.fullmatch(r"[0-9]{1,3}", span)), default=1)
    line: etree._Element | None = row
    for _ in range(max(1, min(most, MOST_ROWS))):
        if line is None or local(line) != "tr":
            return
        yield line
        line = line.getnext()


def _cells(row: etree._Element) -> list[etree._Element]:
    return [cell for cell in row if local(cell) in ("td", "th")]


def _fits(unit: str, told: frozenset[str]) -> bool:
    return not told or unit in told or not biology.known(unit) or any(_factor(one, unit) == 1 for one in told)


def _factor(unit: str, target: str) -> Decimal | None:
    """Return by what a number grows from one unit to another of its kind; None where they are of two."""
    kinds = (tens for tens in _TENS.values() if unit in tens and target in tens)
    return next((Decimal(10) ** (tens[unit] - tens[target]) for tens in kinds), None)


def _understood(cells: Iterator[str]) -> _Told:
    numbers: dict[Decimal, frozenset[str]] = {}
    units: set[str] = set()
    for cell in cells:
        for limit, number in _numbers(cell):
            numbers[number] = numbers.get(number, frozenset()) | {limit}
        units |= _units(_MEASURED.sub(lambda found: found["power"] or "", cell).strip(" *"))
    return _Told(numbers, frozenset(units))


def _units(said: str) -> set[str]:
    """Return what a unit may mean: g/l is gram or giga."""
    known = biology.ucum(said, "")
    return {known} if known else {"g/L", "10*9/L"} if said.casefold() == "g/l" else set()


def _numbers(text: str) -> Iterator[tuple[str, Decimal]]:
    """Yield the numbers of a cell with the limit before each; 4 850 is one number, or two."""
    for limit, number in _NUMBER.findall(_POWERS.sub("", text)):
        pieces = {_BLANKS.sub("", number), *_BLANKS.split(number)}
        yield from ((limit.translate(_LIMITS), Decimal(piece.replace(",", "."))) for piece in pieces)
