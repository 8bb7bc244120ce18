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


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("BIOCHIMIE", "18719-5"),
        ("Biochimie sanguine", "18719-5"),
        ("HÉMATOLOGIE :", "18723-7"),
        ("Bactériologie", "18725-2"),
        ("Sérologies", "18727-8"),
        ("MARQUEURS TUMORAUX", "18718-7"),
    ],
)
def test_a_title_that_names_a_discipline_has_its_code(title: str, code: str) -> None:
    assert outline(report(title)) == [(title, code, 1)]
    assert [one.code for one in disciplines(report(title))] == [code]


@pytest.mark.parametrize(
    ("title", "discipline", "code"),
    [
        ("HÉMOSTASE", ("Hématologie", "18723-7"), "18720-3"),
        ("Bilan lipidique", ("Biochimie", "18719-5"), "57698-3"),
        ("Électrophorèse des protéines sériques", ("Biochimie", "18719-5"), "14340-4"),
    ],
)
def test_a_narrower_title_is_a_part_of_its_discipline(title: str, discipline: tuple[str, str], code: str) -> None:
    assert outline(report(title)) == [(*discipline, 1), (title, code, 2)]


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
