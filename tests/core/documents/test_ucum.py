"""A unit that is UCUM already comes back as itself; what a French laboratory means otherwise never does."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from passerelle.core.documents import biology, ucum
from passerelle.core.message import Kind, Measure, Result
from tests.core.documents.hprim_letters import res

UNITS = [
    *(
        "s",
        "min",
        "h",
        "d",
        "g",
        "kg",
        "mg",
        "cm",
        "mm",
        "mL",
        "L",
        "%",
        "[pH]",
        "Cel",
        "mm[Hg]",
        "cm[Hg]",
        "kPa",
        "[IU]",
    ),
    *("[IU]/L", "m[IU]/L", "k[IU]/mL", "U/mL", "kU/L", "ng/dL", "mg/g", "mg/mmol", "umol/mmol", "mmol/mol", "mosm/kg"),
    *("nkat/L", "10*3/uL", "10*6/L", "/uL", "/L", "/[HPF]", "[CFU]/mL", "[copies]/mL", "kg/m2", "mL/kg/h"),
    *("mmol/(24.h)", "mg/(24.h)", "umol/(24.h)", "mL/(24.h)", "ug/(12.h)", "eq/L", "mol/kg", "/10*3", "[ppm]"),
]


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_of_a_cda_comes_back_from_what_the_reader_is_shown(unit: str) -> None:
    assert biology.ucum(unit, "Dosage") == unit
    assert biology.ucum(biology.usage(unit), "Dosage") == unit


@pytest.mark.parametrize(("label", "unit"), [("Leucocytes", "G/L"), ("Cellules CD34+", "Giga/L")])
def test_giga_is_spelt_out_where_the_label_leaves_room_for_grams(label: str, unit: str) -> None:
    assert biology.ucum(unit, label) == "10*9/L"
    measure = Measure("5", biology.usage("10*9/L"), "10*9/L")
    assert res(Result(label, Kind.NUMERIC, measure, measure)).split("|")[5::6] == [unit, unit]


@pytest.mark.parametrize("unit", ["[iU]/L", "m[iU]/mL", "[iU]"])
def test_both_spellings_of_the_international_unit_are_one(unit: str) -> None:
    assert biology.usage(unit) == biology.usage(unit.replace("i", "I"))
    assert biology.ucum(unit, "Dosage") == unit


@pytest.mark.parametrize("unit", ["U/g{Hb}", "{INR}", "mL/min/{1.73_m2}", "{copies}/mL"])
def test_an_annotation_belongs_to_a_unit(unit: str) -> None:
    assert ucum.spelt(unit) == unit


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "G/L",
            "g/L",
            "G",
            "T",
            "M/L",
            "S",
            "MG",
            "KG",
            "Mol",
            "l",
            "dl",
            "A",
            "a",
            "u",
            "n",
            "N",
            "H",
            "X",
            "F",
            "C",
            "pH",
        ),
        *(
            "mm3",
            "cm3",
            "m2",
            "10*9",
            "10*12",
            "10^9",
            "copies",
            "positif",
            "Log",
            "",
            " ",
            "/",
            "//",
            "g//L",
            "(24.h)",
        ),
        *(
            "mL/min/1.73m2",
            "g%",
            "%%",
            "mg / g",
            "{}",
            "{é}",
            "[x]",
            "/100{GB}",
            "s" * 41,
            "1/1/1/1/1",
            "٣.h",
            "mmol/24.h/",
        ),
    ],
)
def test_what_is_no_unit_of_ucum_or_may_mean_another_is_none(unit: str) -> None:
    assert biology.ucum(unit, "Dosage") is None


def test_the_longest_unit_has_forty_characters() -> None:
    assert ucum.spelt("{" + "a" * 30 + "}/mL") is not None
    assert ucum.spelt("mmol/mmol{" + "a" * 29 + "}") is not None
    assert ucum.spelt("mmol/mmol{" + "a" * 30 + "}") is None


@given(st.text("gLmolsUdcunpf%/.*{}[]IH0123456789h()", max_size=60))
@example("1" * 60)
def test_whatever_is_read_as_a_unit_is_itself(text: str) -> None:
    assert ucum.spelt(text) in (None, text.strip())
