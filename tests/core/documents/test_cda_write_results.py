"""Results are written as quantities only where they are certain ones, and read back."""

import unicodedata
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.documents import biology, cda
from passerelle.core.message import (
    Code,
    Kind,
    Measure,
    Result,
    Status,
)
from tests.core.documents.cda_writing import PDF, found, letter, losses, report
from tests.core.documents.synthetic import (
    AUTHOR,
    LOINC,
    REPORT,
    RESULTS,
)


def one(result: Result) -> Result:
    (read,) = cda.read(report(result)).results
    return read


def test_a_report_has_code_title_and_template_of_cr_bio_2024_01_whatever_the_source_called_it() -> None:
    content = report()
    assert found(content, "/*/c:code/@code") == ["11502-2"]
    assert found(content, "/*/c:title/text()") == ["Compte rendu d'examens biologiques"]
    assert "2024.01" in found(content, "/*/c:templateId/@extension")


def test_a_report_carries_the_whole_text_the_results_and_a_copy_as_pdf() -> None:
    read = cda.read(report())
    assert {line.strip() for line in REPORT.text if line} <= {line.strip() for line in read.text}
    assert [result.label for result in read.results] == [result.label for result in RESULTS]
    assert [file.content for file in read.attachments] == [PDF]


def test_every_reference_leads_to_a_place_of_the_narrative() -> None:
    content = report()
    places = {f"#{place}" for place in found(content, "//@ID")}
    references = found(content, "//c:reference/@value")
    assert len(references) > len(RESULTS)
    assert set(references) <= places


def test_results_stand_in_their_chapters_and_a_chapter_that_comes_twice_is_joined() -> None:
    first, *_, last = RESULTS
    read = cda.read(report(first, last, replace(last, label="Autre", chapter="BIOCHIMIE"))).results
    assert [(one.chapter, one.label) for one in read] == [
        ("BIOCHIMIE", first.label),
        ("BIOCHIMIE", "Autre"),
        ("Résultats", last.label),
    ]


def test_a_chapter_has_a_loinc_code_only_where_its_title_names_a_discipline() -> None:
    content = report(RESULTS[0], replace(RESULTS[0], chapter="HÉMATOLOGIE :"), replace(RESULTS[0], chapter="Divers"))
    path = "//c:section[c:templateId/@root='1.3.6.1.4.1.19376.1.3.3.2.1']/c:code"
    assert found(content, f"{path}/@code") == ["18719-5", "18723-7"]
    assert found(content, f"{path}/@nullFlavor") == ["UNK"]


def test_a_result_in_two_units_makes_two_observations_that_are_read_as_one_result() -> None:
    content = report(RESULTS[0])
    assert found(content, "//c:observation/c:value[@x:type='PQ']/@unit") == ["g/L", "mmol/L"]
    read = one(RESULTS[0])
    assert (read.measure.value, read.measure.low, read.measure.high) == ("1.34", "0.75", "1.15")
    assert read.second == Measure("7.45", "mmol/L", "mmol/L", "4.17", "6.39")
    assert read.flag == "H"


@pytest.mark.parametrize(
    ("value", "side", "inclusive"),
    [("<5", "high", "false"), ("<=5", "high", "true"), (">5", "low", "false"), (">=5", "low", "true")],
)
def test_a_limit_of_detection_is_an_interval_open_on_one_side(value: str, side: str, inclusive: str) -> None:
    content = report(replace(RESULTS[1], measure=Measure(value, "mg/l")))
    limit = f"//c:observation/c:value[@x:type='IVL_PQ']/c:{side}"
    assert found(content, f"{limit}/@value") == ["5"]
    assert found(content, f"{limit}/@inclusive") == [inclusive]


@pytest.mark.parametrize(
    "measure",
    [Measure("3", "zorg/l", None, "1", "2"), Measure("12", "g/l"), Measure("Diabète", "g/L"), Measure("<5", "zorg")],
)
def test_what_is_no_certain_quantity_travels_as_text_never_as_a_number(measure: Measure) -> None:
    result = Result("Dosage rare", Kind.NUMERIC, measure)
    assert not found(report(result), "//c:observation/c:value[@x:type='PQ' or @x:type='IVL_PQ']")
    assert one(result).measure.value == f"{measure.value} {measure.unit}"


@pytest.mark.parametrize(("value", "unit"), [("4,500", "/mm3"), ("<4,500", "G/L")])
def test_a_comma_that_may_part_thousands_is_never_a_decimal_point(value: str, unit: str) -> None:
    result = Result("Leucocytes", Kind.TEXT, Measure(value, unit), chapter="HEMATOLOGIE")
    assert one(result).measure.value == f"{value} {unit}"


def test_a_normal_range_in_an_unknown_unit_is_said_in_words() -> None:
    read = one(Result("Dosage rare", Kind.NUMERIC, Measure("3", "zorg/l", None, "1", "2")))
    assert read.remarks == ("Valeurs de référence : 1 à 2",)


def test_a_number_without_unit_is_a_number_without_unit() -> None:
    assert found(report(RESULTS[2]), "//c:observation[c:referenceRange]/c:value/@x:type") == ["REAL"]
    read = one(RESULTS[2])
    assert (read.measure.value, read.measure.unit, read.measure.low, read.measure.high) == ("2.5", "", "2", "3")


