"""From a test's label, unit and chapter to LOINC: by the shipped table or the agreement, never by guess.

Design decision 6: a code only from an entry that fits label *and* unit; where blood may be meant or something else,
words of the chapter must say which, else there is no code.
"""

import csv
import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Context as Precision
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from passerelle.core.documents import biology
from passerelle.core.message import Code, LocalCode, Measure

LOINC = "2.16.840.1.113883.6.1"
TABLE = "loinc.2026-11.csv"
_EXACT = Precision(prec=60)  # twice the digits that a quantity may have
_LOINC = re.compile(r"[0-9]{1,7}-[0-9]")
_WORDS = MappingProxyType(  # what a chapter or a label speaks of, in folded words
    {
        "blood": r"sang|sanguine?s?|seri(?:que|ques|cite)|serum|plasma|plasmatiques?",
        "hematology": r"hematolog\w*|hemogramme|nfs|nfp|numeration (?:formule|globulaire|sanguine)|formule sanguine",
        "urine": r"urin\w*|ecbu|\w*uries?",
        "elsewhere": r"lcr|cephalo\w*|(?:cephalo)?rachidien\w*|ascit\w*|pleura\w*|synovia\w*|articul\w*|pericard\w*"
        r"|periton\w*|ponction\w*|liquides?|sperm\w*|semin\w*|selles?|copro\w*|fec\w*|lavage\w*|lba|crachats?"
        r"|expector\w*|dialys\w*|moelle|myelogr\w*|medull\w*|saliv\w*|drains?|drainage|amnio\w*|cordon|capillaires?"
        r"|buvard|sueur|redon\w*|epanchement\w*|kystes?|pus|cytobacterio\w*|abces|bronch\w*|bile|biliaire",
        "electrophoresis": r"electrophoreses?|electrophoretique|epp",
        "haemoglobin": r"hemoglobines?|lipoprot\w*|isoenzym\w*|immunofix\w*",
        "timed": r"hlm|addis|minutes?|debit|24 ?h",
        "dynamic": r"hgpo|charge|test|epreuves?|apres|prandiale?|post\w*|provoque\w*"
        r"|t(?:0|30|60|90|120|180)|o ?sullivan|cycle|stimulation",
        "cells": r"erythrocyt\w*|globulaires?|intra\w*|hemat\w*",
        "typing": r"typages?|phenotyp\w*|immuno\w*|sous populations?",
    }
)


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
    source: str

    def fits(self, words: str, text: str) -> bool:
        """Tell whether label and chapter allow the code; `text` stands for a chapter that is not there."""
        needed = not self.needs or _speaks(self.needs, words)
        return needed and not any(_speaks(name, words) for name in self.refuses) and not self._foreign(text)

    def _foreign(self, text: str) -> bool:
        return "elsewhere" in self.refuses and _speaks("elsewhere", text)


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a result: its chapter, the text of the report, the laboratory's own codes."""

    chapter: str = ""
    text: str = ""
    codes: tuple[LocalCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Coded:
    """A code and the measure in the unit that it is said in."""

    code: Code
    measure: Measure


def find(label: str, ucum: str, context: Context) -> Entry | None:
    """Return the one entry that fits label, unit and context; two are none."""
    words = f"{_spaced(label)} {_spaced(context.chapter)}"
    text = "" if context.chapter.strip() else _spaced(context.text)  # a RES line has no chapter
    folded = _folded(label)
    found = [one for one in entries() if folded in one.labels and one.written == ucum and one.fits(words, text)]
    return found[0] if len(found) == 1 else None


def coded(label: str, own: tuple[Code, ...], measure: Measure, context: Context) -> Coded | None:
    """Return the LOINC code of a measured number, by the agreement, else by the table; None where neither is sure."""
    unit = measure.ucum or biology.ucum(measure.unit, label) or ""
    if biology.quantity(measure.value) is None or (measure.unit and not unit):
        return None
    entry = _agreed(own, unit, context.codes) or find(label, unit, context)
    if entry is None:
        return None
    said = measure if entry.written == entry.ucum else _converted(measure, entry)
    return Coded(entry.code, said) if said else None


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
        row["source"],
    )


def _agreed(own: tuple[Code, ...], ucum: str, agreed: tuple[LocalCode, ...]) -> Entry | None:
    """Return what the agreement says of a local code in this unit; it must be one that the table has for the code."""
    symbols = {code.code for code in own if code.system != LOINC}
    said = {one.loinc for one in agreed if one.local in symbols and one.ucum == ucum and not unfit(one.loinc, ucum)}
    if len(said) != 1:
        return None
    (loinc,) = said
    known = (entry for entry in entries() if entry.code.code == loinc and entry.written == ucum)
    bare = Entry(Code(loinc, LOINC), ucum, ucum, Decimal(1), frozenset(), "", (), "agreement")
    return next(known, bare)


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


def _speaks(name: str, words: str) -> bool:
    return bool(re.search(rf"\b(?:{_WORDS[name]})\b", words))


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text)
    return "".join(char for char in letters if not unicodedata.combining(char)).casefold()


def _spaced(text: str) -> str:
    """Return words without case, accents and signs."""
    return " ".join(re.sub(r"[^a-z0-9]", " ", _plain(text)).split())


def _folded(label: str) -> str:
    """Return a label to compare: V.G.M. is VGM, but a ratio (`/`) and a sum (`+`) stay what they are."""
    return " ".join(re.sub(r"[^a-z0-9/+]", " ", _plain(label).replace(".", "")).split())
