"""Normal ranges of a laboratory observation: those that a line of results can hold, and the others in words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from passerelle.core.documents import biology
from passerelle.core.documents.cda import values
from passerelle.core.documents.markup import child, children, value

_LETTERS = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Normals:
    """The range of a value, that of its second unit, and what neither can say."""

    first: values.Range | None
    second: values.Range | None
    said: tuple[str, ...]


def read(observation: etree._Element, reading: values.Reading, texts: values.Texts) -> Normals:
    """Return the normal ranges of an observation; of several for one unit none is chosen, and all are told."""
    ranges = children(observation, "referenceRange")
    reader = _Reader([inner for one in ranges for inner in children(one, "observationRange")], texts)
    second = values.Quantity(reading.second.number, reading.second.unit) if reading.second else None
    chosen = [reader.chosen(one) for one in (values.Quantity(reading.text, reading.unit), second) if one]
    return Normals(chosen[0], [*chosen, None][1], tuple(dict.fromkeys(reader.told(chosen))))


class _Reader:
    """The ranges of one observation, with the narrative that they refer to."""

    def __init__(self, ranges: list[etree._Element], texts: values.Texts) -> None:
        self._ranges = ranges
        self._texts = texts

    def chosen(self, quantity: values.Quantity) -> values.Range | None:
        """Return the one range in a unit: several are for ages or sexes, and nobody chose one here."""
        normal = [one for one in self._ranges if _normal(one)]
        found = {values.interval(child(one, "value"), quantity.unit) for one in normal} - {None}
        bounds = {value(side, "value") for one in normal for side in _sides(one) if _strict(side)}
        # HPRIM has no open bound (a value that is equal to one would be normal), and none for some people only
        unsaid = quantity.number in bounds or any(children(one, "precondition") for one in self._ranges)
        return next(iter(found)) if len(found) == 1 and not unsaid else None

    def told(self, chosen: list[values.Range | None]) -> Iterator[str]:
        """Yield in words the ranges that the chosen ones do not say, or say without their words and open bounds."""
        for one in self._ranges:
            units = [limits.unit for limits in chosen if limits]
            held = _normal(one) and any(values.interval(child(one, "value"), unit) in chosen for unit in units)
            if not held or any(map(_strict, _sides(one))) or self._wordy(one):
                words = self._words(one)
                yield from [words] if words else []

    def _wordy(self, reference: etree._Element) -> bool:
        """Tell whether its text says more than numbers and units: for whom it is, how it was found."""
        text = self._texts(child(reference, "text"))
        units = {value(side, "unit") for side in _sides(reference)} - {""}
        for unit in sorted({*units, *map(biology.usage, units)}, key=len, reverse=True):
            text = re.sub(re.escape(unit), " ", text, flags=re.IGNORECASE) if unit else text
        return bool(_LETTERS.search(text))

    def _words(self, reference: etree._Element) -> str:
        """Return a range in words: for whom it is, its text, and its numbers where the text has others."""
        text, numbers = self._texts(child(reference, "text")), self._numbers(child(reference, "value"))
        bounds = [value(side, "value") for side in _sides(reference)]
        repeated = text and bounds and all(re.search(rf"(?<![\d.,]){re.escape(one)}(?![\d.,])", text) for one in bounds)
        strict = any(map(_strict, _sides(reference)))
        said = " ".join(filter(None, (*self._criteria(reference), text, "" if repeated and not strict else numbers)))
        concept = child(reference, "interpretationCode")
        name = "" if _normal(reference) else f" ({value(concept, 'displayName') or value(concept, 'code')})"
        return f"Valeurs de référence{name} : {said}" if said else ""

    def _criteria(self, reference: etree._Element) -> Iterator[str]:
        """Yield for whom a range is (sdtc:precondition)."""
        for condition in children(reference, "precondition"):
            for criterion in children(condition, "criterion") or [condition]:
                coded = child(criterion, "code")
                name = value(coded, "displayName") or value(coded, "code")
                parts = (self._texts(child(criterion, "text")), name, self._numbers(child(criterion, "value")))
                yield " ".join(filter(None, parts)) or "sous condition"

    def _numbers(self, element: etree._Element | None) -> str:
        """Return an interval with its bounds, open (<) or closed (<=); any other value as it is read."""
        sides = [child(element, side) for side in ("low", "high")]
        if element is None or not any(value(side, "value") for side in sides):
            reading = values.read(element, self._texts)
            return " ".join(filter(None, (reading.text, reading.unit)))
        if all(value(side, "value") and not _strict(side) for side in sides):
            return _joined(" - ", ["", ""], sides)
        signs = [f"{sign}{'' if _strict(side) else '='} " for sign, side in zip("><", sides, strict=True)]
        return _joined(" et ", signs, sides)


def _joined(link: str, signs: list[str], sides: list[etree._Element | None]) -> str:
    """Return the bounds that are given; a unit that both have is said once."""
    given = [(sign + value(side, "value"), value(side, "unit")) for sign, side in zip(signs, sides, strict=True)]
    given = [one for one, side in zip(given, sides, strict=True) if value(side, "value")]
    same = len({unit for _, unit in given}) == 1
    parts = [number if same else f"{number} {unit}".rstrip() for number, unit in given]
    return f"{link.join(parts)} {given[0][1] if same else ''}".rstrip()


def _sides(reference: etree._Element) -> list[etree._Element]:
    sides = (child(reference, "value", name) for name in ("low", "high"))
    return [side for side in sides if side is not None and value(side, "value")]


def _strict(side: etree._Element | None) -> bool:
    return value(side, "inclusive") == "false"


def _normal(reference: etree._Element) -> bool:
    """Tell whether a range is one of normals: without interpretation, or with N."""
    return value(child(reference, "interpretationCode"), "code") in ("", "N")
