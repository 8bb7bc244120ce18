"""The sections of a CR-BIO: one for each chapter, with a table to read and an observation for each measure."""

import unicodedata
from dataclasses import dataclass
from types import MappingProxyType

from lxml import etree

from passerelle.core.documents.cda.writing_elements import LOINC, Content, code, element, loinc, template
from passerelle.core.documents.cda.writing_observations import Place, observations
from passerelle.core.documents.cda.writing_sections import text_of
from passerelle.core.message import Code, Document, LocalCode, Measure, Result, Status

_NO_CHAPTER = "Résultats"
_CHAPTERS = MappingProxyType(  # titles that name a discipline and nothing else
    {
        "BIOCHIMIE": Code("18719-5", LOINC, "Biochimie"),
        "HEMATOLOGIE": Code("18723-7", LOINC, "Hématologie"),
        "MICROBIOLOGIE": Code("18725-2", LOINC, "Microbiologie"),
        "SEROLOGIE": Code("18727-8", LOINC, "Sérologie"),
    }
)
_UNKNOWN = Code("", "")
_HEADINGS = ("Analyse", "Résultat", "Valeurs de référence", "Remarques")
_STATUS = {Status.UNVALIDATED: "non validé", Status.CORRECTED: "corrigé"}
_FLAGS = {"L": "bas", "H": "haut", "LL": "très bas", "HH": "très haut"}


@dataclass(frozen=True, slots=True)
class Chapter:
    """Results under one title; the code is empty where the title names no discipline."""

    title: str
    code: Code
    rows: tuple[tuple[str, Result], ...]  # each with the ID of its row


def chapters(document: Document) -> tuple[Chapter, ...]:
    """Return the results by chapter, in the order of the report; a chapter that comes twice is joined."""
    groups: dict[str, list[tuple[str, Result]]] = {}
    for number, result in enumerate(document.results, 1):
        groups.setdefault(result.chapter or _NO_CHAPTER, []).append((f"r{number}", result))
    return tuple(Chapter(title, _CHAPTERS.get(_folded(title), _UNKNOWN), tuple(rows)) for title, rows in groups.items())


def _folded(title: str) -> str:
    letters = unicodedata.normalize("NFD", title)
    return "".join(char for char in letters if not unicodedata.combining(char)).strip(" :").upper()


def remark_section(lines: tuple[str, ...]) -> etree._Element:
    """Return the text as it came (FR-Commentaire-non-code)."""
    return element(
        "section",
        template("2.16.840.1.113883.10.12.201"),
        template("1.3.6.1.4.1.19376.1.4.1.2.16"),
        template("1.2.250.1.213.1.1.2.73"),
        loinc("55112-7", "Commentaire"),
        element("title", "Texte du compte rendu"),
        text_of(lines),
    )


def sections(document: Document, local_codes: str, codes: tuple[LocalCode, ...] = ()) -> tuple[etree._Element, ...]:
    """Return a section for each chapter."""
    day, text = document.performed or document.created, "\n".join(document.text)
    return tuple(_section(chapter, Place(day, local_codes, codes, text)) for chapter in chapters(document))


def _section(chapter: Chapter, place: Place) -> etree._Element:
    relations = [
        element("entryRelationship", one, typeCode="COMP")
        for row, result in chapter.rows
        for one in observations(result, row, place)
    ]
    act = element(
        "act", code(chapter.code), element("statusCode", code="completed"), *relations, classCode="ACT", moodCode="EVN"
    )
    return element(
        "section",
        template("1.3.6.1.4.1.19376.1.3.3.2.1"),
        template("1.2.250.1.213.1.1.2.70"),
        code(chapter.code),
        element("title", chapter.title),
        element("text", _table(chapter)),
        element(
            "entry",
            template("1.3.6.1.4.1.19376.1.3.1"),
            template("1.2.250.1.213.1.1.3.21"),
            act,
            typeCode="DRIV",
        ),
    )


def _table(chapter: Chapter) -> etree._Element:
    rows = [row for name, result in chapter.rows for row in _rows(name, result)]
    head = element("thead", element("tr", *(element("th", title) for title in _HEADINGS)))
    return element("table", head, element("tbody", *rows), border="1")


def _rows(name: str, result: Result) -> list[etree._Element]:
    """Return one row, or two where the result is said in two units."""
    span = "2" if result.second else None
    label = element("td", element("content", result.label, ID=name), rowspan=span)
    remarks = element("td", *_remarks(name, result), rowspan=span)
    first = element("tr", label, *_cells(f"{name}n1", result.measure), remarks)
    return [first, *([element("tr", *_cells(f"{name}n2", result.second))] if result.second else [])]


def _cells(name: str, measure: Measure) -> tuple[etree._Element, etree._Element]:
    value = " ".join(filter(None, (measure.value, measure.unit)))
    return element("td", value), element("td", element("content", normal(measure), ID=name))


def normal(measure: Measure) -> str:
    """Return the normal range in words."""
    if measure.low and measure.high:
        return f"{measure.low} à {measure.high}"
    if measure.low or measure.high:
        return f"> {measure.low}" if measure.low else f"< {measure.high}"
    return ""


def _remarks(name: str, result: Result) -> list[Content]:
    signs = ", ".join(filter(None, (_FLAGS.get(result.flag), _STATUS.get(result.status))))
    content: list[Content] = [signs]
    for number, remark in enumerate(result.remarks, 1):
        content += [element("br") if content != [""] else None, element("content", remark, ID=f"{name}c{number}")]
    return content
