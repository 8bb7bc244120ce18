"""What a CDA says, read by nothing of the product: lxml, and pypdf for the PDF of level 1."""

import base64
import io
import re
import zipfile
from collections.abc import Iterator

from lxml import etree
from pypdf import PdfReader

from tests.core.networks.told import Line

V3 = {"h": "urn:hl7-org:v3"}


def documents(package: bytes) -> list[etree._Element]:
    """Return the CDA documents of an XDM zip."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        names = sorted(name for name in archive.namelist() if re.search(r"(?i)doc\d+\.xml$", name))
        roots = [etree.fromstring(archive.read(name), etree.XMLParser(huge_tree=True)) for name in names]
    return [next(root.iter("{urn:hl7-org:v3}ClinicalDocument")) for root in roots]


def narrative(document: etree._Element) -> Iterator[str]:
    """Yield what a reader of a CDA sees of its body: titles, texts, and the PDF of level 1."""
    for title in document.iterfind(".//h:structuredBody//h:section/h:title", V3):
        yield str(title.xpath("string()"))
    for text in document.iterfind(".//h:structuredBody//h:section/h:text", V3):
        yield " ".join(map(str, text.itertext()))
    for text in document.iterfind("h:component/h:nonXMLBody/h:text", V3):
        if text.get("representation") == "B64":
            yield from pdf_lines(base64.b64decode(text.text or ""))
        else:
            yield str(text.xpath("string()"))


def pdf_lines(content: bytes) -> list[str]:
    """Return the text layer of a PDF."""
    return [line for page in PdfReader(io.BytesIO(content)).pages for line in page.extract_text().splitlines()]


def observations(document: etree._Element) -> Iterator[Line]:
    """Yield the measures of a CR-BIO: the label that the narrative has, the value and its limits as XML says them."""
    for one in document.iterfind(".//h:observation", V3):
        roots = {template.get("root") for template in one.iterfind("h:templateId", V3)}
        earlier = one.xpath("ancestor-or-self::*[@typeCode='REFR']")
        if not earlier and roots & {"1.3.6.1.4.1.19376.1.3.1.6", "1.2.250.1.213.1.1.3.80"}:
            yield from _observed(document, one)


def _observed(document: etree._Element, one: etree._Element) -> Iterator[Line]:
    """Yield the value and, where it is said in another unit, its translation."""
    value, unit = _value(document, one.find("h:value", V3))
    label, limits = _label(document, one), "h:referenceRange/h:observationRange/h:value/h:"
    flag = _attribute(one.find("h:interpretationCode", V3), "code")
    status = _attribute(one.find("h:statusCode", V3), "code")
    low, high = (_attribute(one.find(limits + side, V3), "value") for side in ("low", "high"))
    yield Line(label, value, unit, low, high, flag, status)
    for other in one.iterfind("h:value/h:translation[@value]", V3):
        unit = other.get("code", "")
        low, high = (
            _attribute(one.find(f"{limits}{side}/h:translation[@code='{unit}']", V3), "value")
            for side in ("low", "high")
        )
        yield Line(label, other.get("value", ""), unit, low, high, flag, status)


def _label(document: etree._Element, one: etree._Element) -> str:
    """Return what the narrative calls it (of a row, its first cell), else the display name up to its bracket."""
    shown = _referred(document, one.find("h:code/h:originalText", V3))
    names = [element.get("displayName", "") for element in one.iterfind("h:code//*[@displayName]", V3)]
    code = one.find("h:code", V3)
    every = [_attribute(code, "displayName"), *names]
    return shown or next(filter(None, every), "").partition("[")[0].strip()


def _referred(document: etree._Element, holder: etree._Element | None) -> str:
    """Return the text that an element refers to."""
    reference = None if holder is None else holder.find("h:reference", V3)
    name = _attribute(reference, "value").removeprefix("#")
    found = document.xpath("//*[@ID=$name]", name=name) if name else []
    element = next((one for one in found if isinstance(one, etree._Element)), None) if isinstance(found, list) else None
    if element is None:
        return ""
    cells = element.findall("h:td", V3) if str(element.tag).endswith("}tr") else [element]
    texts = (" ".join(str(cell.xpath("string()")).split()) for cell in cells)
    return next(filter(None, texts), "")


def _attribute(element: etree._Element | None, name: str) -> str:
    return "" if element is None else element.get(name, "")


def _value(document: etree._Element, element: etree._Element | None) -> tuple[str, str]:
    """Return a value and its unit: PQ, REAL, one side of an IVL_PQ, or words."""
    if element is None:
        return "", ""
    if element.get("value") is not None:
        return element.get("value", ""), element.get("unit", "")
    for side, sign in (("high", "<"), ("low", ">")):
        bound = element.find(f"h:{side}", V3)
        if bound is not None:
            return sign + bound.get("value", ""), bound.get("unit", "")
    original = _referred(document, element.find("h:originalText", V3)) or _referred(document, element)
    return original or element.get("displayName") or " ".join(str(element.xpath("string()")).split()), ""


def strings(element: etree._Element | None) -> tuple[str, ...]:
    """Return all texts and attributes within an element."""
    if element is None:
        return ()
    return tuple(
        text for one in element.iter("*") for text in (*map(str, one.attrib.values()), one.text, one.tail) if text
    )


def loinc_codes(package: bytes) -> list[str]:
    """Return the LOINC codes of the observations of a package."""
    found = [code for document in documents(package) for code in document.iterfind(".//h:observation/h:code", V3)]
    return [code.get("code", "") for code in found]


def at(document: etree._Element, path: str) -> str:
    """Return the text of what a path finds first, words apart by one blank."""
    return " ".join(str(document.xpath(f"string({path})", namespaces=V3)).split())


def spread(document: etree._Element, path: str) -> str:
    """Return all texts of what a path finds, with blanks between the elements; France is said of nobody."""
    found = document.find(path, V3)
    return "" if found is None else re.sub(r"(?i) FRANCE$", "", " ".join(" ".join(map(str, found.itertext())).split()))


def days(document: etree._Element) -> tuple[str, ...]:
    """Return every time of a document as French people write the day, and the hour."""
    stamps = [text for text in strings(document) if re.fullmatch(r"\d{8}(\d{4,6}([+-]\d{4})?)?", text)]
    return tuple(f"{stamp[6:8]}/{stamp[4:6]}/{stamp[:4]} {stamp[8:10]}:{stamp[10:12]}" for stamp in stamps)


def header(package: bytes) -> tuple[str, ...]:
    """Return all that the headers of a package say."""
    parts = [part for document in documents(package) for part in document if not str(part.tag).endswith("}component")]
    return tuple(text for part in parts for text in (*strings(part), *days(part)))
