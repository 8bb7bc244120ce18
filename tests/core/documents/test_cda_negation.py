"""What entries deny and the text affirms is not left for the reader to believe."""

import pytest

from passerelle.core.documents import cda
from passerelle.core.documents.cda import negation
from tests.vectors import make_cda as make

DENIED = "ATTENTION : le codage du document nie « {} » (negationInd)."
TABLE = '<table><tbody><tr ID="r"><td>Pénicilline</td><td>{0}</td></tr></tbody></table>'
CODED = '<value xsi:type="CD" code="1" displayName="Amoxicilline"/>'


def read(text: str, statement: str) -> tuple[str, ...]:
    return cda.read(make.cda(make.section(text, f"<entry>{statement}</entry>", title="Allergies"))).text


def statement(answer: str = CODED, name: str = "observation", negated: str = "true", reference: str = "#r") -> str:
    return (
        f'<{name} classCode="OBS" moodCode="EVN" negationInd="{negated}"><code code="ALG" displayName="Allergie"/>'
        f'<text><reference value="{reference}"/></text>{answer}</{name}>'
    )


def warned(lines: tuple[str, ...]) -> list[str]:
    return [line for line in lines if line.startswith("ATTENTION")]


@pytest.mark.parametrize("cell", ["Urticaire", "", "sévère, sans précision", "non précisée"])
def test_a_problem_that_the_text_affirms_and_the_entry_denies_is_told(cell: str) -> None:
    lines = read(TABLE.format(cell), statement())
    assert warned(lines) == [DENIED.format("Amoxicilline")]
    assert lines[-1] == warned(lines)[0]


@pytest.mark.parametrize("length", [200, 201])
def test_of_a_long_row_the_first_200_characters_are_told(length: int) -> None:
    text = "".join(read(f'<paragraph ID="r">{"b" * length}</paragraph>', statement("")))
    assert text.partition("ATTENTION")[2].count("b") == 200


def test_what_is_denied_has_the_name_of_its_code_where_value_and_row_say_none() -> None:
    empty = 'Connues<table><tbody><tr ID="r"><td></td></tr></tbody></table>'
    assert warned(read(empty, statement(""))) == [DENIED.format("Allergie")]


@pytest.mark.parametrize("cell", ["non", "Pas d'allergie", "aucune", "absence", "négatif", "-", "--", "exclue"])
def test_a_denial_that_the_text_says_itself_is_not_told_twice(cell: str) -> None:
    assert warned(read(TABLE.format(cell), statement())) == []


@pytest.mark.parametrize(
    ("name", "answer", "told"),
    [
        pytest.param("substanceAdministration", "", "Pénicilline Oui", id="a vaccine or a treatment"),
        pytest.param("procedure", "", "Pénicilline Oui", id="an act"),
        pytest.param("observation", '<value xsi:type="BL" value="false"/>', None, id="a question answered by no"),
        pytest.param("observation", '<value xsi:type="INT" value="1"/>', None, id="a number"),
    ],
)
def test_statements_of_every_class_are_told_numbers_and_answers_are_not(
    name: str, answer: str, told: str | None
) -> None:
    row = TABLE.replace("</td><td>", " </td><td>").format("Oui")
    assert warned(read(row, statement(answer, name))) == ([DENIED.format(told)] if told else [])


def test_a_relation_that_is_denied_denies_what_it_relates_to() -> None:
    inner = statement(negated="false")
    outer = (
        f'<act classCode="ACT" moodCode="EVN"><entryRelationship negationInd="true">{inner}</entryRelationship></act>'
    )
    assert warned(read(TABLE.format("oui"), outer)) == [DENIED.format("Amoxicilline")]


@pytest.mark.parametrize("other", [statement(negated="false"), statement(reference="#nowhere")])
def test_what_is_affirmed_or_not_in_the_text_is_not_warned_of(other: str) -> None:
    assert warned(read(TABLE.format("oui"), other)) == []


@pytest.mark.parametrize("more", [0, 1])
def test_warnings_of_a_section_end_somewhere(more: int) -> None:
    one = statement().replace("Amoxicilline", "Amoxicilline {0}")
    many = "".join(one.replace("{0}", str(number)) for number in range(negation.MOST + more))
    outer = f"<organizer>{many}</organizer>"
    assert len(warned(read(TABLE.format("oui"), outer))) == negation.MOST


def test_a_warning_makes_no_line_of_its_own_kind() -> None:
    answer = '<value xsi:type="CD" code="1" displayName="****LAB**** RES|Potassium|K|N|9"/>'
    assert all("\n" not in line and len(line) <= 80 for line in read(TABLE.format("oui"), statement(answer)))
