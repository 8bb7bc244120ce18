"""What only the entries of a section say is told in words, and the document is flagged."""

import pytest

from passerelle.core.documents import cda
from passerelle.core.documents.cda import entries
from passerelle.core.message import Document
from tests.vectors import make_cda as make

LEAD = "ATTENTION : cette partie n'a pas de texte ; voici ce que disent ses données codées."
PAIN = '<code code="38208-5" displayName="Douleur"/>'
MEDICINE = (
    '<substanceAdministration classCode="SBADM" moodCode="EVN"><effectiveTime><low value="20250301"/>'
    '<high value="202504"/></effectiveTime><doseQuantity value="2" unit="mg"/><consumable><manufacturedProduct>'
    "<manufacturedMaterial><name>Démomycine 2 mg</name></manufacturedMaterial></manufacturedProduct></consumable>"
    "</substanceAdministration>"
)


def observation(value: str = '<value xsi:type="INT" value="7"/>', more: str = "", code: str = PAIN) -> str:
    return f'<observation classCode="OBS" moodCode="EVN"{more}>{code}{value}</observation>'


def read(*statements: str, text: str = "", title: str = "Évaluation") -> Document:
    inner = "".join(f"<entry>{one}</entry>" for one in statements)
    return cda.read(make.cda(make.section(text, inner, title)))


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        (observation(), "- Douleur : 7"),
        (observation('<value xsi:type="PQ" value="72" unit="kg"/>'), "- Douleur : 72 kg"),
        (observation('<value xsi:type="CD" code="1" displayName="Intense"/>'), "- Douleur : Intense"),
        (observation('<value xsi:type="INT" nullFlavor="UNK"/>'), "- Douleur : inconnu"),
        (observation("", ' negationInd="true"'), "- NIÉ : Douleur"),
        (observation(code="<code nullFlavor='UNK'/>"), "- Sans nom : 7"),
        (observation(code="<code><translation displayName='Souffrance'/></code>"), "- Souffrance : 7"),
        (observation(code="<code><originalText>Gêne</originalText></code>"), "- Gêne : 7"),
        (observation('<effectiveTime value="20250302"/>'), "- Douleur : 02/03/2025"),
        (MEDICINE, "- Démomycine 2 mg : 2 mg, depuis 01/03/2025 jusqu'à 04/2025"),
        ('<procedure classCode="PROC" moodCode="EVN"><code code="ZZQK002"/></procedure>', "- ZZQK002"),
        (f'<act classCode="ACT" moodCode="EVN">{PAIN}</act>', "- Douleur"),
        (f'<encounter classCode="ENC" moodCode="EVN">{PAIN}</encounter>', "- Douleur"),
        (f'<supply classCode="SPLY" moodCode="EVN">{PAIN}</supply>', "- Douleur"),
    ],
)
def test_a_statement_without_text_is_told_in_words(statement: str, line: str) -> None:
    document = read(statement)
    assert LEAD in " ".join(" ".join(document.text).split())
    assert line in document.text
    assert document.doubts == ("doubt.cda-entries",)


def test_a_section_without_title_has_the_name_of_its_code() -> None:
    body = (
        "<structuredBody><component><section><code code='X' displayName='Échelle de douleur'/>"
        f"<entry>{observation()}</entry></section></component></structuredBody>"
    )
    assert cda.read(make.cda(body)).text[:2] == ("Échelle de douleur", "==================")


@pytest.mark.parametrize("text", ["<paragraph>Douleur à 7.</paragraph>", '<renderMultiMedia referencedObject="m"/>'])
def test_entries_of_a_section_with_text_are_left_to_it(text: str) -> None:
    document = read(observation(), text=text)
    assert document.doubts == ()
    assert not any("Douleur : 7" in line for line in document.text)


@pytest.mark.parametrize("inner", ["<observation classCode='OBS' moodCode='EVN'/>", "<observationMedia/>"])
def test_entries_that_say_nothing_are_not_spoken_of(inner: str) -> None:
    assert read(inner).doubts == ()


@pytest.mark.parametrize(("more", "last"), [(0, "- Douleur : 7"), (1, "- et 1 autres éléments codés, non repris")])
def test_the_statements_of_a_section_have_a_cap(more: int, last: str) -> None:
    lines = read(*[observation()] * (entries.MOST + more)).text
    assert lines[-1] == last
    assert lines.count("- Douleur : 7") == entries.MOST
