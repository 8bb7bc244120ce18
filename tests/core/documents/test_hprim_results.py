"""The LAB section of HPRIM files: every field of a RES line is read, or kept as text and said."""

import pytest

from passerelle.core.message import Kind, Measure, Status
from tests.core.documents.hprim_files import codes, file, lab, one


def test_all_fourteen_fields_are_read() -> None:
    found, document = lab("RES|Glycémie à jeun|G|N|1.34|g/l|0.75|1.15|H|F|7.45|mmol/l|4.17|6.39")
    result = document.results[0]
    assert found.losses == ()
    assert document.kind.code == "11502-2"
    assert (result.label, result.codes[0].code, result.codes[0].system) == ("Glycémie à jeun", "G", "")
    assert (result.kind, result.flag, result.status) == (Kind.NUMERIC, "H", Status.FINAL)
    assert result.measure == Measure("1.34", "g/l", None, "0.75", "1.15")
    assert result.second == Measure("7.45", "mmol/l", None, "4.17", "6.39")
    assert result.remarks == ()


@pytest.mark.parametrize(
    "line", ["RES|Fer|FE|N|12", "RES|Fer|FE|N|12|", "RES|Fer|FE|N|12||||||||||", "  RES|Fer|FE|N|12"]
)
def test_a_short_or_padded_line_is_a_result(line: str) -> None:
    assert lab(line)[1].results[0].measure.value == "12"


@pytest.mark.parametrize(
    ("declared", "value", "kind", "read"),
    [
        ("N", "12.9", Kind.NUMERIC, "12.9"),
        ("N", "-8", Kind.NUMERIC, "-8"),
        ("N", "12,9", Kind.NUMERIC, "12.9"),
        ("N", "0,123", Kind.NUMERIC, "0.123"),
        ("N", "4,500", Kind.TEXT, "4,500"),  # thousands, or decimals?
        ("N", "4 450 000", Kind.NUMERIC, "4450000"),
        ("N", "*12.9*", Kind.NUMERIC, "12.9"),
        ("N", "85*", Kind.NUMERIC, "85"),
        ("N", "<0.10", Kind.TEXT, "<0.10"),
        ("N", "> 1,5", Kind.TEXT, ">1.5"),
        ("N", "Diabète", Kind.TEXT, "Diabète"),
        ("N", "1e3", Kind.TEXT, "1e3"),
        ("N", "", Kind.TEXT, ""),
        ("A", "1.34", Kind.TEXT, "1.34"),
        ("T", "négatif", Kind.TEXT, "négatif"),
        ("C", "POS", Kind.CODED, "POS"),
        ("", "3", Kind.TEXT, "3"),
    ],
)
def test_a_value_is_numeric_only_where_it_is_a_clean_number(declared: str, value: str, kind: Kind, read: str) -> None:
    result = lab(f"RES|Dosage|D|{declared}|{value}|g/l")[1].results[0]
    assert (result.kind, result.measure.value) == (kind, read)
    assert bool(result.remarks) is ("*" in value)


@pytest.mark.parametrize(
    ("low", "high", "limits"),
    [
        ("0.75", "1.15", ("0.75", "1.15")),
        ("", "1,50", ("", "1.50")),
        ("2.20-2.60", "", ("2.20", "2.60")),
        ("-2 - 2", "", ("-2", "2")),
        ("-4--2", "", ("-4", "-2")),
        ("2,2 à 2,6", "", ("2.2", "2.6")),
        ("2.60-2.20", "", None),
        ("jusqu'à 5", "", None),
        ("<5", "", None),
        ("2.2-2.6", "3", None),
    ],
)
def test_limits_are_read_where_unmistakable_and_kept_as_a_remark_otherwise(
    low: str, high: str, limits: tuple[str, str] | None
) -> None:
    result = lab(f"RES|Dosage|D|N|2.4|mmol/l|{low}|{high}")[1].results[0]
    assert (result.measure.low, result.measure.high) == (limits or ("", ""))
    assert bool(result.remarks) is (limits is None)
    assert all(low in remark for remark in result.remarks)


def test_a_line_labelled_soit_is_the_second_unit_of_the_one_above() -> None:
    results = lab(
        "RES|soit|S|N|9|g/l", "RES|Créatinine|CR|N|9.6|mg/l|6|11", "RES| Soit :|CR|N|85.0|umol/l|53|97", "RES|soit||N|1"
    )[1].results
    assert [result.label for result in results] == ["soit", "Créatinine", "soit"]
    assert results[1].second == Measure("85.0", "umol/l", None, "53", "97")


