"""A letter of level 3: sections under its own headings, every line kept."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from passerelle.core.documents import cda
from passerelle.core.documents.cda.writing_sections import MOST_SECTIONS, letter_sections, parts
from tests.core.documents.synthetic import AUTHOR, LETTER, SENDER


@pytest.mark.parametrize(
    "line",
    [
        "Motif de consultation :",
        "ANTÉCÉDENTS",
        "Antécédents médicaux et chirurgicaux :",
        "Conclusion:",
        "Mode de vie",
        "TRAITEMENT DE SORTIE :",
        "Traitement à l’entrée :",
        "Conduite à tenir",
        "Examens complémentaires",
    ],
)
def test_a_known_heading_on_a_line_of_its_own_opens_a_section(line: str) -> None:
    found = parts(("Bonjour,", "", line, "Suite."))
    assert [part.title for part in found] == ["", line.rstrip(" :")]
    assert found[1].lines == ("Suite.",)


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("", "CABINET DU DOCTEUR TESTU"),
        ("", "Conclusion : tout va bien"),
        ("Le patient a vu son", "suivi"),
        ("", "Biologie du 20/11/2026"),
        ("", "Traitement " + "x" * 60),
        ("", ""),
    ],
)
def test_what_may_be_no_heading_stays_text(before: str, line: str) -> None:
    assert [part.title for part in parts((before, line, "Suite."))] == [""]


@pytest.mark.parametrize("line", ["suivi :", "SUIVI"])
def test_within_a_paragraph_a_heading_has_a_colon_or_capitals(line: str) -> None:
    assert [part.title for part in parts(("Le patient va", line, "Revoir."))] == ["", line.rstrip(" :")]


def test_a_letter_that_begins_with_a_heading_has_no_section_before_it() -> None:
    assert [part.title for part in parts(("", "Conclusion", "Rien."))] == ["Conclusion"]


@pytest.mark.parametrize(("headings", "sections"), [(MOST_SECTIONS, MOST_SECTIONS), (MOST_SECTIONS + 1, MOST_SECTIONS)])
def test_a_letter_has_a_hundred_sections_and_the_rest_is_in_the_last(headings: int, sections: int) -> None:
    found = parts(("CONCLUSION", "Rien.") * headings)
    assert len(found) == sections
    assert sum(part.lines.count("Rien.") for part in found) == headings


_LINES = st.lists(
    st.sampled_from(["", "Motif :", "CONCLUSION", "Toux  sèche < 3 j", "  (suite)", "suivi"]), max_size=12
)


@settings(max_examples=40)
@given(_LINES)
def test_every_word_of_a_letter_is_in_its_sections_in_order(lines: list[str]) -> None:
    said = [
        word.rstrip(":")
        for section in letter_sections(tuple(lines))
        for word in " ".join(map(str, section.itertext())).split()
        if word != ":"
    ]
    assert said == [word.rstrip(":") for word in " ".join(lines).split() if word != ":"]


def test_the_document_reads_back_with_its_words_and_its_pdf() -> None:
    frame, _ = cda.frame(LETTER, AUTHOR, SENDER, "m")
    text = ("Cher confrère,", "", "Motif :", "Toux  sèche", "", "Conclusion :", "Rien.")
    document = replace(LETTER, text=text)
    content = cda.write_narrative(document, frame, b"%PDF-1.4\n%%EOF\n")
    sections = etree.fromstring(content).findall(".//{*}structuredBody/{*}component/{*}section")
    assert [section.findtext("{*}title") for section in sections] == [None, "Motif", "Conclusion", "Copie du document"]
    again = cda.read(content)
    assert [file.media_type for file in again.attachments] == ["application/pdf"]
    assert {"Cher", "Toux", "sèche", "Motif", "Rien."} <= set(" ".join(again.text).split())
