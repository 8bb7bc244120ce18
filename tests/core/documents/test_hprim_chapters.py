"""The chapters of an HPRIM laboratory report: filled where the text is beyond doubt, empty everywhere else."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.documents import code_table, hprim
from passerelle.core.message import Result

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
HEADER = (
    *("A42", "TESTU", "Zoé", "", "", "59000 LILLE", "28/03/1979", "", "", "20/11/2026"),
    *(".          Labo", ".          Dr", ""),
)
LEUCOCYTES = "LEUCOCYTES                2.920 /mm3      4.000 à 10.000"
GB = "RES|LEUCOCYTES|gb|N|2920|/mm3|4000|10000|L|F"


def report(*lab: str, text: tuple[str, ...] = ("Analyses",)) -> tuple[Result, ...]:
    content = "\n".join([*HEADER, *text, "****LAB****", *lab, "****FIN****"])
    return hprim.read(content.encode(), NOW).documents[0].results


def chapter(*titles: str, shown: str = LEUCOCYTES, line: str = GB) -> str:
    """Return the chapter of one result under lines of text."""
    return report(*(f"TEX|{title}" for title in titles), f"TEX|{shown}", line)[0].chapter


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("HEMATOLOGIE", "HEMATOLOGIE"),
        ("Hématologie", "Hématologie"),
        ("                 H E M A T O L O G I E", "HEMATOLOGIE"),
        ("    *** HEMATOLOGIE ***", "HEMATOLOGIE"),
        ("------- HÉMATOLOGIE -------", "HÉMATOLOGIE"),
        ("HEMATOLOGIE (suite)", "HEMATOLOGIE (suite)"),
        ("HEMATOLOGIE : Sang total EDTA", "HEMATOLOGIE : Sang total EDTA"),
        ("HEMATOLOGIE            Résultats    Valeurs de référence", "HEMATOLOGIE"),
        ("HEMATOLOGIE            Unités   Antériorité   12/03/2024", "HEMATOLOGIE"),
        ("M A R Q U E U R S  -  V I T A M I N E S", "MARQUEURS - VITAMINES"),
        ("NUMERATION FORMULE SANGUINE", "NUMERATION FORMULE SANGUINE"),
        ("Examen cytobactériologique des urines", "Examen cytobactériologique des urines"),
        ("LIQUIDE CEPHALO-RACHIDIEN", "LIQUIDE CEPHALO-RACHIDIEN"),
        ("Biochimie urinaire", "Biochimie urinaire"),
        ("HEMATOLOGIE         Sysmex XN-1000", ""),  # not the head of a column
        ("HEMATOLOGIE 12", ""),
        ("Hématologie : vous trouverez nos remarques à la fin", ""),
        ("H" * 61, ""),
        ("EXAMENS", ""),
        ("Cher confrère,", ""),
        ("", ""),
    ],
)
def test_a_title_is_a_line_of_known_words(title: str, read: str) -> None:
    assert chapter(title) == read


@pytest.mark.parametrize(
    "between",
    [
        "LIQUIDE D'ASCITE",
        "GENOU DROIT",  # capitals that are not known
        "URINES",
        "Prélèvement : liquide pleural",
        "Recueil sur poche à urines",
        "Bactériologie voir plus bas",  # a discipline, and not a title
        "BILAN RENAL SUR POCHE",
    ],
)
def test_a_line_that_may_begin_another_chapter_ends_hematology(between: str) -> None:
    assert chapter("HEMATOLOGIE", between) in {"", between}


@pytest.mark.parametrize(
    "between",
    [
        "HEMOGRAMME",
        "Hémogramme",
        "Formule contrôlée sur lame.",
        "",
        "-------------------",
        "K : 4,1",
        "ABC",  # too short to be a title
        "Plaquettes               224 G/L",
        "Le 12/03/2024 : 3.100 /mm3",
    ],
)
def test_a_line_that_begins_no_chapter_leaves_hematology_open(between: str) -> None:
    assert chapter("HEMATOLOGIE", between) == "HEMATOLOGIE"


@pytest.mark.parametrize(
    ("titles", "read"),
    [
        (("HEMOGRAMME",), "HEMOGRAMME"),  # a section without a chapter is one
        (("BIOCHIMIE", "IONOGRAMME SANGUIN"), "IONOGRAMME SANGUIN"),
        (("BIOCHIMIE", "IONOGRAMME URINAIRE", "BILAN LIPIDIQUE"), ""),  # of urine still, or of blood again
        (("URINES", "BIOCHIMIE"), "BIOCHIMIE"),
        (("LCR", "HEMATOLOGIE"), ""),  # of the fluid still
        (("LCR", "HEMATOLOGIE SANG"), "HEMATOLOGIE SANG"),
        (("URINES", "Hémogramme sur automate"), ""),
        (("URINES", "Contrôle sanguin"), ""),
        (("HEMATOLOGIE", "BIOCHIMIE"), "BIOCHIMIE"),
    ],
)
def test_a_section_stands_under_its_chapter(titles: tuple[str, ...], read: str) -> None:
    assert chapter(*titles) == read


def test_a_line_that_begins_as_a_result_is_no_title_and_one_that_is_both_leaves_doubt() -> None:
    shown = "PROTEINES                 72 g/l"
    assert chapter("HEMATOLOGIE", "PROTEINES", shown=shown, line="RES|PROTEINES|P|N|72|g/l") == ""
    assert chapter("BIOCHIMIE", "PROTEINES TOTALES", shown=shown, line="RES|PROTEINES|P|N|72|g/l") == "BIOCHIMIE"


BULK = (
    *("TEX|HEMATOLOGIE", "TEX|LEUCOCYTES   5 G/L", "TEX|HEMATIES   4,50 T/L", "TEX|URINES", "TEX|LEUCOCYTES   12 /ml"),
    "TEX|HEMATIES   5 /ml",
)


def test_results_after_the_whole_text_have_the_chapters_of_the_lines_that_show_them() -> None:
    found = report(
        *BULK,
        "RES|LEUCOCYTES|A|N|5|G/L",
        "RES|HEMATIES|B|N|4.50|T/L",
        "RES|LEUCOCYTES|C|N|12|/ml",
        "RES|HEMATIES|D|N|5",
    )
    assert [result.chapter for result in found] == ["HEMATOLOGIE", "HEMATOLOGIE", "URINES", "URINES"]


def test_a_result_that_two_chapters_show_has_none() -> None:
    text = ("TEX|HEMATOLOGIE", "TEX|LEUCOCYTES   5", "TEX|URINES", "TEX|LEUCOCYTES   5")
    assert report(*text, GB.replace("2920", "5"))[0].chapter == ""


def test_a_result_that_no_line_shows_has_no_chapter() -> None:
    assert report(*BULK, "RES|PLAQUETTES|P|N|224")[0].chapter == ""
    assert report(*BULK, "RES|LEUCOCYTES|P|N|99")[0].chapter == ""
    assert report(*BULK, "RES||P|N|77")[0].chapter == ""
    assert report(*BULK, "RES|--|P|N|2920")[0].chapter == ""


def test_a_lab_section_of_results_alone_takes_the_chapters_from_the_text_before_it() -> None:
    text = tuple(line.removeprefix("TEX|") for line in BULK)
    found = report("RES|LEUCOCYTES|A|N|5|G/L", "TEX", "RES|LEUCOCYTES|C|N|12|/ml", text=text)
    assert [result.chapter for result in found] == ["HEMATOLOGIE", "URINES"]


def test_a_value_under_its_label_shows_the_result_and_one_far_below_does_not() -> None:
    line = "RES|PLAQUETTES|P|N|224|G/L"
    assert report("TEX|HEMATOLOGIE", "TEX|PLAQUETTES", "TEX|", "TEX|   224 G/L", line)[0].chapter == "HEMATOLOGIE"
    far = ("TEX|HEMATOLOGIE", "TEX|PLAQUETTES", *["TEX|a b c"] * 6, "TEX|   224 G/L", line)
    assert report(*far)[0].chapter == ""


def test_a_number_right_above_its_result_needs_no_label() -> None:
    named = "RES|Gamma-glutamyltransférase|GGT|N|38|UI/l"
    assert report("TEX|BIOCHIMIE", "TEX|Gamma GT      38 UI/l", named)[0].chapter == "BIOCHIMIE"
    assert report("TEX|BIOCHIMIE", "TEX|Gamma GT      38 UI/l", *["TEX|."] * 6, named)[0].chapter == ""
    assert report("TEX|BIOCHIMIE", "TEX|Nitrites     absents", "RES|NIT|N|A|absents")[0].chapter == ""
    after_another = report("TEX|BIOCHIMIE", "TEX|LEUCOCYTES   2920", "TEX|URINES", GB, named.replace("38", "2920"))
    assert [result.chapter for result in after_another] == ["BIOCHIMIE", ""]


@pytest.mark.parametrize(
    ("value", "shown", "found"),
    [
        ("2920", "2.920", True),
        ("4450000", "4 450 000", True),
        ("13.3", "13,3", True),
        ("13.3", "113,3", False),
        ("<0.10", "< 0,10", True),
        ("négatif", "Négatif", True),
        ("négatif", "positif", False),
        ("+++", "+++", True),
        ("", "à venir", True),
    ],
)
def test_a_value_is_seen_as_the_text_writes_it(value: str, shown: str, found: bool) -> None:  # noqa: FBT001 - a table
    read = chapter("HEMATOLOGIE", *["abc"] * 7, shown=f"Dosage     {shown}", line=f"RES|Dosage|D|A|{value}")
    assert bool(read) is found


def test_the_second_unit_of_a_result_does_not_move_it() -> None:
    lines = ("TEX|BIOCHIMIE", "TEX|UREE    0,24 g/l", "RES|UREE|U|N|0.24|g/l", "TEX|URINES", "TEX|soit   4 mmol/l")
    (result,) = report(*lines, "RES|soit||N|4|mmol/l")
    assert result.chapter == "BIOCHIMIE"
    assert result.second is not None


def test_counts_by_the_mm3_get_their_code_by_the_chapter_that_was_read() -> None:
    def coded(*titles: str) -> str | None:
        (result,) = report(*(f"TEX|{title}" for title in titles), f"TEX|{LEUCOCYTES}", GB)
        found = code_table.coded(result.label, result.codes, result.measure, code_table.Context(result.chapter))
        return found.code.code if found else None

    assert coded("H E M A T O L O G I E", "HEMOGRAMME") == "6690-2"
    assert coded("ECBU") == "30405-5"
    assert coded("HEMATOLOGIE", "LIQUIDE D'ASCITE") is None
    assert coded("HEMATOLOGIE", "GENOU DROIT") is None
    assert coded() is None


TITLES = ["HEMATOLOGIE", "URINES", "ECBU", "LIQUIDE PLEURAL", "BIOCHIMIE", "HEMOGRAMME", "GENOU", "Prose sans titre."]


@given(st.lists(st.sampled_from(TITLES), max_size=6))
@settings(max_examples=60)
def test_a_count_of_blood_has_no_other_fluid_between_it_and_its_title(titles: list[str]) -> None:
    if chapter(*titles) in {"HEMATOLOGIE", "HEMOGRAMME"}:
        last = max(place for place, title in enumerate(titles) if title in {"HEMATOLOGIE", "HEMOGRAMME"})
        assert not {"URINES", "ECBU", "LIQUIDE PLEURAL", "GENOU"} & set(titles[last:])


@given(st.lists(st.text(max_size=30), max_size=20))
@settings(max_examples=60)
def test_whatever_the_text_every_result_is_read(lines: list[str]) -> None:
    found = report(*(f"TEX|{' '.join(line.split())}".replace("*", "") for line in lines), GB)
    assert [result.label for result in found] == ["LEUCOCYTES"]
