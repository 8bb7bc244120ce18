"""The code table never takes one fluid for another."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.documents import code_table
from passerelle.core.documents.code_table import Context, coded, entries, find
from passerelle.core.message import Measure
from tests.core.documents.code_lookups import UNITS, code


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(UNITS))
def test_a_label_that_the_table_does_not_have_gets_no_code(label: str, chapter: str, ucum: str) -> None:
    found = find(label, ucum, Context(chapter))
    assert found is None or (code_table._folded(label) in found.labels and found.written == ucum)


def test_a_report_without_chapters_that_speaks_of_a_puncture_gets_no_code() -> None:
    assert code("Triglycérides", "g/l", "", "Bilan lipidique") == "2571-8"
    assert code("Triglycérides", "g/l", "", "PONCTION d'ascite du 20/11") is None
    assert code("Triglycérides", "g/l", "Lipides du sang", "PONCTION d'ascite du 20/11") == "2571-8"


def test_a_report_without_chapters_that_speaks_of_urine_gets_no_code_that_urine_could_have() -> None:
    assert code("Natrémie", "mmol/l", "", "Bilan") == "2951-2"
    assert code("Natrémie", "mmol/l", "", "Recueil des urines de 24 h") is None


@pytest.mark.parametrize(
    ("label", "unit"),
    [("Natriurie", "mmol/l"), ("Kaliurie", "mEq/l"), ("Créatinine", "mmol/l"), ("Protéinurie", "g/l")],
)
def test_a_concentration_in_the_urine_of_a_day_is_not_one_of_a_spot(label: str, unit: str) -> None:
    assert code(label, unit, "Biochimie urinaire", "Biochimie urinaire") is not None
    for said in ("Recueil des 24 heures", "Diurèse : 1500 ml", "soit 127 mmol/24h", "Urines de 24 H"):
        assert code(label, unit, "Biochimie urinaire", said) is None
    assert code("Protéinurie des 24h", "g/24h", "Urines", "Diurèse : 1500 ml") == "2889-4"


@pytest.mark.parametrize(
    ("label", "unit"),
    [("Natrémie", "mmol/l"), ("Kaliémie", "mmol/l"), ("Glycémie", "g/l"), ("Hémoglobine", "g/dl"), ("Ht", "%")],
)
def test_what_a_gasometer_measures_in_whole_blood_is_not_of_plasma(label: str, unit: str) -> None:
    assert code(label, unit, "") is not None
    assert code(label, unit, "", "GAZ DU SANG ARTERIEL") is None
    assert code(label, unit, "Gazométrie", "") is None
    assert code("Sodium", "mmol/l", "Gaz du sang", "") is None


@pytest.mark.parametrize("label", ["Magnésium", "Potassium"])
def test_what_is_measured_in_cells_is_not_of_serum(label: str) -> None:
    assert code(label, "mmol/l", "Sang") is not None
    assert code(label, "mmol/l", "Sang : dosages intra-érythrocytaires") is None


def implied(label: str, unit: str, high: str, text: str = "UREE 0,40 g/l", chapter: str = "BIOCHIMIE") -> str | None:
    found = coded(label, (), Measure("5", unit, None, "", high), Context(chapter, text))
    return found.code.code if found else None


@pytest.mark.parametrize(
    ("label", "unit", "high", "expected"),
    [
        ("Urée", "mmol/l", "7.01", "22664-7"),
        ("Urée", "g/l", "0.42", "3091-6"),
        ("Créatinine", "mg/l", "11,0", "2160-0"),
        ("Créatinine", "µmol/l", "97.4", "14682-9"),
        ("Sodium", "mEq/l", "146", "2951-2"),
        ("Potassium", "mmol/l", "4.8", "2823-3"),
        ("Glucose", "g/l", "1.06", "2345-7"),
        ("Acide urique", "mg/l", "60", "3084-1"),
        ("Calcium", "mmol/l", "2.60", "2000-8"),
    ],
)
def test_biochimie_is_blood_where_the_upper_normal_is_one_of_blood(
    label: str, unit: str, high: str, expected: str
) -> None:
    assert implied(label, unit, high) == expected


@pytest.mark.parametrize(
    ("label", "unit", "high"),
    [
        ("Urée", "mmol/l", ""),
        ("Urée", "mmol/l", "<7"),
        ("Urée", "mmol/l", "580"),  # of urine
        ("Créatinine", "µmol/l", "18000"),
        ("Sodium", "mmol/l", "220"),
        ("Potassium", "mmol/l", "125"),
        ("Glucose", "g/l", "0.15"),
        ("Glucose", "g/l", "0.75"),  # of cerebrospinal fluid
        ("Acide urique", "mg/l", "750"),
        ("Amylase", "UI/l", "100"),  # urine has normals like those of blood
    ],
)
def test_biochimie_alone_is_not_blood_without_the_normals_of_blood(label: str, unit: str, high: str) -> None:
    assert implied(label, unit, high) is None


def test_biochimie_alone_is_not_blood_in_a_report_that_speaks_of_another_fluid() -> None:
    assert implied("Urée", "mmol/l", "7.01", "Urée 5\nDiurèse des urines de 24 h") is None
    assert implied("Urée", "mmol/l", "7.01", "Liquide de dialyse") is None
    assert implied("Urée", "mmol/l", "7.01", chapter="HEMOSTASE") is None


def test_the_rows_of_blood_and_the_normals_of_other_fluids_have_nothing_in_common() -> None:
    spans = {(one.code.code, one.written): one.highest for one in entries() if one.highest}
    foreign = {("22664-7", "mmol/L"): "160", ("2160-0", "mg/L"): "250", ("2951-2", "mmol/L"): "200"}
    for row, highest in foreign.items():
        assert not spans[row][0] <= Decimal(highest) <= spans[row][1]
