"""Elements of a CDA, built in the order they stand in, with no character that XML 1.0 forbids."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, TypeAlias

from lxml import etree

from passerelle.core.message import Code, Identifier, Result, Status

HL7 = "urn:hl7-org:v3"
LAB = "urn:oid:1.3.6.1.4.1.19376.1.3.2"  # IHE PALM's extension: lab:statusCode
LOINC = "2.16.840.1.113883.6.1"
UNKNOWN = "UNK"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SPACES: dict[Any, str] = {None: HL7, "lab": LAB, "xsi": _XSI}
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 §2.2

Content: TypeAlias = "etree._Element | str | None"  # noqa: SLF001 - the stubs' only name for an element


def element(name: str, *content: Content, space: str = HL7, **attributes: str | None) -> etree._Element:
    """Return an element; None is left out, and `xsi_type` stands for xsi:type."""
    made = etree.Element(f"{{{space}}}{name}", nsmap=_SPACES)
    for key, value in attributes.items():
        if value is not None:
            made.set(f"{{{_XSI}}}type" if key == "xsi_type" else key, legal(value))
    for piece in content:
        if isinstance(piece, str):
            _append_text(made, legal(piece))
        elif piece is not None:
            made.append(piece)
    return made


def _append_text(owner: etree._Element, text: str) -> None:
    if len(owner):
        owner[-1].tail = (owner[-1].tail or "") + text
    else:
        owner.text = (owner.text or "") + text


def legal(text: str) -> str:
    """Return the text with U+FFFD for each character that XML 1.0 §2.2 forbids."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def null(name: str, flavor: str = UNKNOWN) -> etree._Element:
    """Return an element that says why it is empty."""
    return element(name, nullFlavor=flavor)


def template(root: str, extension: str | None = None) -> etree._Element:
    """Return a templateId."""
    return element("templateId", root=root, extension=extension)


def instance(identifier: Identifier | None, name: str = "id") -> etree._Element:
    """Return an II; one that is not known says so."""
    if identifier is None or not identifier.root:
        return null(name)
    return element(name, root=identifier.root, extension=identifier.extension or None)


def code(concept: Code | None, *content: Content, name: str = "code") -> etree._Element:
    """Return a coded concept; one that is not known says so."""
    if concept is None or not concept.system:
        return element(name, *content, nullFlavor=UNKNOWN)
    return element(
        name,
        *content,
        code=concept.code,
        codeSystem=concept.system,
        displayName=concept.display or None,
        codeSystemName="LOINC" if concept.system == LOINC else None,
    )


def loinc(symbol: str, display: str) -> etree._Element:
    """Return a code of LOINC."""
    return code(Code(symbol, LOINC, display))


def progress(found: Iterable[Result]) -> str:
    """Return the statusCode of what holds results: `active` (XD-LAB, preliminary) until every one is validated."""
    return "active" if any(one.status is Status.UNVALIDATED for one in found) else "completed"


def stamp(moment: date | datetime) -> str:
    """Return a TS: a moment with its zone, a date without one."""
    day = f"{moment.year:04}{moment.month:02}{moment.day:02}"
    return f"{day}{moment:%H%M%S%z}" if isinstance(moment, datetime) else day


def since(moment: date | datetime, name: str = "effectiveTime") -> etree._Element:
    """Return an interval of which only the beginning is known."""
    return element(name, element("low", value=stamp(moment)))


def serialise(root: etree._Element) -> bytes:
    """Return the document's bytes."""
    etree.cleanup_namespaces(root, keep_ns_prefixes=["xsi", "lab"])
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
