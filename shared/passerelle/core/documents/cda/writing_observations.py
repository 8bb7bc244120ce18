"""A result as laboratory observations: a quantity only where number and unit are certain, else text.

The narrative keeps the unit that the laboratory wrote; the entry has the one that its LOINC code is said in.
"""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest

from lxml import etree

from passerelle.core.documents import biology, code_table
from passerelle.core.documents.cda.writing_elements import LOINC, element, loinc, stamp, template
from passerelle.core.message import Code, Kind, LocalCode, Measure, Result, Status

_INTERPRETATION = "2.16.840.1.113883.5.83"
_FLAGS = {  # JDV_HL7_ObservationInterpretation
    "N": "Normal",
    "L": "Anormalement bas",
    "H": "Anormalement haut",
    "LL": "Très anormalement bas, alerte",
    "HH": "Très anormalement haut, alerte",
}


@dataclass(frozen=True, slots=True)
class Place:
    """What all observations of a report share."""

    day: date | datetime
    local_codes: str  # OID of the laboratory's own codes
    codes: tuple[LocalCode, ...] = ()  # what they mean, by the agreement
    text: str = ""  # of the whole report


@dataclass(frozen=True, slots=True)
class _Said:
    """One measure of a result, with the names of what the narrative says of it."""

    measure: Measure
    loinc: Code | None
    row: str
    normal: str
    first: bool = True


def observations(result: Result, row: str, place: Place) -> tuple[etree._Element, ...]:
    """Return one observation for each unit (CR-BIO); both refer to the same row of the narrative.

    A LOINC code implies the dimension of the unit: the second one needs its own.
    """
    universal = [one for one in result.codes if one.system == LOINC]
    measures = [one for one in (result.measure, result.second) if one is not None]
    if universal:
        pairs = list(zip_longest(measures, universal[: len(measures)]))
    else:
        pairs = _told_apart(measures, [_coded(result, measure, place) for measure in measures])
    said = [_Said(measure, one, row, f"{row}n{number}", number == 1) for number, (measure, one) in enumerate(pairs, 1)]
    return tuple(_observation(result, one, place) for one in said)


def _told_apart(measures: list[Measure], pairs: list[tuple[Measure, Code | None]]) -> list[tuple[Measure, Code | None]]:
    """Leave the second unit as it is where its code, which is the first's, would make the same observation of both."""
    first, *others = pairs
    same = [other[1] is not None and other[1] == first[1] for other in others]
    kept = [(measure, None) if lost else other for measure, other, lost in zip(measures[1:], others, same, strict=True)]
    return [first, *kept]


def _coded(result: Result, measure: Measure, place: Place) -> tuple[Measure, Code | None]:
    """Return a measure with its code of the agreement or of the table, in the unit of that code; else as it is."""
    context = code_table.Context(result.chapter, place.text, place.codes)
    found = code_table.coded(result.label, result.codes, measure, context)
    return (found.measure, found.code) if found else (measure, None)


def _observation(result: Result, said: _Said, place: Place) -> etree._Element:
    remarks = [f"#{said.row}c{number}" for number in range(1, len(result.remarks) + 1)] if said.first else []
    if said.first and result.status is Status.CORRECTED:  # no statusCode says so
        remarks.insert(0, f"#{said.row}s")
    aborted = result.status is Status.UNVALIDATED  # HPRIM R; « completed » would vouch for it
    return element(
        "observation",
        template("1.3.6.1.4.1.19376.1.3.1.6"),
        template("1.2.250.1.213.1.1.3.80"),
        _code(result, said, place.local_codes),
        element("statusCode", code="aborted" if aborted else "completed"),
        element("effectiveTime", value=stamp(place.day)),
        _value(result.kind, said.measure, result.label),
        _interpretation(result.flag) if biology.flag(result.flag) else None,
        *map(_comment, remarks),
        _range(said, result.label),
        classCode="OBS",
        moodCode="EVN",
    )


