"""Values, names and traits of a CDA that is written: each in its own form, none better than it is known."""

from dataclasses import replace

import pytest
from lxml import etree

from passerelle.core.documents import cda
from passerelle.core.documents.xdm.metadata_elements import author
from passerelle.core.message import Kind, Measure, Patient, Professional, Result, Status
from tests.core.documents.synthetic import AUTHOR, LETTER, PATIENT, QUALIFIED, REPORT, SENDER

XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"


def written(result: Result) -> etree._Element:
    document = replace(REPORT, results=(result,))
    frame, _ = cda.frame(document, AUTHOR, SENDER, "m")
    return etree.fromstring(cda.write_biology(document, frame, b"%PDF-1.4\n%%EOF\n"))


@pytest.mark.parametrize(
    ("kind", "value", "unit", "form"),
    [
        (Kind.NUMERIC, "5", "mg/l", "PQ"),
        (Kind.NUMERIC, "5", "", "REAL"),
        (Kind.TEXT, "<5", "mg/l", "IVL_PQ"),
        (Kind.TEXT, "<5", "", "ST"),
        (Kind.TEXT, "5", "", "ST"),
        (Kind.NUMERIC, "5", "zorg/l", "ST"),
        (Kind.TEXT, "", "", "ST"),
    ],
)
def test_a_value_is_a_quantity_only_where_number_and_unit_are_sure(
    kind: Kind, value: str, unit: str, form: str
) -> None:
    root = written(Result("Dosage", kind, Measure(value, unit)))
    observed = [one for one in root.iter("{*}value") if one.get(XSI) not in (None, "CD")]
    assert [one.get(XSI) for one in observed] == [form]


def test_a_corrected_result_says_so_in_the_table_and_in_an_entry_that_refers_to_it() -> None:
    root = written(Result("Dosage", Kind.NUMERIC, Measure("5"), flag="H", status=Status.CORRECTED, remarks=("Revu",)))
    words = {
        one.get("ID"): etree.tostring(one, encoding="unicode", method="text", with_tail=False)
        for one in root.iter("{*}content")
    }
    told = [words[one.get("value", "")[1:]] for one in root.iterfind(".//{*}act/{*}text/{*}reference")]
    assert told == ["corrigé", "Revu"]
    cells = [etree.tostring(cell, encoding="unicode", method="text", with_tail=False) for cell in root.iter("{*}td")]
    assert "haut, corrigéRevu" in cells  # a line break between


@pytest.mark.parametrize(
    ("patient", "qualifiers"),
    [
        (PATIENT, ["CL", "CL"]),
        (replace(PATIENT, birth_family="ESSAI"), ["BR", None, "CL"]),
        (replace(PATIENT, birth_family=PATIENT.family), ["BR", None]),
        (QUALIFIED, ["BR", None, "BR", "CL"]),
    ],
)
def test_a_name_is_one_of_birth_only_where_the_source_says_so(patient: Patient, qualifiers: list[str | None]) -> None:
    document = replace(LETTER, patient=patient)
    frame, _ = cda.frame(document, AUTHOR, SENDER, "m")
    root = etree.fromstring(cda.write_letter(document, frame, b"%PDF-1.4\n"))
    name = root.find("{*}recordTarget/{*}patientRole/{*}patient/{*}name")
    assert name is not None
    assert [part.get("qualifier") for part in name] == qualifiers


def test_an_author_of_whom_only_the_name_is_known_has_one_slot() -> None:
    found = author("urn:uuid:1", "2", Professional("BERNARD"))
    assert [slot.get("name") for slot in found.iter("{*}Slot")] == ["authorPerson"]
