"""The LAB section, written: fourteen fields, beside the line of text that shows them."""

from dataclasses import replace

import pytest

from passerelle.core.message import (
    Code,
    Identifier,
    Kind,
    Measure,
    Result,
    Status,
)
from tests.core.documents.hprim_letters import GLUCOSE, LETTER, LOINC, lines, res, written


def test_a_result_has_fourteen_fields_always() -> None:
    assert res(GLUCOSE) == "RES|Glycémie à jeun|G|N|1.34|g/l|0.75|1.15|H|F|7.45|mmol/l|4.17|6.39"
    assert res(Result("Fer", Kind.NUMERIC, Measure("12"))) == "RES|Fer||N|12|||||F||||"


@pytest.mark.parametrize(
    ("kind", "value", "written_as"),
    [
        (Kind.NUMERIC, "1.34", "N|1.34"),
        (Kind.NUMERIC, "<0.10", "A|<0.10"),  # N with < breaks strict readers
        (Kind.NUMERIC, ">5", "A|>5"),
        (Kind.NUMERIC, "", "A|"),
        (Kind.TEXT, "négatif", "A|négatif"),
        (Kind.TEXT, "a|b", "A|a/b"),
        (Kind.CODED, "POS", "C|POS"),
    ],
)
def test_the_type_of_a_value_is_what_strict_readers_bear(kind: Kind, value: str, written_as: str) -> None:
    assert f"|{written_as}|" in res(Result("Dosage", kind, Measure(value)))


@pytest.mark.parametrize(
    ("status", "letter"), [(Status.FINAL, "F"), (Status.UNVALIDATED, "R"), (Status.CORRECTED, "C")]
)
def test_the_status_is_a_letter(status: Status, letter: str) -> None:
    assert res(replace(GLUCOSE, status=status)).split("|")[9] == letter


def test_the_results_of_a_replacement_are_corrected() -> None:
    assert res(GLUCOSE, replace(LETTER, replaces=Identifier("1.2.3", "4"))).split("|")[9] == "C"


@pytest.mark.parametrize(("label", "losses"), [("a" * 200, []), ("a" * 201, ["hprim.cut"])])
def test_a_field_holds_200_characters_and_the_cut_is_told(label: str, losses: list[str]) -> None:
    content, told = written(replace(LETTER, results=(replace(GLUCOSE, label=label),)))
    assert f"RES|{'a' * 200}|G|" in content
    assert told == losses


@pytest.mark.parametrize(("flag", "letter"), [("HH", "HH"), ("R", ""), ("", "")])
def test_only_the_five_flags_of_hprim_are_written(flag: str, letter: str) -> None:
    assert res(replace(GLUCOSE, flag=flag)).split("|")[8] == letter


def test_field_3_is_the_laboratorys_code_or_else_loinc() -> None:
    loinc, local = Code("14749-6", LOINC), Code("GLY", "1.2.3")
    assert res(replace(GLUCOSE, codes=(loinc, local))).split("|")[2] == "GLY"
    assert res(replace(GLUCOSE, codes=(loinc,))).split("|")[2] == "14749-6"
    assert written(replace(LETTER, results=(replace(GLUCOSE, codes=(loinc, local)),)))[1] == ["result.codes"]


def test_ucum_stands_in_where_no_french_unit_is_known() -> None:
    assert res(Result("Fer", Kind.NUMERIC, Measure("12", "", "umol/L"))).split("|")[5] == "umol/L"


def test_an_annotation_of_ucum_is_no_unit() -> None:
    assert res(Result("INR", Kind.NUMERIC, Measure("2.5", "{INR}", "{INR}"))).split("|")[5] == ""
    assert res(Result("Rapport", Kind.NUMERIC, Measure("2.5", "", "{ratio}"))).split("|")[5] == ""


def test_a_label_is_found_without_its_unit_where_a_table_has_cut_it() -> None:
    result = Result("Hémoglobine (g/dL)", Kind.NUMERIC, Measure("13.4"))
    body = lines(replace(LETTER, title="", text=("Hémogramme", "Hémoglobine | 13.4", "(g/dL)"), results=(result,)))
    assert body[-4].startswith("TEX|(g/dL)")
    assert body[-5].startswith("RES|Hémoglobine")


def test_each_result_follows_the_line_that_shows_it_in_its_order() -> None:
    text = ("Leucocytes et kaliémie", "Sodium 140", "K : 4.1 mmol/l", "Fin")
    sodium, potassium = Result("Sodium", Kind.NUMERIC, Measure("140")), Result("K", Kind.NUMERIC, Measure("4.1"))
    unseen = Result("Ferritine", Kind.NUMERIC, Measure("80"), remarks=("Contrôle conseillé", "Sodium 140"))
    body = lines(replace(LETTER, title="", text=text, results=(sodium, potassium, unseen)))
    assert [line.split("|")[1] for line in body[body.index("****LAB****") + 1 : -3]] == [
        *("Leucocytes et kaliémie", "Sodium 140", "Sodium", "K : 4.1 mmol/l", "K", "Ferritine"),
        *("Contrôle conseillé", "Fin"),
    ]


def test_results_without_a_text_are_told_in_one() -> None:
    body = lines(replace(LETTER, title="", text=(), results=(replace(GLUCOSE, chapter="BIOCHIMIE"),)))
    assert body[13:17] == [
        "",
        "BIOCHIMIE",
        "Glycémie à jeun : 1.34 g/l (0.75 - 1.15) soit 7.45 mmol/l (4.17 - 6.39) H",
        "****LAB****",
    ]


def test_codes_of_loinc_without_room_beside_the_laboratorys_own_end_the_text() -> None:
    own, one, other = Code("GLY", "1.2.3"), Code("53049-3", LOINC), Code("40193-5", LOINC)
    both = replace(GLUCOSE, codes=(own, one, other))
    body = lines(replace(LETTER, results=(both, replace(GLUCOSE, codes=(one, other)), replace(GLUCOSE, codes=(own,)))))
    start = body.index("Codes LOINC des analyses :")
    assert body[start - 1 : start + 4] == [
        *("", "Codes LOINC des analyses :", "  Glycémie à jeun : 53049-3, 40193-5", "  Glycémie à jeun : 40193-5"),
        "****LAB****",
    ]
    assert "Codes LOINC des analyses :" not in lines(replace(LETTER, results=(replace(GLUCOSE, codes=(one,)),)))
