"""The codes that a laboratory agreed on go before the code table."""

from dataclasses import replace

import pytest

from passerelle.core.documents.code_table import Context, coded, unfit, valid
from passerelle.core.message import Code, LocalCode, Measure

OWN = (Code("NUM(1.1)", ""),)


def agreed(measure: Measure, *codes: LocalCode, label: str = "Analyse maison") -> str | None:
    found = coded(label, OWN, measure, Context(codes=codes))
    return found.code.code if found else None


def test_the_code_of_the_agreement_wins_over_the_table() -> None:
    own = LocalCode("NUM(1.1)", "2951-2", "G/L")
    assert agreed(Measure("5", "mmol/L"), replace(own, ucum="mmol/L")) == "2951-2"
    tsh = LocalCode("NUM(1.1)", "11580-8", "m[IU]/L")
    assert agreed(Measure("5", "mUI/L"), tsh, label="TSH") == "11580-8"


def test_the_code_of_the_agreement_is_given_in_its_unit_alone() -> None:
    own = LocalCode("NUM(1.1)", "2951-2", "mmol/L")
    assert agreed(Measure("5", "mg/L"), own) is None
    assert agreed(Measure("5", ""), own) is None
    assert agreed(Measure("positif", "mmol/L"), own) is None
    assert agreed(Measure("5", "mmol/L"), replace(own, local="AUTRE")) is None


def test_the_code_of_the_agreement_needs_a_unit_that_the_table_has_for_it() -> None:
    assert agreed(Measure("5", "mg/L"), LocalCode("NUM(1.1)", "789-8", "mg/L")) is None
    assert agreed(Measure("5", "T/L"), LocalCode("NUM(1.1)", "789-8", "10*12/L")) == "789-8"


def test_the_agreement_says_blood_where_no_chapter_does_and_the_count_is_converted() -> None:
    own = LocalCode("NUM(1.1)", "789-8", "/uL")
    found = coded("Hématies", OWN, Measure("4450000", "/mm3"), Context(codes=(own,)))
    assert found is not None
    assert (found.code.code, found.measure.value, found.measure.ucum) == ("789-8", "4.45", "10*12/L")


def test_two_codes_of_the_agreement_for_one_result_are_none() -> None:
    own = LocalCode("NUM(1.1)", "2951-2", "mmol/L")
    assert agreed(Measure("5", "mmol/L"), own, replace(own, loinc="2823-3")) is None


@pytest.mark.parametrize("loinc", ["789-8", "6690-2", "30405-5", "51480-2", "20-8", "2951-2", "13457-7"])
def test_the_check_digit_of_a_code_of_loinc_fits(loinc: str) -> None:
    assert valid(loinc)
    assert not valid(f"{loinc[:-1]}{(int(loinc[-1]) + 1) % 10}")


@pytest.mark.parametrize("text", ["", "789", "-8", "789-88", "12345678-2", "789 -8", "٧٨٩-8"])
def test_what_is_no_code_of_loinc_is_not_valid(text: str) -> None:
    assert not valid(text)


def test_a_code_that_the_table_does_not_know_is_unfit_in_no_unit() -> None:
    assert not unfit("2951-2", "mmol/L")
    assert unfit("789-8", "g/L")
    assert not unfit("789-8", "/uL")


def test_a_code_of_loinc_in_the_place_of_the_laboratorys_own_is_taken_in_the_unit_that_the_table_has_for_it() -> None:
    def stated(unit: str, *symbols: str) -> str | None:
        found = coded("Analyse", tuple(Code(one, "") for one in symbols), Measure("5", unit), Context())
        return found.code.code if found else None

    assert stated("mmol/L", "2951-2") == "2951-2"
    assert stated("g/L", "2951-2") is None
    assert stated("/mm3", "6690-2") is None  # said by the litre
    assert stated("mmol/L", "2951-2", "2823-3") is None
    assert stated("mmol/L", "20-8") is None
