import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from passerelle.core.documents import pdf
from passerelle.core.errors import MalformedError

WHEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
HEADER = ("Patient : TESTU Zoé",)


def rendered(*lines: str) -> PdfReader:
    return PdfReader(io.BytesIO(pdf.render("Compte rendu", HEADER, lines, WHEN)))


def said(reader: PdfReader) -> str:
    return "\n".join(page.extract_text(extraction_mode="layout") for page in reader.pages)


def test_it_claims_pdf_a_1b_with_its_own_dates() -> None:
    metadata = rendered("Bonjour").xmp_metadata
    assert metadata is not None
    raw = metadata.stream.get_data().decode()
    assert "<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in raw
    assert raw.count("2026-11-22T09:30:00+00:00") == 3


def test_all_its_fonts_are_embedded_and_its_colours_have_a_profile() -> None:
    reader = rendered("Bonjour")
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]  # type: ignore[index]
    files: list[Any] = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts]
    assert files
    assert all("/FontFile2" in descriptor for descriptor in files)
    assert reader.trailer["/Root"]["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"  # type: ignore[index]
    assert "/AcroForm" not in reader.trailer["/Root"]  # type: ignore[operator]
    assert "/Encrypt" not in reader.trailer


def test_it_is_pdf_1_4_as_iso_19005_1_asks() -> None:
    assert pdf.render("x", (), ("y",), WHEN).startswith(b"%PDF-1.4")


def test_it_says_that_it_is_french() -> None:
    assert rendered("Bonjour").trailer["/Root"]["/Lang"] == "fr-FR"  # type: ignore[index]


def test_the_same_text_makes_the_same_bytes() -> None:
    assert pdf.render("x", HEADER, ("y",), WHEN) == pdf.render("x", HEADER, ("y",), WHEN)
    assert pdf.render("x", HEADER, ("y",), WHEN) != pdf.render("x", HEADER, ("z",), WHEN)


def test_it_says_title_header_and_text_of_all_pages_with_french_signs() -> None:
    lines = tuple(f"Ligne {number} : Œdème à 39 °C, 5 µg/l, ≤ 3 € – « fin »" for number in range(150))
    text = said(rendered(*lines))
    assert "Compte rendu" in text
    assert "TESTU Zoé" in text
    assert all(line in text for line in lines)


def test_a_sign_that_the_font_lacks_is_shown_as_missing_never_dropped() -> None:
    assert "a\ufffdb \ufffd \ufffd" in said(rendered("a\U0001f600b 中 \x07"))


def test_a_long_line_goes_on_below_and_loses_nothing() -> None:
    line = "".join(chr(ord("a") + number % 26) for number in range(3 * pdf.WIDTH - 5))
    assert line in said(rendered(line)).replace("\n", "").replace(" ", "")


def test_a_line_is_cut_at_a_blank_and_no_word_runs_out_of_the_page() -> None:
    day = "né le 10/09/1944"
    line = f"{'x' * (pdf.WIDTH - len(day) + 1)} {day}"
    title = "Compte rendu d'hospitalisation en service de médecine interne et de gériatrie"
    shown = said(PdfReader(io.BytesIO(pdf.render(title, (line,), (), WHEN))))
    assert "10/09/1944" in shown.split()
    assert title not in shown  # 13 pt: less than WIDTH columns
    assert " ".join(title.split()) in " ".join(shown.split())


def test_a_text_of_as_many_printed_lines_as_the_cap_is_set_and_one_more_is_refused() -> None:
    blank = ("",) * (pdf.MOST_LINES - 3)
    pdf.render("x", (), (*blank, "a" * pdf.WIDTH, "b" * (pdf.WIDTH + 1)), WHEN)
    with pytest.raises(MalformedError, match=r"pdf\.lines"):
        pdf.render("x", (), (*blank, "a" * (pdf.WIDTH + 1), "b" * (pdf.WIDTH + 1)), WHEN)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=5), st.text(max_size=20))
def test_any_text_can_be_set(lines: list[str], title: str) -> None:
    assert len(PdfReader(io.BytesIO(pdf.render(title, (title,), tuple(lines), WHEN))).pages) == 1