def test_a_count_without_a_code_keeps_its_number_and_its_limits() -> None:
    bare = replace(RESULTS[4], chapter="")  # blood or urine: nobody says
    assert one(bare).measure == Measure("4450000", "/mm3", "/uL", "4000000", "")


def test_a_count_is_said_in_the_unit_of_its_code_with_its_limits() -> None:
    assert one(RESULTS[4]).measure == Measure("4.45", "T/L", "10*12/L", "4", "")


def test_a_result_that_nobody_validated_is_not_written_as_completed_and_the_reader_sees_it() -> None:
    content = report(RESULTS[3])
    assert found(content, "//c:observation[c:referenceRange]/c:statusCode/@code") == ["aborted"]
    assert "non validé" in " ".join(cda.read(content).text)
    assert one(RESULTS[3]).status is Status.UNVALIDATED


def test_a_local_code_translates_loinc_of_the_source_or_of_the_table_else_a_bare_code() -> None:
    table = report(RESULTS[0])
    assert found(table, "//c:observation/c:code[c:originalText]/@code") == ["53049-3", "40193-5"]
    assert found(table, "//c:translation/@code") == ["G", "G"]
    bare = report(replace(RESULTS[0], label="Glycémie d'un jour"))
    assert not found(bare, f"//c:observation/c:code[@codeSystem='{LOINC}' and c:originalText]")
    assert found(bare, "//c:translation/@code") == ["G", "G"]
    coded = report(RESULTS[1])
    assert found(coded, "//c:observation/c:code[c:originalText]/@code") == ["1988-5"]
    assert found(coded, "//c:translation/@code") == ["CRP"]


def test_a_local_code_with_spaces_is_joined_by_underscores_and_it_is_told() -> None:
    spaced = replace(RESULTS[0], codes=(Code("IGET 000", ""),))
    assert found(report(spaced), "//c:translation/@code") == ["IGET_000", "IGET_000"]
    assert "biology.code-spaced" in losses(replace(REPORT, results=(spaced,)))
    assert "biology.code-spaced" not in losses(REPORT)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Dr", ["DR"]),
        ("docteur", ["DR"]),
        ("Pr.", ["PR"]),
        ("Professeur", ["PR"]),
        ("Mme", ["MME"]),
        ("MME", ["MME"]),
        ("Madame", ["MME"]),
        ("M.", ["M"]),
        ("Mr", ["M"]),
        ("Monsieur", ["M"]),
        ("Maître", []),
    ],
)
def test_a_title_is_written_where_the_value_sets_have_it(title: str, expected: list[str]) -> None:
    content = letter(author=replace(AUTHOR, title=title))
    assert found(content, "//c:assignedAuthor//c:prefix/text() | //c:assignedAuthor//c:suffix/text()") == expected


def test_a_loinc_code_is_not_reused_for_the_second_unit() -> None:
    single = replace(RESULTS[0], codes=(Code("53049-3", LOINC, "Glucose"),))
    path = "//c:observation/c:code[c:originalText]/@code"
    assert found(report(single), path) == ["53049-3"]
    both = replace(single, codes=(*single.codes, Code("40193-5", LOINC, "Glucose")))
    assert found(report(both), path) == ["53049-3", "40193-5"]


def test_remarks_are_read_back_in_order() -> None:
    assert one(RESULTS[1]).remarks == RESULTS[1].remarks


NUMBERS = st.decimals(min_value=0, max_value=10**6, places=2).map(str)


WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)


LABELS = WORDS.map(partial(unicodedata.normalize, "NFC"))  # the form that the writer gives to all text


@settings(max_examples=25, deadline=None)
@given(
    st.builds(
        Result,
        label=LABELS,
        kind=st.just(Kind.NUMERIC),
        measure=st.builds(
            Measure,
            value=st.builds(str.__add__, st.sampled_from(["", "<", ">"]), NUMBERS),
            unit=st.sampled_from(["mmol/l", "UI/l", "%", "/mm3", "µmol/l"]),
            low=st.just("") | NUMBERS,
            high=st.just("") | NUMBERS,
        ),
        codes=st.lists(st.builds(Code, LABELS, st.just("")), max_size=1).map(tuple),
        flag=st.sampled_from(["", "N", "L", "H", "LL", "HH"]),
        status=st.sampled_from([Status.FINAL, Status.UNVALIDATED]),
        chapter=LABELS,
        remarks=st.lists(LABELS, max_size=2).map(tuple),
    )
)
def test_whatever_quantity_is_written_is_read_back(result: Result) -> None:
    read, said = one(result), result.measure
    unit = biology.ucum(said.unit, result.label)
    assert unit is not None
    assert read.measure == Measure(said.value, biology.usage(unit), unit, said.low, said.high)
    assert (read.label, read.flag, read.status, read.chapter, read.remarks) == (
        result.label,
        result.flag,
        result.status,
        result.chapter,
        result.remarks,
    )
    assert [code.code for code in read.codes] == [code.code for code in result.codes]