def test_the_flag_and_the_code_of_a_second_unit_are_the_results() -> None:
    (result,) = lab("RES|Glycémie|G|N|1.34|g/l|0.7|1.1||F", "RES|soit|GM|N|7.45|mmol/l|4|6|H|F")[1].results
    assert (result.flag, [code.code for code in result.codes]) == ("H", ["G", "GM"])


@pytest.mark.parametrize("second", ["H|F", "N|R"])
def test_a_second_unit_with_another_flag_or_status_stays_apart(second: str) -> None:
    results = lab("RES|Glycémie|G|N|1.34|g/l|||N|F", f"RES|soit|G|N|7.45|mmol/l|||{second}")[1].results
    assert [result.second for result in results] == [None, None]


def test_digits_of_other_scripts_are_text() -> None:
    assert lab("RES|A||N|١٢|g/l")[1].results[0].kind is Kind.TEXT


def test_a_line_with_a_separator_too_many_is_text_and_said() -> None:
    found, document = lab("RES|A|B|N|1|g/l|0|2|N|F|||||reste")
    assert document.results == ()
    assert document.text == ("Analyses", "RES|A|B|N|1|g/l|0|2|N|F|||||reste")
    assert codes(found) == ["hprim.result-fields"]


def test_a_line_with_no_label_and_no_value_is_no_result_and_said() -> None:
    found, document = lab("RES||IGET 005|A", "RES|A||N|1")
    assert len(document.results) == 1
    assert codes(found) == ["hprim.result-empty"]


@pytest.mark.parametrize(
    ("letter", "status"),
    [
        ("F", Status.FINAL),
        ("", Status.FINAL),
        ("R", Status.UNVALIDATED),
        ("C", Status.CORRECTED),
        ("P", Status.UNVALIDATED),
    ],
)
def test_an_unknown_status_is_not_taken_for_validated(letter: str, status: Status) -> None:
    assert lab(f"RES|A||N|1|g|||N|{letter}")[1].results[0].status is status


def test_an_unknown_flag_becomes_a_remark() -> None:
    result = lab("RES|A||N|1|g|||X|F")[1].results[0]
    assert (result.flag, result.remarks) == ("", ("Anormalité : X",))


def test_tex_lines_that_repeat_the_text_are_not_said_twice_and_others_are_kept() -> None:
    document = lab("TEX", "TEX|  Analyses", "TEX|Contrôle conseillé", "TEXTILE", body=("Analyses",))[1]
    assert document.text == ("Analyses", "Contrôle conseillé", "TEXTILE")


def test_a_tex_line_is_not_left_out_because_the_text_says_the_same_of_something_else() -> None:
    document = lab("TEX|CMV", "TEX|négatif", body=("Toxoplasmose", "négatif"))[1]
    assert document.text == ("Toxoplasmose", "négatif", "CMV", "négatif")


def test_a_tex_section_that_lacks_lines_of_the_text_adds_nothing() -> None:
    document = lab("TEX|CMV", "TEX|négatif", body=("Madame,", "CMV", "  négatif", "Cordialement"))[1]
    assert document.text == ("Madame,", "CMV", "  négatif", "Cordialement")


def test_tex_lines_between_those_of_the_text_stay_between_them() -> None:
    document = lab("TEX|CMV", "TEX|négatif", "TEX|VHB", "TEX|négatif", body=("CMV", "  négatif", "VHB", "  négatif"))[1]
    assert document.text == ("CMV", "  négatif", "VHB", "  négatif")
    document = lab("TEX|CMV", "TEX|(méthode)", "TEX|négatif", body=("CMV", "  négatif"))[1]
    assert document.text == ("CMV", "(méthode)", "  négatif")


def test_tex_lines_are_the_text_where_there_is_no_other() -> None:
    assert lab("TEX|un", "TEX", "TEX|deux", body=())[1].text == ("un", "", "deux")


def test_a_lab_section_without_results_is_a_letter() -> None:
    assert lab("TEX|un")[1].kind.code == "11488-4"


def test_a_marker_may_have_a_space_before_it() -> None:
    assert len(one(file("x", " ****LAB****", "RES|A||N|1"))[1].results) == 1
