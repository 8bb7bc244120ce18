"""Coded results are held against the table that a doctor reads; what is at odds is no result to file."""

from decimal import Decimal
from itertools import permutations

import pytest

from passerelle.core.documents import biology, cda
from passerelle.core.documents.cda import crosscheck
from passerelle.core.message import Document, Kind
from tests.vectors import make_cda as make

DIFFER, NEGATED, CANCELLED = "doubt.cda-values-differ", "doubt.cda-negated", "doubt.cda-cancelled"
HEAD = "<thead><tr><th>Analyse</th><th>Résultat</th><th>Valeurs de référence</th><th>Antériorités</th></tr></thead>"


def table(*cells: str, head: str = HEAD) -> str:
    told = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<table>{head}<tbody><tr ID="r">{told}</tr></tbody></table>'


def read(value: str, text: str, more: str = "", reference: str = "#r") -> Document:
    told = f'<originalText><reference value="{reference}"/></originalText>'
    code = f'<code code="2345-7" codeSystem="{make.LOINC}" displayName="Glucose [Masse/Volume] Sérum">{told}</code>'
    return cda.read(make.report(make.observation(value, code=code, more=more), text=text))


@pytest.mark.parametrize(
    ("value", "cells"),
    [
        pytest.param(make.quantity("1.30", "g/L"), ("Glucose", "1,3 g/l", "0,70 à 1,05", ""), id="comma"),
        pytest.param(make.quantity("4850", "ng/L"), ("NT-proBNP", "4 850 ng/l"), id="thousands"),
        pytest.param(make.quantity("236", "10*9/L"), ("Plaquettes", "236 10*9/L"), id="powers in the unit"),
        pytest.param(make.quantity("12.9", "g/dL"), ("Hémoglobine", "<content>12.9*</content>", "g/dL"), id="marked"),
        pytest.param(make.quantity("1.30", "g/L"), ("Glucose", "voir commentaire"), id="no number in the row"),
        pytest.param(
            '<value xsi:type="IVL_PQ"><high value="5" unit="mg/L"/></value>', ("CRP", "&lt; 5,0 mg/l"), id="limit"
        ),
        pytest.param(make.quantity("4.45", "10*12/L"), ("Hématies", "4 450 000 /mm3"), id="counts converted"),
        pytest.param(make.quantity("4.2", "mmol/L"), ("Potassium", "4,2 mEq/l"), id="another name of the unit"),
        pytest.param(make.quantity("7", "umol/L"), ("Truc", "7", "inconnue/l"), id="unit that nobody knows"),
    ],
)
def test_what_says_the_same_in_other_signs_is_a_result(value: str, cells: tuple[str, ...]) -> None:
    document = read(value, table(*cells))
    assert document.doubts == ()
    assert document.results[0].kind is Kind.NUMERIC


SAME = """
1 mol/L | 1000 mmol/L | 1000 meq/L | 1000000 umol/L | 1000000000 nmol/L | 1000000000000 pmol/L
1 g/L | 0.1 g/dL | 100 mg/dL | 1000 mg/L | 1000 ug/mL | 1000000 ug/L | 1000000 ng/mL | 1000000000 ng/L
1 mg/L | 1 ug/mL | 1000 ug/L | 1000 ng/mL | 1000000 ng/L | 1000000 pg/mL
1 10*12/L | 1000 10*9/L | 1000000 /uL | 1000000000 /mL
1 k[IU]/L | 1 [IU]/mL | 1000 [IU]/L | 1000 m[IU]/mL | 1000000 m[IU]/L | 1000000 u[IU]/mL
"""
PAIRS = [pair for line in SAME.strip().splitlines() for pair in permutations(line.split(" | "), 2)]


@pytest.mark.parametrize(("coded", "told"), PAIRS)
def test_the_same_quantity_in_another_unit_is_no_other_one_and_ten_times_it_is(coded: str, told: str) -> None:
    number, unit = told.split()
    shown = biology.usage(unit)
    assert read(make.quantity(*coded.split()), table("Truc", f"{number} {shown}")).doubts == ()
    assert read(make.quantity(*coded.split()), table("Truc", f"{Decimal(number) * 10} {shown}")).doubts == (DIFFER,)


