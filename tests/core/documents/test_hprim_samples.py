"""Others' HPRIM files: read as their own programs read them, or refused for a reason."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from passerelle.core.documents import hprim
from tests.core.documents.hprim_files import NOW, codes, refused

SAMPLES = Path(__file__).resolve().parents[3] / "../shared/samples/hprim"


@pytest.mark.reference
@pytest.mark.parametrize("name", ["freehealth_test1", "freehealth_test3", "freehealth_test5"])
def test_the_samples_of_freehealth_are_read_as_it_reads_them(name: str) -> None:
    if not SAMPLES.exists():
        pytest.skip("NOT CHECKED: ../shared/samples/hprim is not there (reference material, beside the repository)")
    found = hprim.read((SAMPLES / f"{name}.hpr").read_bytes(), NOW)
    expected = json.loads((SAMPLES / f"{name}.expected.json").read_text())
    (document,) = found.documents
    patient, address = document.patient, document.patient.address
    assert [patient.local_ids[0].extension, patient.family, patient.given, patient.insured] == [
        expected[key] for key in ("patientId", "patientName", "patientFirstName", "patientSN")
    ]
    assert [*address.lines, address.postcode, address.city] == [
        expected[f"patient{key}"] for key in ("Address1", "Address2", "Zip", "City")
    ]
    assert patient.birth_date == datetime.strptime(expected["patientDob"] + "Z", "%d/%m/%Y%z").date()
    assert document.performed == datetime.strptime(expected["dateExam"] + "Z", "%d/%m/%Y%z").date()
    assert (document.file_number, document.addressee) == (expected["extraCode"], expected["receiver"])
    body = expected["message"].split("****")[0]
    assert " ".join(document.text).split() == body.split()
    shown = len(document.results) + codes(found).count("hprim.result-empty")
    assert shown == expected["hprim2NumberOfLines"]
    assert found.rest == ("" if expected["hprimContentIsValid"] else "blabla")


@pytest.mark.reference
def test_lines_of_results_without_a_header_are_nobodys_and_refused() -> None:
    if not SAMPLES.exists():
        pytest.skip("NOT CHECKED: ../shared/samples/hprim is not there (reference material, beside the repository)")
    refused((SAMPLES / "hprimtool__pipes.hpr").read_bytes(), r"hprim\.header")
