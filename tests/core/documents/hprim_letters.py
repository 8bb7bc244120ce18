"""Documents of invented people, and the HPRIM that is written from them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from passerelle.core.documents import hprim
from passerelle.core.message import Code, Document, Identifier, Kind, Measure, Patient, PostalAddress, Result

LOINC = "2.16.840.1.113883.6.1"
INS_TEST = "1.2.250.1.213.1.4.10"
PATIENT = Patient(
    family="Dupont",
    given="Élodie",
    birth_date=date(1981, 5, 4),
    insured="2810559999999 12",
    local_ids=(Identifier("1.2.250.1.71.4.2.2.1", "A123"),),
    address=PostalAddress(("2 rue du Port", "Bât. B"), "59140", "DUNKERQUE"),
)
LETTER = Document(
    identifier=None,
    kind=Code("11488-4", LOINC, "CR ou fiche de consultation"),
    title="Compte rendu",
    created=datetime(2026, 11, 20, 14, tzinfo=UTC),
    patient=PATIENT,
    performed=date(2026, 11, 19),
    file_number="D77",
    text=("Compte rendu", "", "Cher confrère,", "tout va bien."),
)
GLUCOSE = Result(
    label="Glycémie à jeun",
    kind=Kind.NUMERIC,
    measure=Measure("1.34", "g/l", "g/L", "0.75", "1.15"),
    second=Measure("7.45", "mmol/l", None, "4.17", "6.39"),
    codes=(Code("G", ""),),
    flag="H",
)


def lines(*documents: Document, note: str = "") -> list[str]:
    return written(*documents, note=note)[0].split("\r\n")


def written(*documents: Document, note: str = "") -> tuple[str, list[str]]:
    content, losses = hprim.write(documents, "CH Exemple", "Dr Jean MARTIN", note)
    return content.decode("latin-1"), [loss.what for loss in losses]


def patient(**changed: Any) -> Document:  # noqa: ANN401 - any trait
    return replace(LETTER, patient=replace(PATIENT, **changed))


def res(result: Result, document: Document = LETTER) -> str:
    return next(line for line in lines(replace(document, results=(result,))) if line.startswith("RES|"))
