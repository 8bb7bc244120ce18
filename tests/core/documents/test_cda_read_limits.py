"""What is read of a CDA has caps, and its XML hides nothing."""

import io
import zlib

import pytest
from pypdf import PdfReader

from passerelle.core.documents import cda, markup
from passerelle.core.documents.cda import media, transcript
from passerelle.core.documents.effort import Effort
from passerelle.core.errors import MalformedError
from tests.core.documents.cda_refusals import base64_of, refusal
from tests.vectors import make_cda as make

MEDIA = '<observationMedia ID="{}"><value mediaType="x/y" {} representation="B64">{}</value></observationMedia>'


def test_two_files_with_one_id_are_two_files() -> None:
    entries = "".join(MEDIA.format("A", "", base64_of(content)) for content in (b"one", b"two"))
    document = cda.read(make.cda(make.section("x", f"<entry>{entries}</entry>")))
    assert [file.content for file in document.attachments] == [b"one", b"two"]


@pytest.mark.parametrize(("files", "code"), [(3, ""), (4, "cda.media")])
def test_all_files_of_a_document_together_have_a_cap(files: int, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "LARGEST_TOTAL", 300)
    engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = base64_of(engine.compress(b"a" * 100) + engine.flush())
    entries = MEDIA.format("", 'compression="DF"', packed) * files
    content = make.cda(make.section("x", f"<entry>{entries}</entry>"))
    if code:
        assert refusal(content) == code
    else:
        assert len(cda.read(content).attachments) == files


def test_a_version_may_be_as_high_as_the_cap() -> None:
    assert cda.read(make.cda(version="9999")).version == 9999


@pytest.mark.parametrize(("extra", "refused"), [(0, False), (1, True)])
def test_xml_nests_as_deep_as_the_cap(extra: int, refused: bool) -> None:  # noqa: FBT001 - a parameter of a table
    content = b"<a>" * (markup.DEEPEST + extra) + b"</a>" * (markup.DEEPEST + extra)
    if refused:
        with pytest.raises(MalformedError, match=r"x\.depth"):
            markup.parse(content, "x")
    else:
        assert markup.local(markup.parse(content, "x")) == "a"


@pytest.mark.parametrize("tags", [("table", "tr", "td"), ("list", "item"), ("content",), ("footnote",), ("sup",)])
def test_a_narrative_as_deep_as_the_cap_is_read(tags: tuple[str, ...]) -> None:
    levels = (markup.DEEPEST - 6) // len(tags)
    inner = "".join(f"<{tag}>" for tag in tags) * levels + "fond"
    inner += "".join(f"</{tag}>" for tag in reversed(tags)) * levels
    assert "fond" in " ".join(cda.read(make.cda(make.section(inner))).text)


@pytest.mark.parametrize(("extra", "code"), [(0, "x.xml"), (1, "x.size")])
def test_xml_has_as_many_tags_as_the_cap(extra: int, code: str) -> None:
    with pytest.raises(MalformedError) as caught:
        markup.parse(b"<" * (markup.MOST_TAGS + extra), "x")
    assert caught.value.code == code


@pytest.mark.parametrize(("extra", "code"), [(0, "x.xml"), (1, "x.size")])
def test_xml_is_as_large_as_the_cap(extra: int, code: str) -> None:
    with pytest.raises(MalformedError) as caught:
        markup.parse(b"-" * (markup.LARGEST + extra), "x")
    assert caught.value.code == code


def test_a_file_inside_has_a_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "LARGEST", 3000)
    largest = b"%PDF-" + b"x" * (3000 - 5)
    assert cda.read(make.cda(make.single(largest))).attachments[0].content == largest
    assert refusal(make.cda(make.single(largest + b"x" * 9))) == "cda.media"


