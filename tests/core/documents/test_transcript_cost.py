"""What a PDF costs is counted before pypdf does it: each time a page or a form is drawn, with all its fonts."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf._cmap import _parse_to_unicode
from pypdf.errors import LimitReachedError
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from passerelle.core.documents.cda import transcript, transcript_cost
from passerelle.core.documents.cda.transcript_cost import Costs
from passerelle.core.documents.effort import Effort
from tests.vectors.make_pdf import drawing, form, stream

HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
MAPPED = b"<</Type/Font/Subtype/Type1/BaseFont/A/Encoding/WinAnsiEncoding/ToUnicode 7 0 R>>"
COMPOSITE = b"<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[%b]>>"
LINE = b"BT /F1 12 Tf (Une ligne assez longue pour etre du texte) Tj ET"
RANGE = b"1 beginbfrange\n<0000> <%04X> <0000>\nendbfrange"


def cost(pdf: bytes) -> tuple[int, dict[str, int]]:
    """Return what the first page costs, and its forms."""
    return Costs(lambda _: None).page(PdfReader(io.BytesIO(pdf)).pages[0])


def bare() -> int:
    return cost(drawing(b"n", HELVETICA, forms=b""))[0]


def said(pdf: bytes) -> str:
    return transcript.lines(pdf)[0]


@pytest.mark.parametrize(
    ("font", "more", "least"),
    [
        pytest.param(MAPPED, stream(RANGE % 9_999), 5_000, id="a range of characters"),
        pytest.param(MAPPED, stream(b"<0041> <0041>\n" * 10_000), 5_000, id="characters one by one"),
        pytest.param(MAPPED, stream(b"1 beginbfrange\n0 FFFF 0\nendbfrange"), 50_000, id="a range in other words"),
        pytest.param(MAPPED, stream(b"1 beginbfrange\n<00> <FF> <00>"), 50_000, id="a range without end"),
        pytest.param(MAPPED, stream(b"x" * 320_000), 10_000, id="a long table"),
        pytest.param(COMPOSITE % b"7 0 R", b"<</Type/Font/W[1 10000 500]>>", 1_000, id="widths by a range"),
        pytest.param(COMPOSITE % b"7 0 R", b"<</Type/Font/W[%b]>>" % (b"1[5]" * 5_000), 1_000, id="widths one by one"),
        pytest.param(COMPOSITE % (b"7 0 R " * 100), b"<</Type/Font>>", 1_000, id="many descendants"),
        pytest.param(
            HELVETICA.replace(b"/WinAnsiEncoding", b"<</Differences[0 %b]>>" % (b"/A" * 10_000)),
            b"null",
            1_000,
            id="names",
        ),
        pytest.param(HELVETICA[:-2] + b"/Widths[%b]>>" % (b"5 " * 10_000), b"null", 1_000, id="simple widths"),
        pytest.param(
            HELVETICA[:-2] + b"/FontDescriptor<</FontFile 7 0 R>>>>", stream(b"x" * 320_000), 10_000, id="a font file"
        ),
    ],
)
def test_a_font_costs_what_its_tables_ask_for_on_each_page_and_form(font: bytes, more: bytes, least: int) -> None:
    page, forms = cost(drawing(b"n", font, form(b"n"), more))
    assert page - bare() >= least - 10
    assert forms == {"/X": pytest.approx(page, abs=10)}


def test_a_page_costs_its_operators_and_a_form_those_of_its_own() -> None:
    page, forms = cost(drawing(b"n" * 4_000, HELVETICA, form(b"n" * 8_000)))
    assert page - bare() == pytest.approx(1_000, abs=2)
    assert forms["/X"] - bare() == pytest.approx(2_000, abs=2)


def test_a_form_in_a_form_is_known_by_its_name_and_the_heavier_of_two_counts() -> None:
    inner, outer = form(b"n" * 40_000), form(b"n", forms=b"/Y 7 0 R")
    assert cost(drawing(b"n", HELVETICA, outer, inner))[1]["/Y"] > 10_000
    twice = cost(drawing(b"n", HELVETICA, form(b"n", forms=b"/X 7 0 R"), inner))[1]
    assert twice["/X"] > 10_000


def test_a_form_that_holds_itself_ends_and_an_image_costs_nothing() -> None:
    assert set(cost(drawing(b"n", HELVETICA, form(b"n", forms=b"/X 6 0 R")))[1]) == {"/X"}
    image = stream(b"x" * 9_000, b"/Type/XObject/Subtype/Image")
    assert cost(drawing(b"n", HELVETICA, image))[1] == {}


@pytest.mark.parametrize(("draws", "read"), [(9, True), (20, False)])
def test_a_form_with_a_heavy_font_is_drawn_as_often_as_the_work_allows(draws: int, read: bool) -> None:  # noqa: FBT001
    heavy = drawing(LINE + b" /X Do" * draws, MAPPED, form(LINE), stream(RANGE % 39_999))
    assert (said(heavy) != transcript.UNREADABLE) is read


def test_many_names_of_one_font_are_as_many_fonts() -> None:
    names = b"".join(b"/F%d 5 0 R" % number for number in range(40_000))
    assert said(drawing(LINE, HELVETICA, fonts=names, forms=b"")) == transcript.UNREADABLE
    assert said(drawing(LINE, HELVETICA, fonts=names[: 100 * 9], forms=b"")).startswith("Une ligne")


def test_what_is_only_unpacked_counts_too() -> None:
    blank = [form(b" " * 10_000_000) for _ in range(10)]
    names = b"".join(b"/X%d %d 0 R" % (number, number + 6) for number in range(10))
    assert said(drawing(LINE, HELVETICA, *blank, forms=names)) == transcript.UNREADABLE


def test_the_account_of_the_mail_pays() -> None:
    effort = Effort()
    heavy = drawing(LINE, MAPPED, stream(b""), stream(RANGE % 39_999), forms=b"")
    read = [transcript.lines(heavy, effort)[0] != transcript.UNREADABLE for _ in range(20)]
    assert (read[0], read[-1]) == (True, False)


def test_a_table_counts_for_as_many_characters_as_pypdf_reads_and_no_more() -> None:
    assert transcript_cost._entries(RANGE % 0xFFFF) == 0x10000 + 1  # and its own sign
    assert transcript_cost._entries((RANGE % 0xFFFF + b"\n") * 2) == transcript_cost._MOST_ENTRIES


_CODE = st.integers(0, 0x1FFF).map(lambda number: b"<%04X>" % number)
_PLAIN = st.one_of(
    st.tuples(_CODE, _CODE, _CODE).map(b" ".join),
    st.tuples(_CODE, _CODE, st.lists(_CODE, max_size=5).map(lambda codes: b"[" + b" ".join(codes) + b"]")).map(
        b"".join
    ),
)
_ODD = st.sampled_from([b"0 F 0", b"<0> <F F> <0>", b"% no", b"[", b"<00> <FF>", b"<<", b"<1>\r<9>\r<1>", b"-1 9 0"])
_SECTION = st.builds(
    lambda kind, lines: b"1 begin%b\n%b\nend%b\n" % (kind, b"\n".join(lines), kind),
    st.sampled_from([b"bfrange", b"bfchar"]),
    st.lists(st.one_of(_PLAIN, _PLAIN, st.tuples(_CODE, _CODE).map(b" ".join), _ODD), max_size=8),
)


@settings(deadline=None)
@given(st.lists(st.one_of(_SECTION, _SECTION, _ODD, st.just(b"beginbfrange")), max_size=5).map(b"\n".join))
def test_no_table_names_more_characters_than_it_is_counted_for(table: bytes) -> None:
    held = DecodedStreamObject()
    held.set_data(table)
    font = DictionaryObject({NameObject("/ToUnicode"): held})
    try:
        named = len(_parse_to_unicode(font)[1])
    except LimitReachedError:
        named = transcript_cost._MOST_ENTRIES
    except (ValueError, IndexError, OverflowError, UnicodeError):
        return
    assert transcript_cost._entries(table) + len(table) // 4 >= named
