"""From a test's label, unit and chapter to LOINC: by the shipped table or the agreement, never by guess.

Design decision 6: a code only from an entry that fits label *and* unit; where blood may be meant or something else,
words of the chapter must say which, else there is no code. « BIOCHIMIE » alone says blood where the whole report is
silent on anything else and the laboratory's upper normal is one that only blood has.
"""

import csv
import re
from dataclasses import dataclass, replace
from decimal import Context as Precision
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files

from passerelle.core.documents import biology
from passerelle.core.documents.vocabulary import WORDS, plain, spaced, speaks
from passerelle.core.message import Code, LocalCode, Measure

LOINC = "2.16.840.1.113883.6.1"
TABLE = "loinc.2026-11.csv"
_EXACT = Precision(prec=60)  # twice the digits that a quantity may have
_OF_THE_REPORT = frozenset({"collected"})  # groups of words that count wherever they stand
_LOINC = re.compile(r"[0-9]{1,7}-[0-9]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the table."""

    code: Code
    written: str  # the unit that a result must have
    ucum: str  # the unit that the code is said in
    factor: Decimal  # from the one to the other, exact
    labels: frozenset[str]
    needs: str  # the name of a group of words, or nothing
    refuses: tuple[str, ...]
    highest: tuple[Decimal, Decimal] | None  # between which upper normals are those of blood and of nothing else
    source: str

    def fits(self, asked: "_Asked") -> bool:
        """Tell whether label, chapter and text allow the code."""
        said = not self.needs or speaks(self.needs, asked.words) or (self.needs == "blood" and self._implied(asked))
        return said and not any(speaks(name, asked.words) or name in asked.about(name) for name in self.refuses)

    def _implied(self, asked: "_Asked") -> bool:
        """Tell whether only blood can be meant: by chapter, normals, and the silence of the report on all else."""
        if self.highest is None or asked.highest is None or not speaks("chemistry", asked.words):
            return False
        return self.highest[0] <= asked.highest <= self.highest[1] and asked.told.isdisjoint(self.refuses)


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a result: its chapter, the text of the report, the laboratory's own codes."""

    chapter: str = ""
    text: str = ""
    codes: tuple[LocalCode, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A result as the rows look at it, in folded words."""

    words: str  # of label and chapter
    told: frozenset[str]  # what the whole report speaks of
    around: frozenset[str]  # the same where there is no chapter
    highest: Decimal | None  # normal

    def about(self, name: str) -> frozenset[str]:
        """Return where a group of words counts beside label and chapter: a collection of urine is told once, above."""
        return self.told if name in _OF_THE_REPORT else self.around


@dataclass(frozen=True, slots=True)
class Coded:
    """A code and the measure in the unit that it is said in."""

    code: Code
    measure: Measure


def find(label: str, ucum: str, context: Context, high: str = "") -> Entry | None:
    """Return the one entry that fits label, unit and context; two are none. `high` is the upper normal."""
    told, highest = _told(context.text), biology.quantity(high)
    asked = _Asked(
        f"{spaced(label)} {spaced(context.chapter)}",
        told,
        frozenset() if context.chapter.strip() else told,
        highest.number if highest and not highest.limit else None,
    )
    folded = _folded(label)
    found = [one for one in entries() if folded in one.labels and one.written == ucum and one.fits(asked)]
    return found[0] if len(found) == 1 else None


def coded(label: str, own: tuple[Code, ...], measure: Measure, context: Context) -> Coded | None:
    """Return the LOINC code of a measured number, by the agreement, else by the table; None where neither is sure."""
    unit = measure.ucum or biology.ucum(measure.unit, label) or ""
    if not _counts(measure) or (measure.unit and not unit):
        return None
    entry = _agreed(own, unit, context.codes) or _stated(own, unit) or find(label, unit, context, measure.high)
    if entry is None:
        return None
    said = measure if entry.written == entry.ucum else _converted(measure, entry)
    return Coded(entry.code, said) if said else None


def _counts(measure: Measure) -> bool:
    """Tell whether the value is a number beyond doubt, and one that a concentration can have."""
    said = biology.quantity(measure.value)
    return said is not None and said.number >= 0 and not biology.thousands(measure.value, measure.unit)


def valid(loinc: str) -> bool:
    """Tell whether a LOINC code is well formed: its last digit is LOINC's own mod 10 of the others."""
    if not _LOINC.fullmatch(loinc):
        return False
    number, _, check = loinc.partition("-")
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(number)))
    return (-sum(value // 10 + value % 10 for value in doubled)) % 10 == int(check)


def unfit(loinc: str, ucum: str) -> bool:
    """Tell whether the table knows a code, and not in this unit."""
    known = [entry.written for entry in entries() if entry.code.code == loinc]
    return bool(known) and ucum not in known


@cache
def entries() -> tuple[Entry, ...]:
    """Return the rows of the table, read once."""
    content = files(__package__).joinpath("tables", TABLE).read_text("utf-8")
    return tuple(_entry(row) for row in csv.DictReader(content.splitlines(), strict=True))


def _entry(row: dict[str, str]) -> Entry:
    return Entry(
        Code(row["loinc"], LOINC, row["display"]),
        row["written"],
        row["ucum"],
        Decimal(row["factor"]),
        frozenset(map(_folded, row["labels"].split("|"))),
        row["needs"],
        tuple(row["refuses"].split()),
        _span(row["highest"]),
        row["source"],
    )


@lru_cache(maxsize=1)
def _told(text: str) -> frozenset[str]:
    """Return the groups of words that a report speaks of; its results ask one after the other."""
    words = spaced(text)
    return frozenset(name for name in WORDS if speaks(name, words))


def _span(text: str) -> tuple[Decimal, Decimal] | None:
    low, _, high = text.partition("-")
    return (Decimal(low), Decimal(high)) if text else None


def _agreed(own: tuple[Code, ...], ucum: str, agreed: tuple[LocalCode, ...]) -> Entry | None:
    """Return what the agreement says of a local code in this unit; it must be one that the table has for the code."""
    symbols = {code.code for code in own if code.system != LOINC}
    said = {one.loinc for one in agreed if one.local in symbols and one.ucum == ucum and not unfit(one.loinc, ucum)}
    if len(said) != 1:
        return None
    (loinc,) = said
    known = (entry for entry in entries() if entry.code.code == loinc and entry.written == ucum)
    bare = Entry(Code(loinc, LOINC), ucum, ucum, Decimal(1), frozenset(), "", (), None, "agreement")
    return next(known, bare)


def _stated(own: tuple[Code, ...], ucum: str) -> Entry | None:
    """Return the row of a code of LOINC that stands where a laboratory's own is due, if the table has it in this unit.

    HPRIM names no system beside a code, and what we write from a CDA may be LOINC's.
    """
    symbols = {code.code for code in own}
    found = [one for one in entries() if one.code.code in symbols and one.written == one.ucum == ucum]
    return found[0] if len({one.code.code for one in found}) == 1 else None


def _converted(measure: Measure, entry: Entry) -> Measure | None:
    """Return value and both normals in the unit of the code, together or not at all."""
    value, low, high = (_scaled(text, entry.factor) for text in (measure.value, measure.low, measure.high))
    if value is None or low is None or high is None:
        return None
    return replace(measure, value=value, unit=biology.usage(entry.ucum), ucum=entry.ucum, low=low, high=high)


def _scaled(text: str, factor: Decimal) -> str | None:
    """Return a number times a factor: exact, and as it was written where the factor is 1."""
    given = biology.quantity(text)
    if given is None:
        return None if text else ""
    product = given.number if factor == 1 else _EXACT.multiply(given.number, factor).normalize(_EXACT)
    return str(biology.Quantity(product, given.limit))


def _folded(label: str) -> str:
    """Return a label to compare: V.G.M. is VGM, but a ratio (`/`) and a sum (`+`) stay what they are."""
    return " ".join(re.sub(r"[^a-z0-9/+]", " ", plain(label).replace(".", "")).split())
