"""Two isolates with the same antibiotics stay apart, there and back."""

from dataclasses import replace

import pytest

from passerelle.core.documents import hprim
from passerelle.core.documents.hprim import chapters
from passerelle.core.message import Kind, Measure, Result
from tests.core.documents.hprim_files import NOW, codes, lab
from tests.core.documents.hprim_letters import LETTER

ECBU = "Examen cytobactériologique des urines (ECBU)"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Isolat : Escherichia coli          / Résultat      / Interprétation", "Escherichia coli"),
        ("  Germe n° 1 : Escherichia coli", "Escherichia coli"),
        ("GERME 2: STREPTOCOCCUS D.", "STREPTOCOCCUS D."),
        ("Bactérie identifiée : Klebsiella pneumoniae     10^5 UFC/ml", "Klebsiella pneumoniae"),
        ("Souche isolée :Candida albicans", "Candida albicans"),
        ("Germe : absence", ""),
        ("Germes : quelques bacilles", ""),
        ("Bactéries : 100 000", ""),
        ("Germe Escherichia coli", ""),
        ("Isolat : " + "x" * 60, "x" * 60),
        ("Isolat : " + "x" * 61, ""),
        ("Résultat de l'isolat : voir plus bas", ""),
        ("", ""),
    ],
)
def test_a_line_names_an_isolate_by_a_word_for_it_and_a_colon(line: str, name: str) -> None:
    assert chapters.isolate(line) == name


def test_each_result_has_the_isolate_that_it_stands_under() -> None:
    found, document = lab(
        *("TEX|BACTERIOLOGIE", "TEX|Germe : Escherichia coli", "TEX|ANTIBIOGRAMME", "TEX|Amoxicilline   R"),
        *("RES|Amoxicilline|A|A|R", "TEX|Germe : Proteus mirabilis", "TEX|Amoxicilline   S", "RES|Amoxicilline|A|A|S"),
        *("TEX|BACTERIOLOGIE", "TEX|Culture   stérile", "RES|Culture|C|A|stérile", "TEX|HEMATOLOGIE"),
        *("TEX|Blastes   absents", "RES|Blastes|B|A|absents"),
    )
    assert [one.chapter for one in document.results] == [
        *("BACTERIOLOGIE : Escherichia coli", "BACTERIOLOGIE : Proteus mirabilis", "BACTERIOLOGIE", "HEMATOLOGIE"),
    ]
    assert codes(found) == []


def test_an_isolate_without_a_chapter_is_one() -> None:
    document = lab("TEX|Germe : Escherichia coli", "TEX|Amoxicilline   R", "RES|Amoxicilline|A|A|R")[1]
    assert document.results[0].chapter == "Isolat : Escherichia coli"


def test_isolates_that_nothing_names_are_not_told_apart_and_that_is_said() -> None:
    found, document = lab(
        *("TEX|BACTERIOLOGIE", "TEX|Amoxicilline   R", "RES|Amoxicilline|A|A|R"),
        *("TEX|Amoxicilline   S", "RES|Amoxicilline|A|A|S"),
    )
    assert {one.chapter for one in document.results} == {"BACTERIOLOGIE"}
    assert codes(found) == ["hprim.same-label"]


def antibiogram(*isolates: str) -> tuple[Result, ...]:
    return tuple(
        Result(label, Kind.TEXT, Measure(f"{value}{place}"), chapter=f"{ECBU} : {isolate}")
        for place, isolate in enumerate(isolates)
        for label, value in (("Amoxicilline", "R"), ("Gentamicine", "S"))
    )


@pytest.mark.parametrize("titles", [("Isolat : {}",), ("{}",), ()])
def test_isolates_of_a_cda_come_back_apart_even_where_its_text_does_not_name_them(titles: tuple[str, ...]) -> None:
    names = ("Escherichia coli", "Streptococcus D.")
    found = antibiogram(*names)
    rows = [f"{one.label}   {one.measure.value}" for one in found]
    text = [ECBU, *(line.format(names[0]) for line in titles), *rows[:2]]
    text += [*(line.format(names[1]) for line in titles), *rows[2:]]
    content, _ = hprim.write((replace(LETTER, title="", text=tuple(text), results=found),), "Labo", "Dr")
    (back,) = hprim.read(content, NOW).documents
    assert [one.chapter for one in back.results] == [one.chapter for one in found]
    assert content.decode("latin-1").count("TEX|Isolat :") == 2


def test_a_chapter_whose_results_no_other_has_gets_no_line_of_its_own() -> None:
    (first, *_) = antibiogram("Escherichia coli")
    content, _ = hprim.write((replace(LETTER, text=("Amoxicilline R0",), results=(first,)),), "Labo", "Dr")
    assert b"Isolat" not in content
