"""What an HPRIM file says, read by nothing of the product: words, and a small splitter."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

POSTCODE = re.compile(r"\d{5} ")
LONGEST_CODE = 10  # line 1
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[<>]")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")  # line 7, whatever blank lines stand before the header


@dataclass(frozen=True, slots=True)
class Line:
    """One measure of a RES line, as the line has it."""

    label: str
    value: str
    unit: str
    low: str
    high: str
    flag: str
    status: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """An HPRIM message: its header, the lines to read once, its measures."""

    header: tuple[str, ...]
    lines: tuple[str, ...]
    measures: tuple[Line, ...]


_SPELLING = str.maketrans({
    "œ": "oe", "Œ": "OE", "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "•": "-", "≤": "<=",
    "≥": ">=", "→": "->", "α": "alpha", "β": "bêta", "γ": "gamma", "μ": "µ", "№": "No", "ﬁ": "fi", "₂": "2", "⁹": "^9",
    "Ÿ": "Y", "ł": "l", "Ł": "L", "€": "EUR", "\N{SOFT HYPHEN}": "", "\N{NO-BREAK SPACE}": " ", "\N{EN SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ", "\N{THIN SPACE}": " ", "ź": "z",
})  # fmt: skip


def fitted(text: str) -> str:
    """Return a text as Latin-1 must spell it, words apart by one blank."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_SPELLING).split())


def tokens(lines: Iterable[str]) -> Counter[str]:
    """Return the words, numbers and signs of a text; spelling, case and spacing aside."""
    return Counter(token for line in lines for token in _TOKEN.findall(fitted(line).casefold()))


def sheets(text: str) -> Iterator[Sheet]:
    """Split an HPRIM file at its markers."""
    rows: list[str] = []
    for row in re.split(r"\r*\n|\r", text):
        if row.strip().upper() in ("****FIN****", "****FINFICHIER****"):
            if any(map(str.strip, rows)):
                yield _sheet(rows)
            rows = []
        else:
            rows.append(row)
    if len([row for row in rows if row.strip()]) > 1:
        yield _sheet(rows)


def after_end(text: str) -> str:
    """Return what stands after the last marker."""
    _, *rest = re.split(r"(?i)\*{4}FIN(?:FICHIER)?\*{4}", text)
    return rest[-1] if rest else ""


def _sheet(rows: list[str]) -> Sheet:
    """Return a message; the lines that stand in the text and in LAB count once."""
    while not _DATE.fullmatch(rows[6].strip()):
        rows = rows[1:]
    body = [row.expandtabs(8) for row in rows[12:]]
    at = next((n for n, row in enumerate(body) if row.strip().upper() == "****LAB****"), len(body))
    lab = [row.lstrip() for row in body[at + 1 :]]
    shown = Counter(_squeezed(row) for row in body[:at])
    told = Counter(_squeezed(re.sub(r"^TEX(\||$)", "", row)) for row in lab if not _is_result(row))
    found = [row for row in lab if _is_result(row)]
    return Sheet(tuple(rows[:12]), tuple((shown | told).elements()), tuple(_measures(found)))


def _squeezed(row: str) -> str:
    return " ".join(row.replace("|", "/").split())


def _is_result(row: str) -> bool:
    return row.startswith("RES|") and row.count("|") < 14


def _measures(rows: Iterable[str]) -> Iterator[Line]:
    last: Line | None = None
    for row in rows:
        fields = [" ".join(field.split()) for field in row.split("|")] + [""] * 14
        label, value, unit, low, high, flag, status = (fields[n] for n in (1, 4, 5, 6, 7, 8, 9))
        same = label.casefold().strip(" :") == "soit" and last is not None
        if not label and not value:
            continue
        last = Line(last.label if same and last else label, value, unit, low, high, flag, status)
        yield last
        if fields[10]:
            value, unit, low, high = fields[10:14]
            yield Line(last.label, value, unit, low, high, flag, status)


def number(text: str) -> Decimal | None:
    """Return a decimal number, written with a point or a comma."""
    try:
        return Decimal(re.sub(r"(?<=\d)[ \xa0](?=\d{3})", "", text).replace(",", ".").strip())
    except InvalidOperation:
        return None


def day(text: str) -> str:
    """Return JJMMAA of the one day in a line, whichever way it is written."""
    if iso := re.search(r"(\d{4})-(\d{2})-(\d{2})", text):
        return iso[3] + iso[2] + iso[1][2:]
    found = re.search(r"(?<!\d)(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d)", text)
    return f"{int(found[1]):02}{int(found[2]):02}{found[3][-2:]}" if found else ""