@pytest.mark.parametrize(
    ("value", "cells"),
    [
        pytest.param(make.quantity("0.032", "ug/mL"), ("Gentamicine", "0,0032 µg/ml"), id="number"),
        pytest.param(make.quantity("5", "mg/L"), ("CRP", "&lt; 5 mg/l"), id="limit"),
        pytest.param(make.quantity("5", "mg/L"), ("CRP", "5 g/l"), id="unit after the number"),
        pytest.param(make.quantity("85", "mmol/L"), ("Créatinine", "85", "µmol/l"), id="unit in its own cell"),
        pytest.param(make.quantity("4.45", "10*9/L"), ("Hématies", "4 450 000 /mm3"), id="counts converted wrongly"),
        pytest.param(make.quantity("0.70", "g/L"), ("Glucose", "1,30 g/l", "0,70 à 1,05", ""), id="only among normals"),
        pytest.param(make.quantity("1.10", "g/L"), ("Glucose", "1,30 g/l", "", "1,10"), id="only among earlier ones"),
        pytest.param(make.quantity("12", "ug/L"), ("Vitamine B 12", "300 µg/l"), id="only in the name"),
    ],
)
def test_another_number_limit_or_unit_is_said_and_not_filed(value: str, cells: tuple[str, ...]) -> None:
    document = read(value, table(*cells))
    (result,) = document.results
    assert document.doubts == (DIFFER,)
    assert (result.kind, result.measure.unit, result.measure.low, result.flag) == (Kind.TEXT, "", "", "")
    assert result.measure.value.endswith("(à vérifier)")
    assert "ATTENTION" in result.remarks[0]


def test_a_second_row_that_the_name_spans_is_read_too() -> None:
    rows = '<tr ID="r"><td rowspan="2">Glucose</td><td>1,30 g/l</td></tr><tr><td>7,22 mmol/l</td></tr>'
    text = f"<table><tbody>{rows}</tbody></table>"
    assert read(make.quantity("7.22", "mmol/L"), text).doubts == ()
    assert read(make.quantity("7.33", "mmol/L"), text).doubts == (DIFFER,)


def test_a_name_that_spans_more_rows_than_there_are_ends_with_its_table() -> None:
    rows = '<tr ID="r"><td rowspan="3">Glucose</td><td>1,30 g/l</td></tr><tr><td>7,22 mmol/l</td></tr>'
    text = f"<table><tbody>{rows}</tbody></table><table><tbody><tr><td>8,88</td></tr></tbody></table>"
    assert read(make.quantity("7.22", "mmol/L"), text).doubts == ()
    assert read(make.quantity("8.88", "mmol/L"), text).doubts == (DIFFER,)


def test_at_most_so_many_rows_are_spanned() -> None:
    def doubts(last: int) -> tuple[str, ...]:
        rows = "".join(f"<tr><td>{n}</td></tr>" for n in range(2, last + 1))
        text = f'<table><tbody><tr ID="r"><td rowspan="999">A</td><td>1</td></tr>{rows}</tbody></table>'
        return read(make.quantity(str(last), "g/L"), text).doubts

    assert doubts(crosscheck.MOST_ROWS) == ()
    assert doubts(crosscheck.MOST_ROWS + 1) == (DIFFER,)


def test_without_a_reference_the_only_row_of_that_name_is_held_against_it() -> None:
    value = make.quantity("1.30", "g/L")
    one = "<table><tbody><tr><td>GLUCOSE</td><td>1,40 g/l</td></tr></tbody></table>"
    assert read(value, one, reference="").doubts == (DIFFER,)
    assert read(value, one + one, reference="").doubts == ()


@pytest.mark.parametrize("wrap", ["{}", '<organizer negationInd="true">{}</organizer>'])
def test_a_negated_result_is_never_one_to_file(wrap: str) -> None:
    negated = make.observation(make.quantity("5.2", "g/L"))
    if wrap == "{}":
        negated = negated.replace("<observation ", '<observation negationInd="true" ', 1)
    else:
        negated = wrap.format(f"<component>{negated}</component>")
    document = cda.read(make.report(negated))
    (result,) = document.results
    assert document.doubts == (NEGATED,)
    assert (result.kind, result.measure.value) == (Kind.TEXT, "5.2 g/L (à vérifier)")
    assert "nie ce résultat" in result.remarks[0]


def test_an_earlier_result_that_the_table_leaves_out_is_told_with_its_day() -> None:
    earlier = f'<entryRelationship typeCode="REFR">{make.observation(make.quantity("1.10", "g/L"))}</entryRelationship>'
    value = make.quantity("1.30", "g/L")
    told = read(value, table("Glucose", "1,30 g/l"), earlier)
    assert told.results[0].remarks == ("Antériorité du 13/03/2025 : 1.10 g/L",)
    assert len(told.results) == 1
    assert read(value, table("Glucose", "1,30 g/l", "", "1,10"), earlier).results[0].remarks == ()


@pytest.mark.parametrize("status", ["cancelled", "nullified", "suspended", "held"])
def test_a_result_that_is_taken_back_is_told_and_not_filed(status: str) -> None:
    document = cda.read(make.report(make.observation(make.quantity("0.90", "g/L"), status=status)))
    (result,) = document.results
    assert document.doubts == (CANCELLED,)
    assert (result.kind, result.measure.value) == (Kind.TEXT, "0.90 g/L (à vérifier)")
    assert result.remarks[0] == "ATTENTION : ce résultat est annulé ou suspendu dans le document"
