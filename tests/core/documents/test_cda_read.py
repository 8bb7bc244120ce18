"""A CDA is read as it was written, or refused for a reason that is true."""

import base64
import io
import zlib
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from passerelle.core.documents import cda, markup
from passerelle.core.documents.cda import media, times, transcript
from passerelle.core.documents.effort import Effort
from passerelle.core.errors import MalformedError, PasserelleError, UnsupportedError
from passerelle.core.message import Code, Identifier, PostalAddress, Sex
from tests.vectors import make_cda as make


def refusal(content: bytes) -> str:
    with pytest.raises((MalformedError, UnsupportedError)) as caught:
        cda.read(content)
    return caught.value.code


def test_the_header_says_what_the_document_is() -> None:
    document = cda.read(make.cda())
    assert document.identifier == Identifier("1.2.250.1.999.7", "doc-1")
    assert document.kind == Code("11488-4", make.LOINC, "CR ou fiche de consultation")
    assert document.title == "Compte rendu de consultation"
    assert document.created == datetime.fromisoformat("2025-03-14T10:15:00+01:00")
    assert document.performed == date(2025, 3, 13)
    assert (document.version, document.replaces, document.deleted) == (1, None, False)
    assert document.source is not None
    assert document.source.content == make.cda()


def test_the_patient_shows_the_name_in_use_and_keeps_the_birth_record() -> None:
    patient = cda.read(make.cda()).patient
    assert (patient.family, patient.given) == ("DÉMO-USAGE", "Aline")
    assert (patient.birth_family, patient.birth_givens) == ("DÉMO-NAISSANCE", "Aline Rose")
    assert (patient.birth_date, patient.sex, patient.birth_place) == (date(1999, 2, 14), Sex.FEMALE, "49007")
    assert patient.ins == Identifier(make.INS_ROOT, make.INS)
    assert patient.local_ids == (Identifier("1.2.250.1.999.1", "P-42"),)
    assert patient.address == PostalAddress(("3 allée des Essais",), "49000", "ANGERS")


def test_a_patient_without_ins_has_only_the_traits_that_are_said() -> None:
    name = "<name><given>Aline</given><family>DÉMO</family></name>"
    patient = cda.read(make.cda(ids=make.LOCAL_ID, name=name)).patient
    assert (patient.family, patient.given) == ("DÉMO", "Aline")
    assert (patient.ins, patient.birth_family, patient.birth_givens) == (None, None, None)


def test_an_old_ins_c_is_no_ins() -> None:
    patient = cda.read(make.cda(ids='<id root="1.2.250.1.213.1.4.2" extension="0123456789"/>')).patient
    assert patient.ins is None
    assert patient.local_ids == (Identifier("1.2.250.1.213.1.4.2", "0123456789"),)


def test_two_ins_that_differ_are_two_patients() -> None:
    other = f'<id root="{make.INS_ROOT}" extension="199027699900101"/>'
    assert refusal(make.cda(ids=make.INS_ID + other)) == "cda.ins"
    assert cda.read(make.cda(ids=make.INS_ID * 2)).patient.ins == Identifier(make.INS_ROOT, make.INS)


def test_author_and_custodian_are_read_with_their_structure() -> None:
    document = cda.read(make.cda())
    assert document.author is not None
    assert (document.author.title, document.author.given, document.author.family) == ("DR", "Odile", "AUTEUR")
    assert document.author.identifier == Identifier("1.2.250.1.71.4.2.1", "899900000001")
    assert document.author.organisation is not None
    assert document.author.organisation.phone == "0200000000"
    assert document.custodian is not None
    assert document.custodian.identifier == Identifier("1.2.250.1.71.4.2.2", "1490000001")
    assert document.custodian.sector == Code("SA07", "1.2.250.1.71.4.2.4", "Cabinet individuel")


def test_sections_become_underlined_titles_over_their_text() -> None:
    assert cda.read(make.cda()).text == (
        "Motif",
        "=====",
        "Douleur du genou",
        "depuis trois jours.",
        "",
        "Examen",
        "======",
        "- Genou sec",
        "- Pas de fièvre",
        "",
        "Conclusion",
        "----------",
        "Entorse bénigne.",
    )


