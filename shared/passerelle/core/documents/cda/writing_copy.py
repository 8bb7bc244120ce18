"""The section of a CR-BIO that holds the same report as a PDF (FR-Document-PDF-copie)."""

from base64 import b64encode

from lxml import etree

from passerelle.core.documents.cda.writing_elements import LOINC, code, element, loinc, null, template
from passerelle.core.message import Code

_NAME = "copie"


def copy_section(pdf: bytes) -> etree._Element:
    """Return the section: compulsory since CR-BIO 2024.01."""
    shown = element("td", element("renderMultiMedia", referencedObject=_NAME))
    return element(
        "section",
        template("1.2.250.1.213.1.1.2.243"),
        loinc("55108-5", "Copie du document"),
        element("title", "Copie du document"),
        element("text", element("table", element("tbody", element("tr", shown)))),
        element("entry", _organizer(pdf)),
    )


def _organizer(pdf: bytes) -> etree._Element:
    """Return the entry FR-Document-attache."""
    value = element("value", b64encode(pdf).decode("ascii"), mediaType="application/pdf", representation="B64")
    media = element("observationMedia", value, classCode="OBS", moodCode="EVN", ID=_NAME)
    return element(
        "organizer",
        template("1.2.250.1.213.1.1.3.18"),
        null("id"),
        loinc("55107-7", "Document attaché"),
        element("statusCode", code="completed"),
        element("component", _kind()),
        element("component", media),
        classCode="CLUSTER",
        moodCode="EVN",
    )


def _kind() -> etree._Element:
    """Say what the attached document is: a copy of this one."""
    templates = ("1.3.6.1.4.1.19376.1.5.3.1.4.13", "1.2.250.1.213.1.1.3.48", "1.2.250.1.213.1.1.3.48.18")
    value = code(Code("55108-5", LOINC, "Copie du document"), name="value")
    value.set("{http://www.w3.org/2001/XMLSchema-instance}type", "CD")
    return element(
        "observation",
        *map(template, templates),
        null("id"),
        loinc("69764-9", "Type de document"),
        element("text", element("reference", value=f"#{_NAME}")),
        element("statusCode", code="completed"),
        null("effectiveTime", "NA"),
        value,
        classCode="OBS",
        moodCode="EVN",
    )
