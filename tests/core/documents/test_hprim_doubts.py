"""What is doubtful in a laboratory's lines is kept as it came and said: no value, unit or result is made of a guess."""

from datetime import date

import pytest
from lxml import etree

from passerelle.core.documents import cda, code_table
from passerelle.core.documents.hprim import contradictions
from passerelle.core.message import Document, Kind, Measure, Result, Status
from tests.core.documents.hprim_files import codes, file, header, lab, one
from tests.core.documents.synthetic import AUTHOR, SENDER

TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
RESULT = "1.2.250.1.213.1.1.3.80"
NS = {"h": "urn:hl7-org:v3"}
THOUSANDS = "Le point de ce nombre peut séparer des milliers : il est transmis comme un texte."


def values(document: Document) -> list[tuple[str, str | None]]:
    """Return type and number of each value of the CR-BIO that is made of a document."""
    frame, _ = cda.frame(document, AUTHOR, SENDER, "seed")
    made = etree.fromstring(cda.write_biology(document, frame, b"%PDF-1.4"))
    entries = made.iterfind(".//h:observation[h:templateId]", NS)
    said = [one for entry in entries if entry.find(f"h:templateId[@root='{RESULT}']", NS) is not None for one in entry]
    return [(one.get(TYPE, ""), one.get("value")) for one in said if TYPE in one.attrib]


@pytest.mark.parametrize("value", ["4.500", "245.000", "4.450.000", "<1.000", "*4.500*"])
@pytest.mark.parametrize("unit", ["/mm3", "/µl", "/ml", "UFC/ml"])
def test_a_count_whose_point_may_separate_thousands_is_text_without_a_code(value: str, unit: str) -> None:
    document = lab("TEX|HEMATOLOGIE", f"TEX|Leucocytes {value}", f"RES|Leucocytes|L|N|{value}|{unit}")[1]
    (result,) = document.results
    assert (result.kind, THOUSANDS in result.remarks) == (Kind.TEXT, True)
    context = code_table.Context(result.chapter)
    assert code_table.coded(result.label, result.codes, result.measure, context) is None
    assert values(document) == [("ST", None)]


def test_normals_whose_point_may_separate_thousands_are_a_remark() -> None:
    (result,) = lab("RES|Leucocytes|L|N|4500|/mm3|4.000|10.000|N|F")[1].results
    assert (result.measure, result.remarks) == (Measure("4500", "/mm3"), ("Valeurs normales : 4.000 10.000",))


@pytest.mark.parametrize(("value", "unit"), [("4.500", "G/L"), ("4.5", "/mm3"), ("0.500", "/ml"), ("1.250", "UI/ml")])
def test_a_point_that_is_one_of_decimals_is_read(value: str, unit: str) -> None:
    (result,) = lab(f"RES|Dosage|D|N|{value}|{unit}")[1].results
    assert (result.kind, result.measure.value, result.remarks) == (Kind.NUMERIC, value, ())


def test_a_number_that_no_concentration_has_gets_no_code() -> None:
    assert code_table.coded("Kaliémie", (), Measure("-4.2", "mmol/l"), code_table.Context()) is None
    assert code_table.coded("Kaliémie", (), Measure("0", "mmol/l"), code_table.Context()) is not None


def test_reversed_normals_are_a_remark_and_equal_ones_are_normals() -> None:
    (result,) = lab("RES|Glycémie|G|N|1|g/l|1.15|0.75")[1].results
    assert (result.measure.low, result.measure.high, result.remarks) == ("", "", ("Valeurs normales : 1.15 0.75",))
    assert lab("RES|Glycémie|G|N|1|g/l|1|1")[1].results[0].measure == Measure("1", "g/l", None, "1", "1")


@pytest.mark.parametrize(
    ("value", "low", "high", "flag", "contrary"),
    [
        ("1.34", "0.75", "1.15", "H", False),
        ("1.34", "0.75", "1.15", "L", True),
        ("1.34", "0.75", "1.15", "N", True),
        ("1.34", "0.75", "1.15", "LL", True),
        ("1.00", "0.75", "1.15", "HH", True),
        ("1.00", "0.75", "1.15", "N", False),
        ("1.00", "0.75", "1.15", "", False),
        ("0.50", "0.75", "1.15", "LL", False),
        ("0.50", "0.75", "1.15", "H", True),
        ("1.15", "0.75", "1.15", "H", False),  # as the laboratory judged it before it rounded it
        ("1.17", "0.75", "1.15", "N", False),
        ("0.74", "0.75", "1.15", "N", False),
        ("9", "", "5", "N", True),
        ("9", "", "5", "L", True),
        ("1", "", "5", "L", False),
        ("1", "2", "", "H", True),
        ("9", "2", "", "H", False),
        ("<5", "2", "9", "N", False),
        ("<5", "2", "9", "H", True),
        ("<1", "2", "9", "N", True),
        (">10", "2", "9", "N", True),
        (">10", "2", "9", "L", True),
        (">5", "2", "9", "H", False),
        ("-3", "-2", "2", "L", False),
        ("-3", "-2", "2", "N", True),
        ("0", "0", "5", "N", False),
        ("négatif", "0", "5", "H", False),
        ("9", "", "", "L", False),
    ],
)
def test_a_flag_against_the_normals_is_carried_and_said(
    value: str,
    low: str,
    high: str,
    flag: str,
    contrary: bool,  # noqa: FBT001 - a table
) -> None:
    found, document = lab(f"RES|Dosage|D|N|{value}|mmol/l|{low}|{high}|{flag}|F")
    (result,) = document.results
    assert (result.flag, result.measure.low, result.measure.high) == (flag, low, high)
    remark = f"L'anormalité transmise ({flag}) ne s'accorde pas avec les valeurs normales."
    assert (result.remarks, codes(found)) == (((remark,), ["hprim.contradiction"]) if contrary else ((), []))