def test_a_deflated_file_is_inflated_under_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "LARGEST", 3000)
    for size, code in ((3000, ""), (3001, "cda.media")):
        engine = zlib.compressobj(wbits=-15)
        packed = base64_of(engine.compress(b"%PDF-" + b"x" * (size - 5)) + engine.flush())
        body = make.single(b"").replace(' representation="B64">', f' representation="B64" compression="DF">{packed}')
        if code:
            assert refusal(make.cda(body)) == code
        else:
            assert len(cda.read(make.cda(body)).attachments[0].content) == size


def test_a_pdf_is_put_into_words_up_to_a_number_of_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = make.pdf("Une ligne assez longue pour etre du texte.")
    assert transcript.lines(pdf)[-1] != "Suite : voir le document joint."
    monkeypatch.setattr(transcript, "MOST_LINES", 1)
    assert transcript.lines(pdf) == ("Une ligne assez longue pour etre du texte.", "Suite : voir le document joint.")
    monkeypatch.setattr(transcript, "MOST_PAGES", 0)
    assert transcript.lines(pdf)[-1] == transcript.IMAGE


def test_a_pdf_is_put_into_words_up_to_the_work_that_it_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    line = "Une ligne assez longue pour etre du texte."
    meter = transcript._Meter(Effort())
    meter.text(PdfReader(io.BytesIO(make.pdf(line))).pages[0])
    cost = transcript.MOST_WORK - meter._left
    one, two = make.pdf(line), make.pdf(line).replace(b"[3 0 R]/Count 1", b"[3 0 R 3 0 R]/Count 2")
    monkeypatch.setattr(transcript, "MOST_WORK", cost)
    assert transcript.lines(one) == (line, "")
    assert transcript.lines(two) == (line, "", "Suite : voir le document joint.")
    monkeypatch.setattr(transcript, "MOST_WORK", cost - 1)
    assert transcript.lines(one) == (transcript.UNREADABLE,)


@pytest.mark.parametrize(
    "shown", ["(abcdefghij) Tj", "[(abcde) 20 (fghij)] TJ", "(abcdefghij) '", '0 0 (abcdefghij) "']
)
def test_letters_count_whichever_operator_shows_them(shown: str) -> None:
    costs = []
    for drawn in (shown, shown.replace("abcdefghij", "").replace("abcde", "").replace("fghij", "")):
        meter = transcript._Meter(Effort())
        pdf = make.pdf("x").replace(b"(x) Tj", drawn.encode())
        meter.text(PdfReader(io.BytesIO(pdf)).pages[0])
        costs.append(transcript.MOST_WORK - meter._left)
    assert costs[0] - costs[1] >= len("abcdefghij")


def test_a_page_of_very_many_operands_is_not_put_into_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "_MOST_PARSED", 5)
    assert transcript.lines(make.pdf("Une ligne assez longue pour etre du texte.")) == (transcript.UNREADABLE,)


def test_a_pdf_past_the_10_mb_of_libxml2_is_read() -> None:
    text = b"A" * 11_000_000
    assert len(markup.parse(b"<a>" + text + b"</a>", "x").text or "") == len(text)
    assert len(markup.parse(b'<?xml version="1.0" encoding="UTF-8"?><a>' + text + b"</a>", "x").text or "") == len(text)


@pytest.mark.parametrize("encoding", ["utf-7", "cp500"])
def test_an_encoding_that_could_hide_a_doctype_keeps_the_limits_of_libxml2(encoding: str) -> None:
    content = f'<?xml version="1.0" encoding="{encoding}"?><a>{"A" * 11_000_000}</a>'.encode(encoding)
    with pytest.raises(MalformedError, match=r"x\.xml"):
        markup.parse(content, "x")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_refused_in_any_encoding(encoding: str) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "cccccccccc"><!ENTITY d "&b;&b;&b;&b;">]>'
    with pytest.raises(MalformedError, match=r"x\.(doctype|xml)"):
        markup.parse(f'<?xml version="1.0" encoding="{encoding}"?>{bomb}<a b="&d;"/>'.encode(encoding), "x")