def spaceless(symbol: str) -> str:
    """Return a code as CDA can hold it: HL7's cs has no white space."""
    return "_".join(symbol.split())


def _code(result: Result, said: _Said, local_codes: str) -> etree._Element:
    """Return LOINC where it is sure, else a bare code; the laboratory's own code translates it."""
    original = element("originalText", element("reference", value=f"#{said.row}"))
    own = [one for one in result.codes if one.system != LOINC and one.code.strip()]
    translations = [
        element(
            "translation",
            code=spaceless(one.code),
            displayName=one.display or result.label or one.code,
            codeSystem=one.system or local_codes or None,
        )
        for one in own
    ]
    if said.loinc is None:
        return element("code", original, *translations)
    made = loinc(said.loinc.code, said.loinc.display or result.label)
    made.extend([original, *translations])
    return made


def _unit(measure: Measure, label: str) -> str | None:
    return measure.ucum or biology.ucum(measure.unit, label)


def _value(kind: Kind, measure: Measure, label: str) -> etree._Element:
    quantity, unit = biology.quantity(measure.value), _unit(measure, label)
    if quantity is None or (measure.unit and not unit):
        return _text(measure)
    if kind is not Kind.NUMERIC and biology.thousands(measure.value, measure.unit):
        return _text(measure)
    if quantity.limit and unit:
        strict = {"value": quantity.digits, "unit": unit, "inclusive": str("=" in quantity.limit).lower()}
        side = "high" if quantity.limit.startswith("<") else "low"
        return element("value", element(side, **strict), xsi_type="IVL_PQ")
    if quantity.limit or kind is not Kind.NUMERIC:
        return _text(measure)
    if unit:
        return element("value", value=quantity.digits, unit=unit, xsi_type="PQ")
    return element("value", value=quantity.digits, xsi_type="REAL")


def _text(measure: Measure) -> etree._Element:
    words = " ".join(filter(None, (measure.value, measure.unit)))
    return element("value", words, xsi_type="ST") if words else element("value", nullFlavor="NI", xsi_type="ST")


def _interpretation(flag: str) -> etree._Element:
    return element("interpretationCode", code=flag, displayName=_FLAGS[flag], codeSystem=_INTERPRETATION)


def _comment(reference: str) -> etree._Element:
    """Return the entry FR-Commentaire-ER."""
    templates = ("2.16.840.1.113883.10.20.1.40", "1.3.6.1.4.1.19376.1.5.3.1.4.2", "1.2.250.1.213.1.1.3.32")
    act = element(
        "act",
        *map(template, templates),
        loinc("48767-8", "Commentaire"),
        element("text", element("reference", value=reference)),
        element("statusCode", code="completed"),
        classCode="ACT",
        moodCode="EVN",
    )
    return element("entryRelationship", act, typeCode="SUBJ", inversionInd="true")


def _range(said: _Said, label: str) -> etree._Element | None:
    """Return the normal range: as numbers in the unit of the value, else as the narrative says it."""
    measure, unit = said.measure, _unit(said.measure, label)
    limits = {"low": measure.low, "high": measure.high}
    given = {side: biology.quantity(text) for side, text in limits.items() if text}
    if not given:
        return None
    sides = [
        element(side, value=number.digits, unit=unit)
        for side, number in given.items()
        if number is not None and not number.limit
    ]
    certain = len(sides) == len(given) and (bool(unit) or not measure.unit)
    value = element("value", *sides, xsi_type="IVL_PQ" if unit else "IVL_REAL")
    observed = element(
        "observationRange",
        value if certain else element("text", element("reference", value=f"#{said.normal}")),
        element("interpretationCode", code="N", displayName=_FLAGS["N"], codeSystem=_INTERPRETATION),
        classCode="OBS",
        moodCode="EVN.CRT",
    )
    return element("referenceRange", observed, typeCode="REFV")
