"""A CDA is found in any XML file that holds one, and in no other."""

import codecs

import pytest

from passerelle.core.documents import cda
from passerelle.core.documents.cda.reading import holds_document
from tests.vectors import make_cda as make

STYLE = make.self_presenting(make.cda())
UTF_16 = codecs.BOM_UTF16_LE + make.cda().decode().replace("UTF-8", "UTF-16").encode("utf-16-le")


@pytest.mark.parametrize(
    "content", [make.cda(), STYLE, STYLE.replace(b":stylesheet", b":transform"), UTF_16], ids=range(4)
)
def test_a_document_is_found_bare_in_a_style_sheet_of_both_names_and_in_utf_16(content: bytes) -> None:
    assert holds_document(content)
    assert cda.read(content).patient.family == "DÉMO-USAGE"


@pytest.mark.parametrize(
    "content",
    [
        b"<Bundle xmlns='http://hl7.org/fhir'/>",
        b"<note>ClinicalDocument</note>",
        b"not XML, ClinicalDocument",
        STYLE.replace(b":stylesheet", b":template"),
        "<note/>".encode("utf-16"),
        b"\0\0\0\0",
    ],
    ids=range(6),
)
def test_nothing_else_is_one(content: bytes) -> None:
    assert not holds_document(content)