def test_a_self_presenting_document_is_taken_out_and_its_style_sheet_never_run() -> None:
    content = make.self_presenting(make.cda())
    document = cda.read(content)
    assert document.text == cda.read(make.cda()).text
    assert document.source is not None
    assert document.source.content == content


def test_a_level_1_document_is_its_pdf_and_the_words_in_it() -> None:
    pdf = make.pdf("Le patient se porte bien apres son intervention.")
    document = cda.read(make.cda(make.single(pdf)))
    assert document.text[0] == "Le patient se porte bien apres son intervention."
    assert [(file.name, file.media_type, file.content) for file in document.attachments] == [
        ("document.pdf", "application/pdf", pdf)
    ]


def test_a_scan_says_that_it_is_not_transcribed() -> None:
    assert cda.read(make.cda(make.single(make.pdf()))).text == (transcript.IMAGE,)


def test_a_broken_pdf_travels_without_words() -> None:
    assert cda.read(make.cda(make.single(b"%PDF-1.4 broken"))).text == (transcript.UNREADABLE,)


def test_a_pdf_in_name_only_is_refused() -> None:
    assert refusal(make.cda(make.single(b"MZ\x90"))) == "cda.pdf"
    assert (
        refusal(make.cda("<nonXMLBody><text mediaType='application/pdf' representation='B64'/></nonXMLBody>"))
        == "cda.pdf"
    )


def test_plain_text_in_level_1_keeps_its_lines() -> None:
    body = "<nonXMLBody><text mediaType='text/plain'>ligne 1\n\nligne 2</text></nonXMLBody>"
    assert cda.read(make.cda(body)).text == ("ligne 1", "", "ligne 2")
    packed = make.single("ligne é\nligne 2".encode(), "text/plain")
    assert cda.read(make.cda(packed)).text == ("ligne é", "ligne 2")


def test_the_pdf_copy_of_a_document_is_named_not_rendered() -> None:
    pdf = base64_of(make.pdf("copie"))
    copy = (
        '<templateId root="1.2.250.1.213.1.1.2.243"/><code code="55108-5"/><title>Copie</title>'
        '<text>à taire<renderMultiMedia referencedObject="doc-1"/></text><entry><organizer><component>'
        '<observationMedia ID="doc-1"><value mediaType="application/pdf" representation="B64">'
        f"{pdf}</value></observationMedia></component></organizer></entry>"
    )
    document = cda.read(make.cda(f"<structuredBody><component><section>{copy}</section></component></structuredBody>"))
    assert document.text == ("Copie", "=====", "[Pièce jointe : doc-1.pdf]")
    assert [file.name for file in document.attachments] == ["doc-1.pdf"]


def test_files_are_typed_by_their_bytes_and_the_pdf_comes_first() -> None:
    png = base64_of(b"\x89PNG\r\n\x1a\n-")
    files = (
        f'<observationMedia ID="../a b"><value mediaType="image/jpeg" representation="B64">{png}</value>'
        "</observationMedia>"
        f'<observationMedia ID="P"><value mediaType="text/plain" representation="B64">{base64_of(make.pdf())}</value>'
        '</observationMedia><observationMedia ID="Q"><value mediaType="image/png"><reference value="http://x.example/"/>'
        "</value></observationMedia>"
    )
    document = cda.read(make.cda(make.section("texte", f"<entry>{files}</entry>")))
    assert [(file.name, file.media_type) for file in document.attachments] == [
        ("P.pdf", "application/pdf"),
        ("a-b.png", "image/png"),
    ]


def test_a_level_1_document_of_another_kind_travels_as_its_file() -> None:
    document = cda.read(make.cda(make.single(b"GIF89a", "image/gif")))
    assert document.text == ("Document joint, non transcrit.",)
    assert [file.name for file in document.attachments] == ["document.gif"]


def test_files_of_one_id_get_names_that_differ_and_a_false_claim_of_compression_is_ignored() -> None:
    media_of = '<observationMedia ID="{}"><value mediaType="image/png" compression="DF" representation="B64">{}</value>'
    files = "".join(
        media_of.format(name, base64_of(b"not deflated")) + "</observationMedia>" for name in ("a", "A", "é", "")
    )
    document = cda.read(make.cda(make.section("texte", f"<entry>{files}</entry>")))
    assert [file.name for file in document.attachments] == ["a.bin", "A-2.bin", "document.bin", "document-4.bin"]
    assert {file.media_type for file in document.attachments} == {"application/octet-stream"}


