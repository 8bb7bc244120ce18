"""What was found of a micro-organism is written under it (FR-Isolat-microbiologique), and read back so."""

from dataclasses import replace

from lxml import etree

from passerelle.core.documents import cda
from passerelle.core.documents.cda.writing_chapters import disciplines
from passerelle.core.message import Kind, Measure, Result
from tests.core.documents.hprim_files import lab
from tests.core.documents.synthetic import AUTHOR, REPORT, SENDER


def amoxicillin(value: str, isolate: str) -> Result:
    return Result("Amoxicilline", Kind.TEXT, Measure(value), chapter=f"BACTERIOLOGIE : {isolate}", isolate=isolate)


TWO = (amoxicillin("R", "Escherichia coli"), amoxicillin("S", "Proteus mirabilis"))


def isolates(content: bytes) -> list[etree._Element]:
    kind = "1.2.250.1.213.1.1.3.79"
    every = etree.fromstring(content).iter("{*}organizer")
    return [one for one in every if kind in [template.get("root") for template in one.findall("{*}templateId")]]


def written(*results: Result) -> bytes:
    document = replace(REPORT, results=results)
    return cda.write_biology(document, cda.frame(document, AUTHOR, SENDER, "m")[0], b"%PDF-1.4\n%%EOF\n")


def test_each_isolate_is_an_organizer_of_its_own_with_the_name_of_the_laboratory() -> None:
    organizers = isolates(written(*TWO))
    assert [one.findtext(".//{*}specimenPlayingEntity/{*}code/{*}originalText") for one in organizers] == [
        "Escherichia coli",
        "Proteus mirabilis",
    ]
    assert [len(list(one.iter("{*}observation"))) for one in organizers] == [1, 1]


def test_isolates_come_back_with_their_chapter_and_values() -> None:
    back = cda.read(written(*TWO, replace(TWO[0], chapter="BACTERIOLOGIE", isolate="", label="Culture"))).results
    assert [(one.chapter, one.isolate, one.measure.value) for one in back] == [
        ("BACTERIOLOGIE : Escherichia coli", "Escherichia coli", "R"),
        ("BACTERIOLOGIE : Proteus mirabilis", "Proteus mirabilis", "S"),
        ("BACTERIOLOGIE", "", "R"),
    ]


def test_the_discipline_is_that_of_the_title_above_the_isolate() -> None:
    assert [one.code for one in disciplines(replace(REPORT, results=TWO))] == ["18725-2"]


def test_a_title_with_a_colon_is_no_isolate() -> None:
    assert isolates(written(replace(TWO[0], chapter="BACTERIOLOGIE : URINES", isolate=""))) == []


def test_isolates_of_hprim_are_told_apart_in_cda() -> None:
    _, document = lab(
        *("TEX|BACTERIOLOGIE", "TEX|Germe : Escherichia coli", "TEX|Amoxicilline   R", "RES|Amoxicilline|A|A|R"),
        *("TEX|Germe : Proteus mirabilis", "TEX|Amoxicilline   S", "RES|Amoxicilline|A|A|S"),
    )
    assert [one.isolate for one in document.results] == ["Escherichia coli", "Proteus mirabilis"]
    back = cda.read(written(*document.results)).results
    assert [(one.chapter, one.isolate) for one in back] == [(one.chapter, one.isolate) for one in document.results]
