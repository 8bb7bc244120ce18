"""Laboratory observations of a CR-BIO as results, in the order of the report."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lxml import etree

from passerelle.core.documents import biology
from passerelle.core.documents.cda import body, crosscheck, people, ranges, times, values
from passerelle.core.documents.cda.referred import Narrative
from passerelle.core.documents.markup import child, children, local, value, words
from passerelle.core.message import Code, Kind, Measure, Result, Status

_OBSERVATIONS = ("1.3.6.1.4.1.19376.1.3.1.6", "1.2.250.1.213.1.1.3.80")  # IHE PALM, CI-SIS
_COMMENT = "48767-8"
_LOINC = "2.16.840.1.113883.6.1"
_FLAGS = ("N", "L", "H", "LL", "HH")  # the graver the later

DIFFER = "doubt.cda-values-differ"
NEGATED = "doubt.cda-negated"
CANCELLED = "doubt.cda-cancelled"
_VOID = ("cancelled", "nullified", "suspended", "held")  # HL7 ActStatus of what was not done, or is taken back
_WARNINGS = {
    DIFFER: "ATTENTION : le texte du compte rendu donne une autre valeur",
    NEGATED: "ATTENTION : le document nie ce résultat (negationInd)",
    CANCELLED: "ATTENTION : ce résultat est annulé ou suspendu dans le document",
}


@dataclass(frozen=True, slots=True)
class Findings:
    """The laboratory results of a document, and why some of them must not be filed without a look."""

    results: tuple[Result, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """A result with the narrative row and the time that it belongs to."""

    result: Result
    row: str
    time: str
    doubt: str = ""


def read(document: etree._Element) -> Findings:
    """Return the laboratory results of a ClinicalDocument, earlier ones (REFR) left out."""
    structured = child(document, "component", "structuredBody")
    if structured is None:
        return Findings()
    reader = _Reader(Narrative(structured))
    found: list[_Found] = []
    for section in body.sections(structured):
        found += reader.section(section, "")
    doubts = dict.fromkeys(one.doubt for one in found if one.doubt)
    return Findings(tuple(one.result for one in _paired(found)), tuple(doubts))


def _paired(found: list[_Found]) -> Iterator[_Found]:
    """Join two results of one row of the narrative that differ by their unit only: one result said twice."""
    rows: dict[tuple[str, str], list[_Found]] = {}
    for place, one in enumerate(found):
        rows.setdefault((one.row, one.time) if one.row else ("", str(place)), []).append(one)
    for same in rows.values():
        first, *others = same
        units = {one.result.measure.unit for one in same if one.result.measure.unit}
        if len(others) == 1 and len(units) == 2 and _agree(first.result, others[0].result):  # noqa: PLR2004 - a unit each
            yield replace(first, result=_joined(first.result, others[0].result))
        else:
            yield from same


def _agree(one: Result, other: Result) -> bool:
    """Tell whether nothing that two results say is lost where they become one."""
    flags = {one.flag, other.flag} - {""}
    return one.second is other.second is None and one.status is other.status and len(flags) <= 1


def _joined(one: Result, other: Result) -> Result:
    codes = tuple(dict.fromkeys((*one.codes, *other.codes)))
    remarks = tuple(dict.fromkeys((*one.remarks, *other.remarks)))
    return replace(one, second=other.measure, codes=codes, remarks=remarks, flag=one.flag or other.flag)


class _Reader:
    """One document, with the narrative that its entries refer to."""

    def __init__(self, narrative: Narrative) -> None:
        self._text = narrative
        self._tables = crosscheck.Tables()
        self._rows: Mapping[str, etree._Element] = {}  # of the section that is read

    def section(self, section: etree._Element, above: str) -> Iterator[_Found]:
        """Return the results of a section and those inside it."""
        chapter = words(child(section, "title")) or value(child(section, "code"), "displayName") or above
        self._rows = crosscheck.labelled(section)
        for entry in children(section, "entry"):
            yield from self._inside(entry, chapter)
        for inner in body.sections(section):
            yield from self.section(inner, chapter)

    def _inside(self, element: etree._Element, chapter: str, isolate: str = "", void: str = "") -> Iterator[_Found]:
        void = _void(element, void)
        named = child(element, "specimen", "specimenRole", "specimenPlayingEntity", "code")
        if named is not None and local(element) == "organizer":  # two isolates may have the same antibiotics
            isolate = self._label(named)
            chapter = chapter if chapter.endswith(f" : {isolate}") else f"{chapter} : {isolate}"
        if local(element) == "observation" and _is_result(element):
            yield self._result(element, chapter, isolate, void)
        for inner in element:
            if value(inner, "typeCode") != "REFR":  # an earlier result
                yield from self._inside(inner, chapter, isolate, void)

    def _result(self, observation: etree._Element, chapter: str, isolate: str, void: str) -> _Found:
        concept = child(observation, "code")
        reading = values.read(child(observation, "value"), self._text)
        normals = ranges.read(observation, reading, self._text)
        said_of_it = _interpretations(observation)
        flag = max(said_of_it.keys() & set(_FLAGS), key=_FLAGS.index, default="")
        result = Result(
            label=self._label(concept),
            kind=reading.kind,
            measure=values.measure(values.Quantity(reading.text, reading.unit), normals.first),
            second=values.measure(reading.second, normals.second) if reading.second else None,
            codes=_codes(concept),
            flag=flag,
            status=Status.FINAL
            if value(child(observation, "statusCode"), "code") == "completed"
            else Status.UNVALIDATED,
            chapter=chapter,
            isolate=isolate,
            remarks=(
                *(words for code, words in said_of_it.items() if code != flag),
                *normals.said,
                *self._comments(observation),
            ),
        )
        row = value(child(concept, "originalText", "reference"), "value").removeprefix("#")
        time = value(child(observation, "effectiveTime"), "value")
        where = self._row(observation)
        result = replace(result, remarks=(*result.remarks, *self._earlier(observation, where)))
        doubt = void or (DIFFER if self._tables.differs(reading, where) else "")
        return _Found(_doubted(result, doubt), row if row in self._text else "", time, doubt)

    def _row(self, observation: etree._Element) -> etree._Element | None:
        """Return the row of the narrative that tells a result: the one referred to, else the only one of its name."""
        concept = child(observation, "code")
        place = self._text.place(child(observation, "text"), child(concept, "originalText"))
        return crosscheck.row(place) if place is not None else self._rows.get(crosscheck.folded(self._label(concept)))

    def _earlier(self, observation: etree._Element, row: etree._Element | None) -> Iterator[str]:
        """Yield the earlier results (REFR) that the row does not tell: a RES line has no room for them."""
        relations = (one for one in children(observation, "entryRelationship") if value(one, "typeCode") == "REFR")
        for earlier in (inner for relation in relations for inner in children(relation, "observation")):
            reading = values.read(child(earlier, "value"), self._text)
            if reading.text and not self._tables.says(reading, row):
                day = times.day(value(child(earlier, "effectiveTime"), "value"))
                said = f" du {day:%d/%m/%Y}" if day else ""
                yield f"Antériorité{said} : {reading.text} {biology.usage(reading.unit)}".rstrip()

    def _label(self, concept: etree._Element | None) -> str:
        """Return what the narrative calls it, else the short part of its display name."""
        names = [value(concept, "displayName"), *(value(t, "displayName") for t in children(concept, "translation"))]
        shown = next(filter(None, names), "").partition("[")[0].strip()
        return self._text(child(concept, "originalText")) or shown or value(concept, "code")

    def _comments(self, observation: etree._Element) -> list[str]:
        acts = [child(relation, "act") for relation in children(observation, "entryRelationship")]
        texts = [self._text(child(act, "text")) for act in acts if value(child(act, "code"), "code") == _COMMENT]
        return [text for text in texts if text]


def _void(element: etree._Element, above: str) -> str:
    """Return why what stands in an element is no result to file: it is negated or taken back, or all above it is."""
    if above == NEGATED or value(element, "negationInd") == "true":
        return NEGATED
    return CANCELLED if above or value(child(element, "statusCode"), "code") in _VOID else ""


def _doubted(result: Result, doubt: str) -> Result:
    """Return a result in words, which no software compares, where there is a doubt."""
    if not doubt:
        return result
    said = " ".join(filter(None, (result.measure.value, result.measure.unit, "(à vérifier)")))
    remarks = (_WARNINGS[doubt], *result.remarks)
    return replace(result, kind=Kind.TEXT, measure=Measure(said), second=None, flag="", remarks=remarks)


def _is_result(observation: etree._Element) -> bool:
    return any(value(template, "root") in _OBSERVATIONS for template in children(observation, "templateId"))


def _interpretations(observation: etree._Element) -> dict[str, str]:
    """Return the interpretations by code, in words: HPRIM has no letter for « Résistant », and room for one letter."""
    codes = [code for code in children(observation, "interpretationCode") if value(code, "code")]
    return {value(code, "code"): value(code, "displayName") or value(code, "code") for code in codes}


def _codes(concept: etree._Element | None) -> tuple[Code, ...]:
    """Return the codes of a concept, the laboratory's own before LOINC."""
    every = [*children(concept, "translation"), *([] if concept is None else [concept])]
    codes = [code for code in map(people.code, every) if code]
    return tuple(sorted(dict.fromkeys(codes), key=lambda code: code.system == _LOINC))
