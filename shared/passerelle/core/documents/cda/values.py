"""Values of observations (HL7 data types) as measures."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from lxml import etree

from passerelle.core.documents import biology
from passerelle.core.documents.markup import child, children, local, value
from passerelle.core.message import Kind, Measure

_HL7 = "urn:hl7-org:v3"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_DECIMAL = re.compile(r"[+-]?\d{1,30}(?:\.\d{1,30})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, perhaps after < or >, with its UCUM unit."""

    number: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of an observation; a quantity may be said in a second unit."""

    kind: Kind
    text: str
    unit: str = ""
    second: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """A normal range in one unit."""

    low: str = ""
    high: str = ""
    unit: str = ""


_ABSENT = {  # HL7 NullFlavor: a reader must see why there is no value
    "MSK": "masqué",
    "NASK": "non demandé",
    "ASKU": "demandé, mais inconnu",
    "NAV": "indisponible à ce jour",
    "NA": "sans objet",
    "UNK": "inconnu",
    "NI": "non communiqué",
    "TRC": "traces",
    "QS": "quantité suffisante",
    "OTH": "autre, non codé",
}


class Texts(Protocol):
    """The narrative that elements refer to."""

    def __call__(self, element: etree._Element | None, /) -> str:
        """Return the text of an element that says it, or refers to where the narrative says it."""


def data_type(element: etree._Element) -> str:
    """Return the HL7 type that xsi:type names, its prefix resolved; empty for another vocabulary's."""
    prefix, _, name = value(element, _TYPE).rpartition(":")
    return name if element.nsmap.get(prefix or None) == _HL7 else ""


def read(element: etree._Element | None, texts: Texts) -> Reading:
    """Return the value of an observation; what is not understood becomes text, never a number."""
    if element is None:
        return Reading(Kind.TEXT, "")
    found = _read(element, texts)
    return found if found.text else Reading(Kind.TEXT, absent(element))


def absent(element: etree._Element | None) -> str:
    """Return, in French, why an element says nothing (HL7 NullFlavor); empty where it does not say why."""
    return _ABSENT.get(value(element, "nullFlavor"), "")


def _read(element: etree._Element, texts: Texts) -> Reading:
    known: Mapping[str, Callable[[etree._Element, Texts], Reading]] = {
        "PQ": _quantity,
        "REAL": _quantity,
        "INT": _quantity,
        "IVL_PQ": _interval,
        "CD": _coded,
        "CE": _coded,
        "CO": _coded,
        "CV": _coded,
        "BL": _truth,
        "RTO": _ratio,
        "RTO_PQ_PQ": _ratio,
    }
    return known.get(data_type(element), _text)(element, texts)


def interval(element: etree._Element | None, unit: str) -> Range | None:
    """Return a normal range in this unit, itself or by its translations; nothing where a side has no such unit."""
    sides = [child(element, side) for side in ("low", "high")]
    low, high = (_side(side, unit) for side in sides)
    halved = any(value(side, "value") and not found for side, found in zip(sides, (low, high), strict=True))
    return Range(low, high, unit) if (low or high) and not halved else None


def measure(quantity: Quantity, normal: Range | None) -> Measure:
    """Return a measure with the unit in French usage and in UCUM."""
    unit = "" if quantity.unit == "1" else quantity.unit  # UCUM §14: 1 is no unit
    low, high = (normal.low, normal.high) if normal else ("", "")
    return Measure(quantity.number, biology.usage(unit) if unit else "", unit or None, low, high)


def _side(element: etree._Element | None, unit: str) -> str:
    if element is None:
        return ""
    said = [(value(element, "value"), value(element, "unit"))]
    said += [(value(other, "value"), value(other, "code")) for other in children(element, "translation")]
    return next((number for number, its in said if its in (unit, "") and _DECIMAL.fullmatch(number)), "")


def _quantity(element: etree._Element, texts: Texts) -> Reading:
    number, unit = value(element, "value"), value(element, "unit")
    if not _DECIMAL.fullmatch(number):
        return _text(element, texts)
    others = [Quantity(value(t, "value"), value(t, "code")) for t in children(element, "translation")]
    others = [other for other in others if _DECIMAL.fullmatch(other.number) and other.unit]
    return Reading(Kind.NUMERIC, number, unit, others[0] if len(others) == 1 else None)


def _interval(element: etree._Element, texts: Texts) -> Reading:
    """Print one side as < or >, as <= or >= where it says inclusive="true": absent, it is often printed <."""
    low, high = child(element, "low"), child(element, "high")
    numbers, units = ([value(side, name) for side in (low, high)] for name in ("value", "unit"))
    if not all(_DECIMAL.fullmatch(number) for number in numbers if number) or not any(numbers):
        return _text(element, texts)
    unit = units[1] or units[0]
    if all(numbers) and units[0] not in ("", unit):
        return Reading(Kind.TEXT, " - ".join(map(" ".join, zip(numbers, units, strict=True))))
    if all(numbers):
        return Reading(Kind.TEXT, " - ".join(numbers), unit)
    closed = "=" if "true" in (value(side, "inclusive") for side in (low, high)) else ""
    return Reading(Kind.NUMERIC, f">{closed}{numbers[0]}" if numbers[0] else f"<{closed}{numbers[1]}", unit)


def _coded(element: etree._Element, texts: Texts) -> Reading:
    said = texts(child(element, "originalText")) or value(element, "displayName") or value(element, "code")
    return Reading(Kind.CODED, said)


def _truth(element: etree._Element, _: Texts) -> Reading:
    return Reading(Kind.TEXT, {"true": "oui", "false": "non"}.get(value(element, "value"), ""))


def _ratio(element: etree._Element, texts: Texts) -> Reading:
    parts = [value(child(element, name), "value") for name in ("numerator", "denominator")]
    return Reading(Kind.TEXT, "/".join(parts)) if all(parts) else _text(element, texts)


def _text(element: etree._Element, texts: Texts) -> Reading:
    """Return whatever an element says: its text, its original text, or its attributes as they stand."""
    said = texts(child(element, "originalText")) or texts(element)
    if said:
        return Reading(Kind.TEXT, said)
    attributes = [value(part, "value") for part in (element, *element) if local(part) in ("value", "low", "high")]
    number = " - ".join(filter(None, attributes))
    return Reading(Kind.TEXT, " ".join(filter(None, (number, value(element, "unit")))))
