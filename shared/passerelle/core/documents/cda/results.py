"""Laboratory observations of a CR-BIO as results, in the order of the report."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from passerelle.core.documents.cda import body, people, values
from passerelle.core.documents.markup import child, children, local, value, words
from passerelle.core.message import Code, Measure, Result, Status

_OBSERVATIONS = ("1.3.6.1.4.1.19376.1.3.1.6", "1.2.250.1.213.1.1.3.80")  # IHE PALM, CI-SIS
_COMMENT = "48767-8"
_LOINC = "2.16.840.1.113883.6.1"
_FLAGS = ("N", "L", "H", "LL", "HH")


@dataclass(frozen=True, slots=True)
class _Found:
    """A result with the narrative row and the time that it belongs to."""

    result: Result
    row: str
    time: str


def read(document: etree._Element) -> tuple[Result, ...]:
    """Return the laboratory results of a ClinicalDocument, earlier ones (REFR) left out."""
    structured = child(document, "component", "structuredBody")
    if structured is None:
        return ()
    reader = _Reader({element.get("ID", ""): element for element in structured.iter() if element.get("ID")})
    found: list[_Found] = []
    for section in body.sections(structured):
        found += reader.section(section, "")
    return tuple(one.result for one in _paired(found))


def _paired(found: list[_Found]) -> Iterator[_Found]:
    """Join two results of one row of the narrative that differ by their unit: one result said twice."""
    rows: dict[tuple[str, str], list[_Found]] = {}
    for place, one in enumerate(found):
        rows.setdefault((one.row, one.time) if one.row else ("", str(place)), []).append(one)
    for same in rows.values():
        first, *others = same
        units = {one.result.measure.unit for one in same if one.result.measure.unit}
        if len(others) == 1 and len(units) == 2 and first.result.second is None:  # noqa: PLR2004 - a unit each
            other = others[0].result
            codes = tuple(dict.fromkeys((*first.result.codes, *other.codes)))
            yield replace(first, result=replace(first.result, second=other.measure, codes=codes))
        else:
            yield from same


class _Reader:
    """One document, with the narrative that its entries refer to."""

    def __init__(self, narrative: dict[str, etree._Element]) -> None:
        self._narrative = narrative

    def section(self, section: etree._Element, above: str) -> Iterator[_Found]:
        """Return the results of a section and those inside it."""
        chapter = words(child(section, "title")) or value(child(section, "code"), "displayName") or above
        for entry in children(section, "entry"):
            yield from self._inside(entry, chapter)
        for inner in body.sections(section):
            yield from self.section(inner, chapter)

    def _inside(self, element: etree._Element, chapter: str) -> Iterator[_Found]:
        isolate = child(element, "specimen", "specimenRole", "specimenPlayingEntity", "code")
        if isolate is not None and local(element) == "organizer":  # two isolates may have the same antibiotics
            chapter = f"{chapter} : {self._label(isolate)}"
        if local(element) == "observation" and _is_result(element):
            yield self._result(element, chapter)
        for inner in element:
            if value(inner, "typeCode") != "REFR":  # an earlier result
                yield from self._inside(inner, chapter)

    def _result(self, observation: etree._Element, chapter: str) -> _Found:
        concept = child(observation, "code")
        reading = values.read(child(observation, "value"), self._text)
        normal, said = self._normal(observation, reading.unit)
        flag = value(child(observation, "interpretationCode"), "code")
        result = Result(
            label=self._label(concept),
            kind=reading.kind,
            measure=values.measure(values.Quantity(reading.text, reading.unit), normal),
            second=self._second(observation, reading),
            codes=_codes(concept),
            flag=flag if flag in _FLAGS else "",
            status=Status.FINAL
            if value(child(observation, "statusCode"), "code") == "completed"
            else Status.UNVALIDATED,
            chapter=chapter,
            remarks=(*_interpretations(observation), *said, *self._comments(observation)),
        )
        row = value(child(concept, "originalText", "reference"), "value").removeprefix("#")
        return _Found(
            result, row if row in self._narrative else "", value(child(observation, "effectiveTime"), "value")
        )

    def _label(self, concept: etree._Element | None) -> str:
        """Return what the narrative calls it, else the short part of its display name."""
        names = [value(concept, "displayName"), *(value(t, "displayName") for t in children(concept, "translation"))]
        shown = next(filter(None, names), "").partition("[")[0].strip()
        return self._text(child(concept, "originalText")) or shown or value(concept, "code")

    def _text(self, element: etree._Element | None) -> str:
        return values.reference_text(element, self._narrative)

    def _normal(self, observation: etree._Element, unit: str) -> tuple[values.Range | None, tuple[str, ...]]:
        """Return the normal range in the unit of the value; one that is only said goes to the remarks."""
        said: list[str] = []
        for reference in _references(observation):
            normal = values.interval(child(reference, "value"), unit)
            if normal:
                return normal, ()
            reading = values.read(child(reference, "value"), self._text)
            said.append(self._text(child(reference, "text")) or f"{reading.text} {reading.unit}".strip())
        return None, tuple(f"Valeurs de référence : {text}" for text in said if text)

    def _second(self, observation: etree._Element, reading: values.Reading) -> Measure | None:
        if reading.second is None:
            return None
        ranges = (values.interval(child(one, "value"), reading.second.unit) for one in _references(observation))
        return values.measure(reading.second, next(filter(None, ranges), None))

    def _comments(self, observation: etree._Element) -> list[str]:
        acts = [child(relation, "act") for relation in children(observation, "entryRelationship")]
        texts = [self._text(child(act, "text")) for act in acts if value(child(act, "code"), "code") == _COMMENT]
        return [text for text in texts if text]


def _references(observation: etree._Element) -> list[etree._Element]:
    """Return the normal ranges: those without interpretation, or with N."""
    ranges = [
        inner for range_ in children(observation, "referenceRange") for inner in children(range_, "observationRange")
    ]
    return [one for one in ranges if value(child(one, "interpretationCode"), "code") in ("", "N")]


def _is_result(observation: etree._Element) -> bool:
    return any(value(template, "root") in _OBSERVATIONS for template in children(observation, "templateId"))


def _interpretations(observation: etree._Element) -> list[str]:
    """Return in words the interpretations that HPRIM has no letter for, such as « Résistant »."""
    codes = [code for code in children(observation, "interpretationCode") if value(code, "code") not in ("", *_FLAGS)]
    return [value(code, "displayName") or value(code, "code") for code in codes]


def _codes(concept: etree._Element | None) -> tuple[Code, ...]:
    """Return the codes of a concept, the laboratory's own before LOINC."""
    every = [*children(concept, "translation"), *([] if concept is None else [concept])]
    codes = [code for code in map(people.code, every) if code]
    return tuple(sorted(dict.fromkeys(codes), key=lambda code: code.system == _LOINC))
