"""What a document does not fully say of its patient is told to the reader as it stands, and never completed."""

from datetime import date

import pytest

from passerelle.core.documents import cda, hprim
from passerelle.core.message import Document
from tests.vectors import make_cda as make

BORN = '<birthTime value="19990214"/>'
ACT = '<low value="20250313083000+0100"/>'
NO_DATE = "ATTENTION : le document d'origine ne donne pas la date de naissance du patient"
ONLY = "ATTENTION : de la date de naissance du patient, le document ne donne que : {}"


def changed(old: str, new: str) -> Document:
    content = make.cda()
    assert old.encode() in content
    return cda.read(content.replace(old.encode(), new.encode()))


def written(document: Document) -> tuple[list[str], list[str]]:
    content, losses = hprim.write((document,), "Dr A", "Dr B")
    return content.decode("latin-1").split("\r\n"), [loss.what for loss in losses]


def said(lines: list[str]) -> str:
    """Return a text without its breaks of lines."""
    return " ".join(" ".join(lines).split())


@pytest.mark.parametrize(
    ("birth", "told"),
    [
        ('<birthTime value="1950"/>', ONLY.format("1950")),
        ('<birthTime value="195003"/>', ONLY.format("03/1950")),
        ('<birthTime value="195013"/>', ONLY.format("195013")),
        ('<birthTime value="19500230"/>', ONLY.format("19500230")),
        ('<birthTime nullFlavor="UNK"/>', f"{NO_DATE} (motif : inconnu)."),
        ('<birthTime nullFlavor="MSK"/>', f"{NO_DATE} (motif : masqué)."),
        ('<birthTime value="vers 1950"/>', f"{NO_DATE}."),
        ("", f"{NO_DATE}."),
    ],
)
def test_a_birth_date_that_is_not_whole_is_no_date_and_is_told(birth: str, told: str) -> None:
    document = changed(BORN, birth)
    assert document.patient.birth_date is None
    lines, losses = written(document)
    assert lines[6] == ""  # HPRIM line 7
    assert told in said(lines)
    assert "hprim.no-birth-date" in losses


@pytest.mark.parametrize("value", ["19990214", "199902141030+0100"])
def test_a_whole_birth_date_is_told_in_line_7_only(value: str) -> None:
    document = changed(BORN, f'<birthTime value="{value}"/>')
    assert (document.patient.birth_date, document.patient.birth_told) == (date(1999, 2, 14), "")
    lines, losses = written(document)
    assert lines[6] == "14/02/1999"
    assert "hprim.no-birth-date" not in losses
    assert not any("naissance du patient" in line for line in lines)


def test_a_patient_whose_names_are_masked_has_none_and_the_reader_hears_why() -> None:
    document = cda.read(make.cda(name='<name><family nullFlavor="MSK"/><given nullFlavor="MSK"/></name>'))
    assert (document.patient.family, document.patient.given) == ("", "")
    lines, losses = written(document)
    why = "ATTENTION : le document d'origine ne donne pas le nom et le prénom du patient (motif : masqué)."
    assert why in said(lines)
    assert "hprim.no-name" in losses


@pytest.mark.parametrize(
    ("gender", "told"),
    [('code="X"', "X"), ('nullFlavor="NASK"', "non demandé"), ('code="F"', "F")],
)
def test_a_sex_that_is_neither_m_nor_f_is_told_as_it_is(gender: str, told: str) -> None:
    lines, _ = written(changed('<administrativeGenderCode code="F"', f"<administrativeGenderCode {gender}"))
    assert f"  Sexe : {told}" in lines


def test_an_act_of_a_month_has_the_document_s_date_in_line_10_and_the_reader_hears_the_month() -> None:
    document = changed(ACT, '<low value="202502"/>')
    assert (document.performed, document.performed_told) == (None, "02/2025")
    lines, losses = written(document)
    assert lines[9] == "14/03/2025"
    assert "ATTENTION : de la date de l'acte, le document ne donne que : 02/2025" in lines
    assert "hprim.no-act-date" in losses


def test_an_author_without_any_name_is_nobody() -> None:
    name = "<assignedPerson><name>"
    content = make.cda().decode()
    start = content.index(name, content.index("<assignedAuthor"))
    end = content.index("</name>", start)
    unnamed = content[:start] + '<assignedPerson><name nullFlavor="MSK">' + content[end:]
    assert cda.read(unnamed.encode()).author is None


def test_a_sex_that_is_not_known_is_not_spoken_of() -> None:
    lines, _ = written(changed('<administrativeGenderCode code="F"', '<administrativeGenderCode code="UN"'))
    assert "Sexe" not in said(lines)
