"""The sections of a CR-BIO: one for each chapter, with a table to read and an observation for each measure."""

from lxml import etree

from passerelle.core.documents.cda.writing_chapters import Chapter, Part, chapters
from passerelle.core.documents.cda.writing_elements import Content, code, element, loinc, progress, template
from passerelle.core.documents.cda.writing_observations import Place, observations
from passerelle.core.documents.cda.writing_sections import text_of
from passerelle.core.message import Document, LocalCode, Measure, Result, Status

_CHAPTER = ("1.3.6.1.4.1.19376.1.3.3.2.1", "1.2.250.1.213.1.1.2.70")
_PART = ("1.3.6.1.4.1.19376.1.3.3.2.2", "1.2.250.1.213.1.1.2.71")
_ENTRY = ("1.3.6.1.4.1.19376.1.3.1", "1.2.250.1.213.1.1.3.21")
_ISOLATE = ("1.3.6.1.4.1.19376.1.3.1.5", "1.2.250.1.213.1.1.3.79")
_HEADINGS = ("Analyse", "Résultat", "Valeurs de référence", "Remarques")
_STATUS = {Status.UNVALIDATED: "non validé", Status.CORRECTED: "corrigé"}
_FLAGS = {"L": "bas", "H": "haut", "LL": "très bas", "HH": "très haut"}


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
    place = Place(day, local_codes, codes, text)
    return tuple(_chapter(chapter, place) for chapter in chapters(document))


def _chapter(chapter: Chapter, place: Place) -> etree._Element:
    """Return a chapter with its table, or with a section for each of its parts (S_laboratorySpecialty: never both)."""
    if chapter.flat:
        return _section(_CHAPTER, chapter.parts[0], place)
    inside = (element("component", _section(_PART, part, place)) for part in chapter.parts)
    return element(
        "section", *map(template, _CHAPTER), code(chapter.code), element("title", chapter.code.display), *inside
    )


def _section(templates: tuple[str, str], part: Part, place: Place) -> etree._Element:
    found = [one for row, result in part.rows for one in observations(result, row, place)]
    found = [_isolate(part, found)] if part.isolate else found
    relations = [element("entryRelationship", one, typeCode="COMP") for one in found]
    act = element("act", code(part.code), _status(part), *relations, classCode="ACT", moodCode="EVN")
    return element(
        "section",
        *map(template, templates),
        code(part.code),
        element("title", part.title),
        element("text", _table(part)),
        element("entry", *map(template, _ENTRY), act, typeCode="DRIV"),
    )


def _status(part: Part) -> etree._Element:
    return element("statusCode", code=progress(result for _, result in part.rows))


def _isolate(part: Part, found: list[etree._Element]) -> etree._Element:
    """Return the entry FR-Isolat-microbiologique; without a code of SNOMED CT or NCBI, originalText says who it is."""
    player = element("specimenPlayingEntity", element("code", element("originalText", part.isolate)), classCode="MIC")
    return element(
        "organizer",
        *map(template, _ISOLATE),
        _status(part),
        element("specimen", element("specimenRole", player, classCode="SPEC"), typeCode="SPC"),
        *(element("component", one, typeCode="COMP") for one in found),
        classCode="CLUSTER",
        moodCode="EVN",
    )


def _table(part: Part) -> etree._Element:
    rows = [row for name, result in part.rows for row in _rows(name, result)]
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
    flag, status = _FLAGS.get(result.flag), _STATUS.get(result.status)
    content: list[Content] = [flag, ", " if flag and status else None]
    content.append(element("content", status, ID=f"{name}s") if status else None)
    content = [piece for piece in content if piece is not None]
    for number, remark in enumerate(result.remarks, 1):
        content += [element("br") if content else None, element("content", remark, ID=f"{name}c{number}")]
    return content