@pytest.mark.parametrize(
    ("second", "contrary"),
    [
        ("7.45|mmol/l|4.17|6.39", False),
        ("5.0|mmol/l|4.17|6.39", True),
        ("1.34|mmol/l||", True),  # nothing weighs 1000 g/mol to the digit
        ("1.34|g/L||", False),
        ("7.45|mmol/l||", False),
        ("40|%|45|70", False),  # a percentage may be normal where its count is not
    ],
)
def test_a_second_unit_that_says_something_else_is_carried_and_said(second: str, contrary: bool) -> None:  # noqa: FBT001 - a table
    found, document = lab(f"RES|Glycémie|G|N|1.34|g/l|0.75|1.15|H|F|{second}")
    (result,) = document.results
    assert result.second is not None
    assert result.remarks == (("Les deux unités ne disent pas la même chose.",) if contrary else ())
    assert codes(found) == ["hprim.contradiction"] * contrary


def test_a_result_of_words_contradicts_nothing() -> None:
    words = Result("AgHBs", Kind.TEXT, Measure("négatif"), Measure("0", "UI/L"), flag="H")
    assert contradictions.found(words) == ()


@pytest.mark.parametrize(
    "line",
    [
        "RES|Glyc|émie|G|N|1.34|g/l|0.75|1.15|H|F",
        "RES|Glycémie|G|N||1.34|g/l|0.75|1.15|H|F",
        "RES|Glycémie|G|N|1.34|g/l||0.75|1.15|H|F",
        "RES|Glycémie|G|N|1.34 g/l|0.75|1.15|H|F",
        "RES|Glycémie|G|1.34|g/l|0.75|1.15|H|F",
        "RES|Glycémie|G|N|1.34|g/l|0.75|1.15||H|F",
        "RES|Glycémie|G|N|1.00|g/l|0.75|1.15||N|F",
    ],
)
def test_a_line_with_a_separator_too_many_or_too_few_within_is_text_and_said(line: str) -> None:
    found, document = lab(line)
    assert document.results == ()
    assert line in document.text
    assert codes(found) == ["hprim.result-shifted"]


def test_a_status_that_is_n_alone_shifts_nothing_and_vouches_for_nothing() -> None:
    (result,) = lab("RES|Glycémie|G|N|1.00|g/l|0.75|1.15||N")[1].results
    assert (result.status, result.remarks) == (Status.UNVALIDATED, ("Statut : N",))


def test_one_is_no_unit_and_shifts_nothing() -> None:
    assert lab("RES|INR|I|N|2.5|1|2|3|N|F")[1].results[0].measure == Measure("2.5", "1", None, "2", "3")


def test_soit_with_the_code_of_another_result_is_text_and_said() -> None:
    found, document = lab(
        "RES|Glycémie|G|N|1.34|g/l", "RES|Urée|U|N|0.3|g/l", "RES|soit|G|N|7.4|mmol/l", "RES|soit|U|N|5|mmol/l"
    )
    assert [(one.label, one.second) for one in document.results] == [("Glycémie", None), ("Urée", None)]
    assert "RES|soit|G|N|7.4|mmol/l" in document.text
    assert codes(found) == ["hprim.soit-apart", "hprim.soit-apart"]


@pytest.mark.parametrize("between", ["RES|Urée|U|N|0.3|g/l|||||||||reste", "RES||U|N", "RES|Urée|U|N||0.3|g/l"])
def test_soit_after_a_line_that_is_no_result_is_not_of_the_result_above_it(between: str) -> None:
    found, document = lab("RES|Glycémie|G|N|1.34|g/l", between, "TEX|soit", "RES|soit||N|5|mmol/l", "RES|soit||N|6|g")
    assert [(one.label, one.second) for one in document.results] == [("Glycémie", None)]
    assert codes(found)[1:] == ["hprim.soit-apart"] * 2


def test_a_result_without_a_label_is_called_by_its_code() -> None:
    assert lab("RES||K|N|4.2|mmol/l")[1].results[0].label == "K"


def test_results_that_nothing_tells_apart_are_said_to_be_so() -> None:
    found, document = lab("RES|Amoxicilline|A|A|R", "RES|AMOXICILLINE|A|A|S", "RES|Gentamicine|G|A|S")
    assert len(document.results) == 3
    assert codes(found) == ["hprim.same-label"]


def test_an_examination_before_birth_keeps_its_date_and_is_said() -> None:
    found, document = one(file("Bonjour", lines=header(l7="04/05/1981", l10="03/05/1981")))
    assert (document.performed, codes(found)) == (date(1981, 5, 3), ["hprim.before-birth"])
    assert one(file("Bonjour", lines=header(l7="04/05/1981", l10="04/05/1981")))[0].losses == ()
