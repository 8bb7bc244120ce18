from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.documents import biology


@pytest.mark.parametrize(
    ("unit", "label", "expected"),
    [
        ("g/l", "Glycémie à jeun", "g/L"),
        ("G/L", "GLYCEMIE", "g/L"),
        ("G/L", "Leucocytes", "10*9/L"),
        ("g/l", "Plaquettes", "10*9/L"),
        ("Giga/l", "Plaquettes", "10*9/L"),
        ("10^9/L", "Polynucléaires neutrophiles", "10*9/L"),
        ("T/L", "Hématies", "10*12/L"),
        ("Téra/L", "Hématies", "10*12/L"),
        ("UI/l", "ALAT", "[IU]/L"),
        ("mUI/L", "TSH", "m[IU]/L"),
        ("µmol/L", "Créatinine", "umol/L"),
        ("μmol/l", "Créatinine", "umol/L"),
        ("umol/l", "Créatinine", "umol/L"),
        ("ug/l", "Ferritine", "ug/L"),
        ("mEq/l", "Potassium", "meq/L"),
        ("/mm3", "Hématies", "/uL"),
        ("ml/mn", "Clairance", "mL/min"),
        ("g/24 h", "Protéinurie", "g/(24.h)"),
        ("mm", "VS 1ère heure", "mm/h"),
        ("mm", "VS 2ème heure", "mm"),
        ("mm", "Vitesse de sédimentation (deuxième heure)", "mm"),
        ("mm", "Diamètre", "mm"),
        ("mmHg", "PaO2", "mm[Hg]"),
        ("sec.", "TCA", "s"),
        ("mmol/24h", "Natriurie", "mmol/(24.h)"),
        ("fl", "VGM", "fL"),
        ("µ3", "VGM", "fL"),
    ],
)
def test_a_french_unit_becomes_ucum(unit: str, label: str, expected: str) -> None:
    assert biology.ucum(unit, label) == expected


@pytest.mark.parametrize(
    ("unit", "label"), [("g/l", "Dosage rare"), ("G/L", ""), ("zorg", "Glycémie"), ("", "INR"), ("mm", ""), ("h", "")]
)
def test_a_unit_that_is_in_doubt_stays_unknown(unit: str, label: str) -> None:
    assert biology.ucum(unit, label) is None


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("10*9/L", "G/L"), ("10*12/L", "T/L"), ("[IU]/L", "UI/L"), ("m[IU]/L", "mUI/L"), ("umol/L", "µmol/L")],
)
def test_ucum_is_shown_in_french_usage(unit: str, expected: str) -> None:
    assert biology.usage(unit) == expected


def test_what_has_no_french_usage_is_shown_as_it_is_and_annotations_are_no_unit() -> None:
    assert biology.usage("mmol/L") == "mmol/L"
    assert biology.usage("{ratio}") == ""


@pytest.mark.parametrize("unit", sorted({*biology._UNITS.values()} - {"g/dL", "10*9/L", "g/L"}))
def test_a_unit_that_is_shown_in_french_is_read_back_as_itself(unit: str) -> None:
    label = "Vitesse de sédimentation"
    assert biology.ucum(biology.usage(unit), label) == unit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.34", "1.34"),
        ("12,9", "12.9"),
        ("*12.9*", "12.9"),
        ("85*", "85"),
        ("<0.10", "<0.10"),
        ("≥ 5", ">=5"),
        ("+3", "3"),
        ("-2", "-2"),
        (".5", "0.5"),
        ("1.0E", None),
        ("1e5", None),
        ("1 234", None),
        ("4,500", None),
        ("<-4,500", None),
        ("12,34", "12.34"),
        ("0,500", "0.500"),
        ("١", None),
        ("Diabète", None),
        ("", None),
        ("1.2.3", None),
        ("≤ 5", "<=5"),
        ("≥5,0", ">=5.0"),
    ],
)
def test_a_number_is_read_with_its_digits_or_not_at_all(text: str, expected: str | None) -> None:
    found = biology.quantity(text)
    assert (str(found) if found else None) == expected


def test_a_number_longer_than_any_measure_is_no_number() -> None:
    assert biology.quantity("1" * biology._LONGEST_NUMBER) is not None
    assert biology.quantity("1" * (biology._LONGEST_NUMBER + 1)) is None


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9),
    st.sampled_from(["", "<", ">", "<=", ">="]),
)
def test_what_is_written_is_read_back_exactly(number: Decimal, limit: str) -> None:
    said = biology.Quantity(number, limit)
    assert biology.quantity(str(said)) == said


def test_only_flags_that_both_networks_have_are_flags() -> None:
    assert [biology.flag(code) for code in ("N", "L", "H", "LL", "HH", "S", "", "h")] == [
        "N", "L", "H", "LL", "HH", "", "", "",
    ]  # fmt: skip