def test_a_machine_is_no_author_and_an_act_without_day_has_none() -> None:
    content = (
        make.cda()
        .replace(b"assignedPerson", b"assignedAuthoringDevice")
        .replace(b'low value="20250313083000', b'low value="2025')
    )
    document = cda.read(content)
    assert (document.author, document.performed) == (None, None)


def test_a_patient_without_address_has_none() -> None:
    content = make.cda().replace(b"<addr><houseNumber>", b"<adresse><houseNumber>")
    content = content.replace(b"ANGERS</city></addr>", b"ANGERS</city></adresse>")
    assert cda.read(content).patient.address == PostalAddress()


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, len(make.cda()) - 1),
    st.integers(0, 12),
    st.sampled_from([b"", b"<td>", b'"', b"\x00", b"&#9;", b"-1"]),
)
def test_a_damaged_document_is_read_or_refused_never_a_crash(place: int, length: int, patch: bytes) -> None:
    content = make.cda()
    try:
        cda.read(content[:place] + patch + content[place + length :])
    except PasserelleError as error:
        assert error.code.startswith("cda.")  # noqa: PT017 - either outcome is right


def test_a_replacement_says_what_it_replaces() -> None:
    document = cda.read(make.cda(related=make.REPLACES, version="2"))
    assert document.replaces == Identifier("1.2.250.1.999.7", "doc-0")
    assert document.version == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "cda.xml"),
        (b"<a>", "cda.xml"),
        (b"<a>&nbsp;</a>", "cda.xml"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "cda.doctype"),
        (b'<!DOCTYPE a SYSTEM "other.dtd"><a/>', "cda.doctype"),
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"), "cda.doctype"),
        (b"<html/>", "cda.root"),
        (make.self_presenting(b'<?xml version="1.0"?><a/>'), "cda.root"),
        (make.cda().replace(b"recordTarget", b"recordTargot"), "cda.patient"),
        (make.cda().replace(b"<recordTarget>", b"<recordTarget/><recordTarget>"), "cda.patients"),
        (make.cda("<nothing/>"), "cda.body"),
        (make.cda(make.single(b"x").replace(">eA", ">e*")), "cda.base64"),
        (
            make.cda().replace(b'effectiveTime value="20250314101500', b'effectiveTime value="20250399101500'),
            "cda.time",
        ),
        (make.cda(version="0"), "cda.version"),
        (make.cda(version="10000"), "cda.version"),
        (make.cda(version="deux"), "cda.version"),
        (make.cda(version="000000001" + "0" * 5000), "cda.version"),
        (
            make.cda('<nonXMLBody><text mediaType="application/pdf"><reference value="a.pdf"/></text></nonXMLBody>'),
            "cda.body",
        ),
        (make.cda("<nonXMLBody><text> </text></nonXMLBody>"), "cda.body"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_the_name_of_the_rule(content: bytes, code: str) -> None:
    assert refusal(content) == code


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


def test_a_page_of_very_many_operands_is_not_put_into_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "_MOST_PARSED", 5)
    assert transcript.lines(make.pdf("Une ligne assez longue pour etre du texte.")) == (transcript.UNREADABLE,)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("20250314", "2025-03-14T00:00:00+00:00"),
        ("202503141015", "2025-03-14T10:15:00+00:00"),
        ("20250314101533.25-0330", "2025-03-14T10:15:33-03:30"),
    ],
)
def test_a_time_stamp_keeps_its_digits_and_its_zone(text: str, iso: str) -> None:
    assert times.moment(text) == datetime.fromisoformat(iso)


@pytest.mark.parametrize("text", ["", "2025", "20250230", "99999999", "20250314\u0660"])
def test_a_date_that_is_none_stays_unknown_or_is_refused(text: str) -> None:
    assert times.day(text) is None or text.endswith("\u0660")
    with pytest.raises(MalformedError):
        times.moment(text)


def base64_of(content: bytes) -> str:
    return base64.b64encode(content).decode()


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
