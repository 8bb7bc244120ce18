"""What a file says, read by nothing of the product: a small HPRIM splitter, lxml on a CDA, pypdf on its PDF."""

import base64
import io
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from lxml import etree
from pypdf import PdfReader

V3 = {"h": "urn:hl7-org:v3"}
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[<>]")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")  # line 7, whatever blank lines stand before the header


@dataclass(frozen=True, slots=True)
class Line:
    """One measure of a RES line, as the line has it."""

    label: str
    value: str
    unit: str
    low: str
    high: str
    flag: str
    status: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """An HPRIM message: its header, the lines to read once, its measures."""

    header: tuple[str, ...]
    lines: tuple[str, ...]
    measures: tuple[Line, ...]


def tokens(lines: Iterable[str]) -> Counter[str]:
    """Return the words, numbers and signs of a text; accents composed, case and spacing aside."""
    return Counter(token for line in lines for token in _TOKEN.findall(unicodedata.normalize("NFC", line).casefold()))


def sheets(text: str) -> Iterator[Sheet]:
    """Split an HPRIM file at its markers."""
    rows: list[str] = []
    for row in re.split(r"\r*\n|\r", text):
        if row.strip().upper() in ("****FIN****", "****FINFICHIER****"):
            if any(map(str.strip, rows)):
                yield _sheet(rows)
            rows = []
        else:
            rows.append(row)
    if len([row for row in rows if row.strip()]) > 1:
        yield _sheet(rows)


def _sheet(rows: list[str]) -> Sheet:
    """Return a message; the lines that stand in the text and in LAB count once."""
    while not _DATE.fullmatch(rows[6].strip()):
        rows = rows[1:]
    body = [row.expandtabs(8) for row in rows[12:]]
    at = next((n for n, row in enumerate(body) if row.strip().upper() == "****LAB****"), len(body))
    lab = [row.lstrip() for row in body[at + 1 :]]
    shown = Counter(_squeezed(row) for row in body[:at])
    told = Counter(_squeezed(re.sub(r"^TEX(\||$)", "", row)) for row in lab if not _is_result(row))
    found = [row for row in lab if _is_result(row)]
    return Sheet(tuple(rows[:12]), tuple((shown | told).elements()), tuple(_measures(found)))


def _squeezed(row: str) -> str:
    return " ".join(row.replace("|", "/").split())


def _is_result(row: str) -> bool:
    return row.startswith("RES|") and row.count("|") < 14


def _measures(rows: Iterable[str]) -> Iterator[Line]:
    last: Line | None = None
    for row in rows:
        fields = [" ".join(field.split()) for field in row.split("|")] + [""] * 14
        label, value, unit, low, high, flag, status = (fields[n] for n in (1, 4, 5, 6, 7, 8, 9))
        same = label.casefold().strip(" :") == "soit" and last is not None
        if not label and not value:
            continue
        last = Line(last.label if same and last else label, value, unit, low, high, flag, status)
        yield last
        if fields[10]:
            value, unit, low, high = fields[10:14]
            yield Line(last.label, value, unit, low, high, flag, status)


def number(text: str) -> Decimal | None:
    """Return a decimal number, written with a point or a comma."""
    try:
        return Decimal(re.sub(r"(?<=\d)[ \xa0](?=\d{3})", "", text).replace(",", ".").strip())
    except InvalidOperation:
        return None


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
