"""Chapters of a CR-BIO: disciplines and parts, by the titles of the laboratory."""

from dataclasses import replace

import pytest
from lxml import etree

from passerelle.core.documents import cda
from passerelle.core.documents.cda.writing_chapters import chapters, disciplines
from passerelle.core.message import Document
from tests.core.documents.synthetic import AUTHOR, REPORT, RESULTS, SENDER


def report(*titles: str) -> Document:
    return replace(REPORT, results=tuple(replace(RESULTS[0], label=title, chapter=title) for title in titles))


def outline(document: Document) -> list[tuple[str | None, str | None, int]]:
    """Return title, code and depth of each section that has results under it."""
    frame, _ = cda.frame(document, AUTHOR, SENDER, "m")
    root = etree.fromstring(cda.write_biology(document, frame, b"%PDF-1.4\n%%EOF\n"))
    kinds = ("1.3.6.1.4.1.19376.1.3.3.2.1", "1.3.6.1.4.1.19376.1.3.3.2.2")
    return [
        (section.findtext("{*}title"), section.find("{*}code").get("code"), kinds.index(kind) + 1)  # type: ignore[union-attr]
        for section in root.iter("{*}section")
        for kind in [one.get("root", "") for one in section.findall("{*}templateId")]
        if kind in kinds
    ]


DISCIPLINES = """
18719-5 | BIOCHIMIE | Biochimie sanguine | Biochimie urinaire | Biochimie générale | Biochimie clinique
18719-5 | Biochimie médicale | Biochimie spécialisée | EXAMENS DE BIOCHIMIE | Examens de biochimie sanguine
18723-7 | HÉMATOLOGIE : | Hématologie cellulaire | Hématologie générale | Hématologie biologique
18723-7 | Hématologie clinique | EXAMENS D'HÉMATOLOGIE
18725-2 | Microbiologie | Bactériologie | Mycologie | Parasitologie | PARASITOLOGIE - MYCOLOGIE
18727-8 | Sérologie | Sérologies
18718-7 | Protéines, marqueurs tumoraux, vitamines | MARQUEURS TUMORAUX | Vitamines
"""
PARTS = """
Hématologie | 18723-7 | 18720-3 | HÉMOSTASE | Coagulation | Hémostase, coagulation | Hémostase et coagulation
Biochimie | 18719-5 | 57698-3 | Bilan lipidique
Biochimie | 18719-5 | 14340-4 | Électrophorèse des protéines | Électrophorèse des protéines sériques
Biochimie | 18719-5 | 92895-2 | ENDOCRINOLOGIE
"""


def by_hand(table: str, heads: int) -> list[tuple[str, ...]]:
    rows = [line.split(" | ") for line in table.strip().splitlines()]
    return [(*row[:heads], title) for row in rows for title in row[heads:]]


@pytest.mark.parametrize(("code", "title"), by_hand(DISCIPLINES, 1))
def test_a_title_that_names_a_discipline_has_its_code(title: str, code: str) -> None:
    assert outline(report(title)) == [(title, code, 1)]
    assert [one.code for one in disciplines(report(title))] == [code]


@pytest.mark.parametrize(("discipline", "its", "code", "title"), by_hand(PARTS, 3))
def test_a_narrower_title_is_a_part_of_its_discipline(discipline: str, its: str, code: str, title: str) -> None:
    assert outline(report(title)) == [(discipline, its, 1), (title, code, 2)]


@pytest.mark.parametrize("title", ["IMMUNOLOGIE", "Bilan hépatique", "Cytologie", "Biochimie du LCR", ""])
def test_a_title_that_names_no_one_discipline_has_no_code(title: str) -> None:
    assert outline(report(title)) == [(title or "Résultats", None, 1)]
    assert disciplines(report(title)) == ()


def test_parts_of_one_discipline_stand_in_one_chapter_in_the_order_of_the_report() -> None:
    found = report("BIOCHIMIE", "HEMATOLOGIE", "Bilan lipidique", "IMMUNOLOGIE", "BIOCHIMIE")
    assert outline(found) == [
        ("Biochimie", "18719-5", 1),
        ("BIOCHIMIE", "18719-5", 2),
        ("Bilan lipidique", "57698-3", 2),
        ("HEMATOLOGIE", "18723-7", 1),
        ("IMMUNOLOGIE", None, 1),
    ]
    assert sum(len(part.rows) for chapter in chapters(found) for part in chapter.parts) == len(found.results)
    assert [one.display for one in disciplines(found)] == ["Biochimie", "Hématologie"]


def test_the_lines_of_all_parts_are_shown() -> None:
    shown = "\n".join(cda.result_lines(report("HEMOSTASE", "BIOCHIMIE", "Bilan lipidique")))
    assert [line for line in shown.splitlines() if line.startswith("===")] == ["=" * 9, "=" * 9, "=" * 15]
