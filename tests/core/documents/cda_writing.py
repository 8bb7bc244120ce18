"""Letters and reports, written as CDA with a frame of their own."""

from dataclasses import replace

from lxml import etree

from passerelle.core.documents import cda
from passerelle.core.message import (
    Document,
    Professional,
    Result,
)
from tests.core.documents.synthetic import (
    AUTHOR,
    LETTER,
    REPORT,
    RESULTS,
    SENDER,
)

PDF = b"%PDF-1.4\nessai\n"
SEED = "1234@passerelle.example/1"
SPACES = {"c": "urn:hl7-org:v3", "x": "http://www.w3.org/2001/XMLSchema-instance"}


def frame(document: Document, author: Professional | None = AUTHOR) -> cda.Frame:
    return cda.frame(document, author, SENDER, SEED)[0]


def losses(document: Document, author: Professional | None = AUTHOR) -> set[str]:
    return {loss.what for loss in cda.frame(document, author, SENDER, SEED)[1]}


def letter(document: Document = LETTER, author: Professional | None = AUTHOR) -> bytes:
    return cda.write_letter(document, frame(document, author), PDF)


def report(*results: Result, document: Document = REPORT) -> bytes:
    document = replace(document, results=results or RESULTS)
    return cda.write_biology(document, frame(document), PDF)


def found(content: bytes, path: str) -> list[str]:
    nodes = etree.fromstring(content).xpath(path, namespaces=SPACES)
    assert isinstance(nodes, list)
    return [str(node) for node in nodes]
