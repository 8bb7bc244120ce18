"""What a CDA says in its body, in files and in words, is read as it was written."""

import pytest

from passerelle.core.documents import cda
from passerelle.core.documents.cda import transcript
from tests.core.documents.cda_refusals import base64_of, refusal
from tests.vectors import make_cda as make


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


@pytest.mark.parametrize(("stamp", "told"), [("a" * 19, transcript.IMAGE), ("a" * 20, "a" * 20)])
def test_a_stamp_of_a_few_letters_is_no_text(stamp: str, told: str) -> None:
    assert cda.read(make.cda(make.single(make.pdf(stamp)))).text[0] == told


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


@pytest.mark.parametrize("known_by", ['<templateId root="1.2.250.1.213.1.1.2.243"/>', '<code code="55108-5"/>'])
def test_the_pdf_copy_of_a_document_is_named_not_rendered(known_by: str) -> None:
    pdf = base64_of(make.pdf("copie"))
    copy = (
        f"{known_by}<title>Copie</title>"
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
