"""The RES lines of the LAB section, read.

RES|libellé|code|type|résultat|unité|normale inf.|normale sup.|anormalité|statut|résultat 2|unité 2|inf. 2|sup. 2
"""

import re
from dataclasses import replace
from decimal import Decimal

from passerelle.core.documents import biology
from passerelle.core.documents.hprim import charset
from passerelle.core.message import Code, Kind, Measure, Result, Status

FIELDS = 14
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?(?:0,\d+|\d+,(?:\d{1,2}|\d{4,}))")  # 4,500 may be thousands: not read
_SPACED = re.compile(r"[+-]?\d{1,3}(?:[ \xa0]\d{3})+(?![\d ])")
_BOUND = re.compile(r"([<>]=?)\s*(.+)")
_PACKED = re.compile(r"(-?\d+(?:[.,]\d+)?)\s*(?:-|à)\s*(-?\d+(?:[.,]\d+)?)")
_FLAGS = frozenset({"N", "L", "H", "LL", "HH"})
_FLAGS_ALONE = _FLAGS - {"N"}  # no status is one of them
_STATUSES = {"": Status.FINAL, "F": Status.FINAL, "R": Status.UNVALIDATED, "C": Status.CORRECTED}
_THOUSANDS = "Le point de ce nombre peut séparer des milliers : il est transmis comme un texte."
_THE_SAME = "soit"  # label of a line that repeats the result above in a second unit


def read(line: str) -> Result | None:
    """Return the result of a RES line, short ones included; None where a `|` too many or too few has shifted it."""
    fields = [charset.field(text) for text in line.split("|")]
    _, label, code, kind, value, unit, low, high, flag, status, *second = (fields + [""] * FIELDS)[:FIELDS]
    if overlong(line) or _shifted(unit, flag, status, second[0]):
        return None
    measure, remarks = _measure(value, unit, low, high)
    starless, stars = _starless(measure.value, kind)
    again, more = _second(second)
    return Result(
        label=label or (code if starless else ""),  # a row without a name would be read as the one above it
        kind=_kind(kind, starless) if not biology.thousands(starless, unit) else Kind.TEXT,
        measure=replace(measure, value=starless),
        second=again,
        codes=(Code(code, ""),) if code else (),  # local to the laboratory: never a LOINC code by guess
        flag=flag.upper() if flag.upper() in _FLAGS else "",
        status=_STATUSES.get(status.upper(), Status.UNVALIDATED),
        remarks=(*stars, *_odd(flag, status), *remarks, *more),
    )


def overlong(line: str) -> bool:
    """Tell whether a line has more than 14 fields."""
    return any(text.strip() for text in line.split("|")[FIELDS:])


def _shifted(unit: str, flag: str, status: str, after: str) -> bool:
    """Tell whether a `|` stands too many or too few: a number where unit or flag is due, a flag in the status."""
    numbers = (number(text) for text in (unit, flag) if text not in ("", "1"))  # 1 is UCUM's for no unit
    flagged = status.upper() in _FLAGS and after.upper() in _STATUSES.keys() - {""}
    return any(numbers) or flagged or status.upper() in _FLAGS_ALONE


def _second(fields: list[str]) -> tuple[Measure | None, tuple[str, ...]]:
    """Return the same result in a second unit; its unit and normals without a value are no result, and are told."""
    if fields[0]:
        return _measure(*fields)
    said = " ".join(filter(None, fields))
    return None, (f"Seconde unité sans valeur : {said}",) if said else ()


def _odd(flag: str, status: str) -> tuple[str, ...]:
    """Return flag and status that HPRIM does not have, as they were written."""
    flags = (f"Anormalité : {flag}",) if flag and flag.upper() not in _FLAGS else ()
    return (*flags, f"Statut : {status}") if status.upper() not in _STATUSES else flags


def empty(result: Result) -> bool:
    """Tell whether there is nothing to show: `RES||IGET 005|A`."""
    return not result.label and not result.measure.value


def same(result: Result) -> bool:
    """Tell whether a result is labelled `soit`."""
    return result.label.casefold().strip(" :.") == _THE_SAME


def joined(last: Result, result: Result) -> Result | None:
    """Return two results as one where the second is labelled `soit`: the same in a second unit; None otherwise."""
    if not same(result) or last.second is not None or _contrary(last, result):
        return None
    codes = tuple(dict.fromkeys(last.codes + result.codes))
    flag, remarks = last.flag or result.flag, last.remarks + result.remarks
    return replace(last, second=result.measure, codes=codes, flag=flag, remarks=remarks)


def _contrary(one: Result, other: Result) -> bool:
    """Tell whether two lines say different things of one result: joined, one of them would be silenced."""
    return one.status is not other.status or (one.flag != other.flag and "" not in (one.flag, other.flag))


def number(text: str) -> str | None:
    """Return a number with a decimal point, or None where the text is not one beyond doubt."""
    if _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    elif _SPACED.fullmatch(text):
        text = re.sub(r"\s", "", text)
    return text if _NUMBER.fullmatch(text) else None


def _measure(value: str, unit: str, low: str, high: str) -> tuple[Measure, tuple[str, ...]]:
    lower, upper, remarks = _limits(low, high, unit)
    if biology.thousands(_value(value), unit):
        remarks = (*remarks, _THOUSANDS)
    return Measure(_value(value), unit, None, lower, upper), remarks


def _value(text: str) -> str:
    bound = _BOUND.fullmatch(text)
    inner = number(bound[2]) if bound else number(text)
    if inner is None:
        return text
    return bound[1] + inner if bound else inner


def _limits(low: str, high: str, unit: str) -> tuple[str, str, tuple[str, ...]]:
    """Return both limits, out of one field where they are packed in it; what is no limit becomes a remark."""
    packed = _PACKED.fullmatch(low)
    apart = (packed[1], packed[2]) if packed and not high else (low, high)
    lower, upper = (number(text) if text else "" for text in apart)
    if lower is None or upper is None or _doubtful(lower, upper, unit):
        return "", "", (f"Valeurs normales : {low} {high}".strip(),)
    return lower, upper, ()


def _doubtful(lower: str, upper: str, unit: str) -> bool:
    """Tell whether two numbers are no limits beyond doubt: reversed, or perhaps with a point of thousands."""
    reversed_ = bool(lower and upper) and Decimal(lower) > Decimal(upper)
    return reversed_ or any(biology.thousands(limit, unit) for limit in (lower, upper))


def _starless(value: str, kind: str) -> tuple[str, tuple[str, ...]]:
    """Return `12.9` and a remark for `*12.9*`: the stars are emphasis, but they say something."""
    inner = number(value.strip("* "))
    if kind != Kind.NUMERIC.value or "*" not in value or inner is None:
        return value, ()
    return inner, ("Signalé par * dans le message d'origine",)


def _kind(declared: str, value: str) -> Kind:
    """Return the kind that field 4 declares; N only for a clean number (`Diabète` is met under N)."""
    if declared == Kind.NUMERIC.value and number(value) == value:
        return Kind.NUMERIC
    return Kind.CODED if declared == Kind.CODED.value else Kind.TEXT
