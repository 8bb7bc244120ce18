"""The class of a document, by its type."""

import re
from pathlib import Path

import pytest

from passerelle.core.documents.xdm.classes import document_class
from passerelle.core.message import Code

LOINC = "2.16.840.1.113883.6.1"
SHARED = Path(__file__).resolve().parents[3] / "../shared/ans/jeuxDeValeurs/JDV_J07_XdsTypeCode_CISIS.xml"
WITHOUT = {"101881-1", "28617-9", "34120-6", "89233-1", "E1762"}
"""Types of JDV_J07 of which the association of 2024-02-23 says no class of TRE_A03."""


@pytest.mark.parametrize(
    ("code", "system", "wanted"),
    [
        ("11488-4", LOINC, "10 Compte rendu"),
        ("11490-0", LOINC, "10 Compte rendu"),
        ("18748-4", LOINC, "31 Imagerie médicale"),
        ("60591-5", LOINC, "11 Synthèse"),
        ("57833-6", LOINC, "42 Prescription"),
        ("CERT_DECL", "1.2.250.1.213.1.1.4.12", "52 Certificat, déclaration"),
    ],
)
def test_a_type_has_the_class_of_the_association(code: str, system: str, wanted: str) -> None:
    found = document_class(Code(code, system, ""))
    assert found is not None
    assert f"{found.code} {found.display}" == wanted


def test_a_type_that_the_association_does_not_have_gets_no_class() -> None:
    assert document_class(Code("28655-9", LOINC, "")) is None
    assert document_class(Code("11488-4", "1.2.250.1.213.1.1.4.12", "")) is None


@pytest.mark.reference
def test_every_type_of_ci_sis_has_a_class_but_those_that_ans_left_out() -> None:
    if not SHARED.is_file():
        pytest.skip(f"NOT CHECKED: ../shared/{SHARED.name} is not there (reference material, beside the repository)")
    found = re.findall(r'<Concept code="([^"]+)"\s+codeSystem="([^"]+)"', SHARED.read_text("utf-8"))
    assert len(found) > 100
    assert {code for code, system in found if document_class(Code(code, system)) is None} == WITHOUT
