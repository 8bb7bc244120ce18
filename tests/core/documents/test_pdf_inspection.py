import io
import random
import zlib
from datetime import UTC, datetime
from time import process_time

import pytest
from pypdf import PdfWriter
from pypdf.actions import JavaScript

from passerelle.core.documents import pdf, pdf_inspection
from passerelle.core.documents.pdf_inspection import inspect
from tests.vectors import make_pdf as make

SENDS = make.ACTS["pdf.submit"][0]


def seen(content: bytes) -> set[str]:
    """Return what counts: a link is there for whoever clicks on it, and what acts by itself is told beside its act."""
    return set(inspect(content)) - {"pdf.automatic", "pdf.link"}


@pytest.mark.parametrize("hiding", make.HIDINGS)
@pytest.mark.parametrize("code", make.ACTS)
def test_every_act_is_found_in_every_hiding_place(code: str, hiding: str) -> None:
    for entries in make.ACTS[code]:
        assert seen(make.HIDINGS[hiding](entries)) == {code}


@pytest.mark.parametrize("hiding", make.HIDINGS)
@pytest.mark.parametrize("entries", make.INERT)
def test_a_page_to_open_at_a_print_or_a_link_is_no_act(entries: bytes, hiding: str) -> None:
    assert set(inspect(make.HIDINGS[hiding](entries))) <= {"pdf.link"}


def test_a_link_that_nobody_clicks_acts_by_itself() -> None:
    assert inspect(make.pdf(b"/AA<</O<</S/URI/URI(x)>>>>")) == ("pdf.link", "pdf.automatic")


def test_our_own_pdfs_and_what_is_no_pdf_do_nothing() -> None:
    ours = pdf.render("Titre", ("Patient",), ("JavaScript", "/JS /AA"), datetime(2026, 11, 22, tzinfo=UTC))
    assert inspect(ours) == ()
    assert inspect(b"/OpenAction<</S/Launch>>") == ()


def test_what_another_writer_makes_is_found() -> None:
    writer, written = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.add_open_action(JavaScript("app.alert('x')"))
    writer.add_attachment("a.txt", b"x")
    writer.write(written)
    assert {"pdf.javascript", "pdf.embedded-file"} <= set(inspect(written.getvalue()))


def test_an_encrypted_pdf_is_told() -> None:
    writer, written = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.encrypt("x", algorithm="RC4-128")
    writer.write(written)
    assert inspect(written.getvalue()) == ("pdf.encrypted",)


@pytest.mark.parametrize(
    "stream",
    [
        make.objects(SENDS, entries=b"/Filter[/ASCIIHexDecode/FlateDecode]"),
        make.objects(SENDS, entries=b"/Filter 7 0 R", packed=b"x") + b"7 0 obj/LZW endobj\n",
        make.objects(SENDS, entries=b"/Filter/FlateDecode/DecodeParms<</Predictor 2>>"),
        make.objects(SENDS, entries=b"/DP<</Predictor 12>>", packed=zlib.compress(b"\x029 0 <<\x02/Sub\x02mit")),
        make.objects(SENDS, packed=zlib.compress(b"9 0 <<%b>>" % (SENDS * 900))[:60]),
        make.objects(b"", packed=b"\x78\x9c\x07 no block"),
    ],
    ids=["hexadecimal", "filter named elsewhere", "predictor of TIFF", "rows of PNG", "cut short", "wrong inside"],
)
def test_objects_that_are_not_read_are_told(stream: bytes) -> None:
    assert inspect(make.pdf(b"", stream)) == ("pdf.unread",)


def test_a_wrong_checksum_hides_nothing() -> None:
    packed = zlib.compress(b"9 0 <<%b>>" % SENDS)[:-4] + b"\0\0\0\0"
    assert inspect(make.pdf(b"", make.objects(b"", packed=packed))) == ("pdf.submit",)


def test_pictures_in_rows_and_a_table_in_rows_do_not_matter() -> None:
    rows = zlib.compress(b"\x02\x01\x00\x10" * 50)
    table = (
        b"9 0 obj<</Type/XRef/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 4>>>>stream\n%b\nendstream" % rows
    )
    assert inspect(make.pdf(b"", make.objects(b""), table)) == ()


@pytest.mark.parametrize(("before", "found"), [(1_019, True), (1_020, False)])
def test_the_mark_of_a_pdf_stands_within_its_first_1024_bytes(before: int, found: bool) -> None:  # noqa: FBT001
    content = b" " * before + b"%PDF-1.4 /JavaScript /S"
    assert bool(inspect(content)) is found


@pytest.mark.parametrize(("name", "most"), [("MOST_ESCAPED", 3), ("MOST_STREAMS", 3)])
def test_a_count_has_a_cap(name: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_inspection, name, most)
    piece = {"MOST_ESCAPED": b"/#41 ", "MOST_STREAMS": make.objects(b"")}[name]
    assert inspect(make.pdf(b"", make.objects(b""), piece * (most - 1))) == ()
    assert inspect(make.pdf(b"", make.objects(b""), piece * (most + 1))) == ("pdf.unread",)


def test_what_is_inflated_has_a_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = make.objects(b" " * 5_000)
    monkeypatch.setattr(pdf_inspection, "MOST_INFLATED", 6_000)
    assert inspect(make.pdf(b"", stream)) == ()
    assert inspect(make.pdf(b"", stream, stream)) == ("pdf.unread",)


@pytest.mark.parametrize(
    "filling",
    [b"/#41", b"/AA ", b"/AA%", b"/AA 1 ", b"/EF\n", b"stream\nx\x9c", b"endstream", b"/Launc", b"#41", b"\0"],
)
def test_two_megabytes_of_anything_are_searched_at_once(filling: bytes) -> None:
    begun = process_time()
    inspect(make.pdf(b"", make.objects(b""), filling * (2_000_000 // len(filling))))
    assert process_time() - begun < 1


def test_chance_writes_no_act() -> None:
    noise = random.Random(1).randbytes(3_000_000)  # noqa: S311 - the same noise every day
    assert inspect(make.pdf(b"", b"9 0 obj<<>>stream\n", noise, b"\nendstream endobj\n")) == ()


def test_an_old_file_without_object_streams_may_encode_its_pages_as_it_likes() -> None:
    page = b"4 0 obj<</Filter[/ASCII85Decode/LZWDecode]/Length 1>>stream\nx\nendstream endobj\n"
    assert inspect(make.pdf(b"/Outlines<</First 5 0 R>>", page)) == ()
