"""CDA documents, drawn by hypothesis and spelt out as XML: narratives of every shape, laboratory entries, a PDF.

The XML is written here, never by the product's writer: what its reader finds is compared with what stands in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from hypothesis import strategies as st

from passerelle.core.message import Kind, Measure, Result, Status
from tests.core.documents.strategies import CHAPTERS, LOINC, WORDS, results
from tests.vectors import make_cda

_UCUM = {  # the French units of the strategies
    "g/l": "g/L", "mmol/l": "mmol/L", "mg/l": "mg/L", "µmol/l": "umol/L", "/mm3": "/uL", "T/L": "10*12/L",
    "G/L": "10*9/L", "g/dl": "g/dL", "fl": "fL", "mEq/l": "meq/L", "mUI/l": "m[IU]/L", "µUI/ml": "u[IU]/mL",
    "UI/ml": "[IU]/mL", "kUI/l": "k[IU]/L", "mm": "mm/h", "": "1", "zorg/l": "{zorg}/L", "zorg/ml": "{zorg}/mL",
}  # fmt: skip
_CODES = {("Glycémie à jeun", "g/l"): "2345-7", ("Glycémie à jeun", "mmol/l"): "14749-6", ("CRP", "mg/l"): "1988-5"}
_TITLES = ("Motif d'hospitalisation", "Antécédents", "Traitement à l'entrée", "Conclusion", "Cœur & poumons", "")
_PARAGRAPH = '<paragraph styleCode="Bold">{0}</paragraph>'
_SHAPES = (
    "{0}",
    "<paragraph>{0}</paragraph>",
    _PARAGRAPH,
    "{0}<br/>{1}",
    "<list><item>{0}</item><item>{1}</item></list>",
    '<list listType="ordered"><caption>{0}</caption><item>{1}<br/>{2}</item><item>{0}</item></list>',
    "<paragraph><content>{0}</content><sup>2</sup> <content styleCode='Italics'>{1}</content></paragraph>",
    "<table><tbody><tr><td>{0}</td><td>{1}</td></tr><tr><td>{2}</td><td/></tr></tbody></table>",
    (
        "<table border='1'><caption>{0}</caption><thead><tr><th>Nom</th><th>Date</th></tr></thead><tbody>"
        "<tr><td rowspan='2'>{0}</td><td>{1}</td></tr><tr><td>{2}</td></tr></tbody></table>"
    ),
    (
        "<table><thead><tr><th colspan='2'>{0}</th><th>Z</th></tr></thead>"
        "<tbody><tr><td>{1}</td><td>{2}</td><td><list><item>{0}</item></list></td></tr></tbody></table>"
    ),
    "<paragraph>{0}<footnote ID='n1'>{1}</footnote></paragraph>",
    "<content revised='delete'>{0}</content> <content>{1}</content>",
    "<linkHtml href='https://exemple.example/a'>{0}</linkHtml>",
)
_FRENCH = [word for word in WORDS if word != "|"]
_STATUS = {Status.FINAL: "completed", Status.UNVALIDATED: "active", Status.CORRECTED: "completed"}

sentences = st.lists(st.sampled_from(_FRENCH), min_size=1, max_size=12).map(" ".join)
wide = st.lists(st.sampled_from(_FRENCH), min_size=15, max_size=40).map(" ".join)


@dataclass(frozen=True, slots=True)
class WildCda:
    """A CDA, and the results that were put into its entries."""

    content: bytes
    results: tuple[Result, ...] = ()


@st.composite
def cda_documents(draw: st.DrawFn) -> WildCda:
    """Return a letter of level 1 or 3, or a laboratory report."""
    shape = draw(st.sampled_from(("pdf", "letter", "letter", "report", "report")))
    if shape == "pdf":
        text = draw(st.lists(st.sampled_from(("examen", "clinique", "normal", "ce", "jour")), min_size=6, max_size=9))
        return WildCda(make_cda.cda(make_cda.single(make_cda.pdf(" ".join(text)))))
    related = draw(st.sampled_from(("", "", make_cda.REPLACES)))
    if shape == "letter":
        body = f"<structuredBody>{''.join(_section(draw, depth=2) for _ in range(draw(st.integers(1, 3))))}"
        return WildCda(make_cda.cda(f"{body}</structuredBody>", related=related))
    return _report(draw, related)


def _section(draw: st.DrawFn, depth: int) -> str:
    title = draw(st.sampled_from(_TITLES))
    inner = _section(draw, depth - 1) if depth and draw(st.booleans()) else ""
    said = f"<title>{escape(title)}</title>" if title else ""
    return f"<component><section>{said}<text>{_narrative(draw)}</text>{inner}</section></component>"


def _narrative(draw: st.DrawFn) -> str:
    blocks = draw(st.lists(st.sampled_from(_SHAPES), min_size=1, max_size=4, unique=True))
    return "\n".join(block.format(*(escape(draw(st.one_of(sentences, wide))) for _ in range(3))) for block in blocks)


def _report(draw: st.DrawFn, related: str) -> WildCda:
    found = draw(results(most=6))
    chapters = {result.chapter or CHAPTERS[0]: [] for result in found}  # type: dict[str, list[Result]]
    for result in found:
        chapters[result.chapter or CHAPTERS[0]].append(result)
    number = iter(range(1, 100))
    sections = [
        _chapter(title, [(f"r{next(number)}", one) for one in inside], _narrative(draw))
        for title, inside in chapters.items()
    ]
    content = make_cda.cda(
        f"<structuredBody>{''.join(sections)}</structuredBody>",
        code="11502-2",
        display="CR d'examens biologiques",
        title="Compte rendu d'examens biologiques",
        related=related,
    )
    return WildCda(content, tuple(one for inside in chapters.values() for one in inside))


def _chapter(title: str, rows: Sequence[tuple[str, Result]], words: str) -> str:
    table = "".join(_row(name, one) for name, one in rows)
    entries = make_cda.entry(*(_observation(name, one, measure) for name, one in rows for measure in _measures(one)))
    return (
        f"<component><section><title>{escape(title)}</title><text>{words}<table><thead><tr><th>Analyse</th>"
        f"<th>Résultat</th><th>Normes</th><th>Note</th></tr></thead><tbody>{table}</tbody></table></text>{entries}"
        "</section></component>"
    )


def _measures(result: Result) -> list[Measure]:
    return [result.measure, *([result.second] if result.second else [])]


def _row(name: str, result: Result) -> str:
    values = " soit ".join(f"{one.value} {one.unit}".strip() for one in _measures(result))
    normal = " ; ".join(f"{one.low} à {one.high}" for one in _measures(result) if one.low or one.high)
    remarks = "<br/>".join(
        f'<content ID="{name}c{place}">{escape(one)}</content>' for place, one in enumerate(result.remarks)
    )
    cells = f"<td>{escape(values)}</td><td>{normal}</td><td>{remarks}</td>"
    return f'<tr><td><content ID="{name}">{escape(result.label)}</content></td>{cells}</tr>'


def _observation(name: str, result: Result, measure: Measure) -> str:
    own = "".join(
        f'<translation code="{one.code}" codeSystem="1.2.250.1.999.8" displayName="{escape(result.label)}"/>'
        for one in result.codes
    )
    reference = f'<originalText><reference value="#{name}"/></originalText>'
    loinc = _CODES.get((result.label, measure.unit), "")
    coded = f' code="{loinc}" codeSystem="{LOINC}" displayName="Essai"' if loinc else ""
    code = f"<code{coded}>{reference}{own}</code>"
    flag = f'<interpretationCode code="{result.flag}" codeSystem="2.16.840.1.113883.5.83"/>' if result.flag else ""
    return make_cda.observation(
        _value(result, measure), code=code, status=_STATUS[result.status], more=flag + _comments(name, result, measure)
    )


def _comments(name: str, result: Result, measure: Measure) -> str:
    """Return the comments, with the first measure only, and the normal range."""
    said = range(len(result.remarks)) if measure is result.measure else ()
    acts = "".join(
        '<entryRelationship typeCode="SUBJ" inversionInd="true"><act classCode="ACT" moodCode="EVN">'
        f'<code code="48767-8" codeSystem="{LOINC}"/><text><reference value="#{name}c{place}"/></text>'
        '<statusCode code="completed"/></act></entryRelationship>'
        for place in said
    )
    unit = _UCUM[measure.unit]
    sides = "".join(
        f'<{side} value="{limit}" unit="{unit}"/>'
        for side, limit in (("low", measure.low), ("high", measure.high))
        if limit
    )
    if not sides:
        return acts
    return (
        f'{acts}<referenceRange typeCode="REFV"><observationRange><value xsi:type="IVL_PQ">{sides}</value>'
        '<interpretationCode code="N" codeSystem="2.16.840.1.113883.5.83"/></observationRange></referenceRange>'
    )


def _value(result: Result, measure: Measure) -> str:
    unit = _UCUM.get(measure.unit, "")
    if result.kind is Kind.NUMERIC:
        return make_cda.quantity(measure.value, unit)
    if measure.value[:1] in "<>" and measure.value[1:].replace(".", "", 1).isdecimal():
        side = "high" if measure.value[0] == "<" else "low"
        return f'<value xsi:type="IVL_PQ"><{side} value="{measure.value[1:]}" unit="{unit}" inclusive="false"/></value>'
    if result.kind is Kind.CODED:
        name = {"S": "Sensible", "I": "Intermédiaire", "R": "Résistant"}[measure.value]
        return f'<value xsi:type="CD" code="{measure.value}" codeSystem="2.16.840.1.113883.5.83" displayName="{name}"/>'
    return f'<value xsi:type="ST">{escape(measure.value)}</value>'
