"""CDA R2 as CI-SIS asks: a letter (level 1, a PDF, or level 3) or a laboratory report (CR-BIO 2024.01, level 3)."""

from base64 import b64encode
from dataclasses import replace

from lxml import etree

from passerelle.core.documents import narrative
from passerelle.core.documents.cda.writing_biology import remark_section, sections
from passerelle.core.documents.cda.writing_chapters import chapters
from passerelle.core.documents.cda.writing_copy import copy_section
from passerelle.core.documents.cda.writing_elements import LOINC, element, serialise, template
from passerelle.core.documents.cda.writing_frame import Frame
from passerelle.core.documents.cda.writing_header import acts, root
from passerelle.core.documents.cda.writing_sections import letter_sections
from passerelle.core.message import Code, Document

_UNSTRUCTURED = "1.3.6.1.4.1.19376.1.2.20"  # IHE XDS-SD
_MEDICAL = "1.3.6.1.4.1.19376.1.5.3.1.1.1"  # IHE PCC, Medical Documents: what all of them share
_LABORATORY = ("1.3.6.1.4.1.19376.1.3.3", None), ("1.2.250.1.213.1.1.1.55", "2024.01")  # IHE XD-LAB, CR-BIO
LABORATORY = Code("11502-2", LOINC, "CR d'examens biologiques")
LABORATORY_TITLE = "Compte rendu d'examens biologiques"  # Entete_CR-BIO: this and no other


def write_letter(document: Document, frame: Frame, pdf: bytes) -> bytes:
    """Return a CDA of level 1, whose body is the PDF."""
    made = root(document, frame, [template(_UNSTRUCTURED)])
    made.extend(acts(document, frame))
    text = element("text", b64encode(pdf).decode("ascii"), mediaType="application/pdf", representation="B64")
    made.append(element("component", element("nonXMLBody", text)))
    return serialise(made)


def write_narrative(document: Document, frame: Frame, pdf: bytes) -> bytes:
    """Return a letter of level 3: its text in sections, and the PDF as its copy; CI-SIS has no volet for a letter."""
    made = root(document, frame, [template(_MEDICAL)])
    made.extend(acts(document, frame))
    return _with_sections(made, (*letter_sections(document.text), copy_section(pdf)))


def write_biology(document: Document, frame: Frame, pdf: bytes) -> bytes:
    """Return a CR-BIO of level 3: the text as it came, the results by chapter, the PDF of both."""
    report = replace(document, kind=LABORATORY, title=LABORATORY_TITLE)
    made = root(report, frame, [template(*one) for one in _LABORATORY])
    made.extend(acts(report, frame, chapters(report)[0].code))
    remarks = (remark_section(report.text),) if report.text else ()
    return _with_sections(made, (*remarks, *sections(report, frame.local_codes, frame.codes), copy_section(pdf)))


def _with_sections(made: etree._Element, every: tuple[etree._Element, ...]) -> bytes:
    body = element("structuredBody", *(element("component", section) for section in every))
    made.append(element("component", body))
    return serialise(made)


def result_lines(document: Document) -> tuple[str, ...]:
    """Return the results as the narrative shows them, in fixed pitch."""
    lines: list[str] = []
    leaves = (one for section in sections(document, "") for one in section.iter("{*}section"))
    for section in (one for one in leaves if one.find("{*}text") is not None):
        title = section.findtext("{*}title") or ""
        lines += ["", title, "=" * len(title), *narrative.lines(section.find("{*}text"))]
    return tuple(lines)
