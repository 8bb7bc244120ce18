"""A MSSanté mail gives its documents, each with its own PDF and never another patient's."""

import base64
from datetime import date

import pytest

from passerelle.core.documents.cda import transcript
from passerelle.core.errors import MalformedError
from passerelle.core.mail import mime
from passerelle.core.message import Attachment, Message, Opened, Proof
from passerelle.core.networks import mssante
from tests.vectors import make_cda as make

PROOF = Proof(means="channel")
ZIP = Attachment("IHE_XDM.zip", "application/zip", make.xdm())
PDF = make.pdf("imprime")
SAME_NAME = "20250313_CR ou fiche de consultation_DEMO-NAISSANCE_Aline.pdf"
OTHER_NAME = make.NAME.replace("DÉMO-NAISSANCE", "TÉMOIN").replace("DÉMO-USAGE", "TÉMOIN").replace("Aline", "Luc")
OTHER_INS = f'<id root="{make.INS_ROOT}" extension="199027699900101"/>'


def mail(*files: Attachment, text: str = "Bonjour,\r\nci-joint.", charset: str = "utf-8") -> Opened:
    parts = [f'Content-Type: text/plain; charset="{charset}"\r\n\r\n'.encode() + text.encode(charset)]
    for file in files:
        head = (
            f'Content-Type: {file.media_type}; name="{file.name}"\r\nContent-Transfer-Encoding: base64\r\n'
            f'Content-Disposition: attachment; filename="{file.name}"\r\n\r\n'
        )
        parts.append(head.encode() + base64.encodebytes(file.content).replace(b"\n", b"\r\n"))
    start = (
        "From: Dr_Odile_AUTEUR <odile.auteur@ville.example>\r\nTo: luc.lecteur@ville.example\r\n"
        "Subject: XDM/1.0/DDM+CR DEMO Aline\r\nMessage-ID: <1@ville.example>\r\nMIME-Version: 1.0\r\n"
        'Date: Fri, 14 Mar 2025 10:20:00 +0100\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    )
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    return Opened(start.encode() + body + b"--b--\r\n", PROOF)


def read(*files: Attachment) -> Message:
    return mssante.read(mail(*files))


def test_the_text_around_the_documents_is_capped() -> None:
    fits = mail(ZIP, text="mot\r\n" * (mime.MOST_TEXT // 5 - 1) + "court")
    assert len(mssante.read(fits).text) == mime.MOST_TEXT
    with pytest.raises(MalformedError, match=r"mail\.text"):
        mssante.read(mail(ZIP, text="mot\r\n" * (mime.MOST_TEXT // 5 - 1) + "courts"))


def two(first: bytes, second: bytes) -> tuple[Attachment, Attachment]:
    patient = "199027699900101^^^&1.2.250.1.213.1.4.10&ISO^NH"
    return (
        Attachment("IHE_XDM.zip", "application/zip", make.xdm({"A.XML": first})),
        Attachment("IHE_XDM-2.zip", "application/zip", make.xdm({"B.XML": second}, patient=patient)),
    )


def pdf(name: str, text: str = "imprime") -> Attachment:
    return Attachment(name, "application/pdf", make.pdf(text))


def names(message: Message) -> list[list[str]]:
    return [[file.name for file in document.attachments] for document in message.documents]


def test_a_mail_gives_its_document_its_words_and_its_proof() -> None:
    message = read(ZIP)
    assert (message.message_id, message.sender.address) == ("1@ville.example", "odile.auteur@ville.example")
    assert message.subject == "XDM/1.0/DDM+CR DEMO Aline"
    assert message.text.splitlines() == ["Bonjour,", "ci-joint."]
    assert message.proof == PROOF
    assert [document.performed for document in message.documents] == [date(2025, 3, 13)]
    assert (message.attachments, message.losses) == ((), ())


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("IHE_XDM.ZIP", "application/zip"),
        ("ihe-xdm.zip", "application/octet-stream"),
        ("IHE_XDM (1).zip", "text/plain"),
        ("documents.zip", "application/octet-stream"),
        ("documents", "application/x-zip-compressed"),
    ],
)
def test_a_zip_is_found_under_the_names_that_others_give_it(name: str, media_type: str) -> None:
    assert len(read(Attachment(name, media_type, ZIP.content)).documents) == 1


def test_another_zip_is_an_attachment() -> None:
    photos = Attachment("photos.zip", "application/zip", make.archive({"a.jpg": b"-"}))
    assert read(ZIP, photos).attachments == (photos,)


def test_a_mail_without_document_is_refused() -> None:
    for files in ((), (pdf("a.pdf"),), (Attachment("photos.zip", "application/zip", make.archive({"a": b"-"})),)):
        with pytest.raises(MalformedError, match=r"xdm\.missing"):
            read(*files)


def test_a_zip_of_that_name_that_is_none_is_refused() -> None:
    with pytest.raises(MalformedError, match=r"xdm\.zip"):
        read(Attachment("IHE_XDM.zip", "application/zip", b"not a zip"))


def test_the_pdf_beside_goes_first_to_the_only_document() -> None:
    assert names(read(ZIP, pdf("impression.pdf"))) == [["impression.pdf"]]


def test_a_pdf_typed_as_something_else_is_a_pdf() -> None:
    beside = Attachment("impression.pdf", "application/octet-stream", PDF)
    assert read(ZIP, beside).documents[0].attachments[0].media_type == "application/pdf"


def test_the_pdf_beside_that_is_also_inside_is_not_doubled() -> None:
    content = make.xdm({"A.XML": make.cda(make.single(PDF))})
    message = read(Attachment("IHE_XDM.zip", "application/zip", content), Attachment("b.pdf", "application/pdf", PDF))
    assert names(message) == [["document.pdf"]]
    assert message.attachments == ()


def test_two_patients_get_each_their_own_pdf_in_whatever_order() -> None:
    zips = two(make.cda(), make.cda(ids=OTHER_INS, name=OTHER_NAME))
    message = read(*zips, pdf("20250313_CR_TEMOIN_Luc.pdf", "un"), pdf(SAME_NAME, "deux"))
    assert names(message) == [[SAME_NAME], ["20250313_CR_TEMOIN_Luc.pdf"]]
    assert message.attachments == ()


def test_a_pdf_without_telling_name_is_given_to_neither_of_two_patients() -> None:
    zips = two(make.cda(), make.cda(ids=OTHER_INS, name=OTHER_NAME))
    message = read(*zips, pdf("scan1.pdf", "un"), pdf("scan2.pdf", "deux"))
    assert names(message) == [[], []]
    assert [file.name for file in message.attachments] == ["scan1.pdf", "scan2.pdf"]


def test_two_documents_of_one_patient_get_theirs_by_type_then_by_order() -> None:
    report = make.cda(code="11502-2", display="CR d'examens biologiques", title="Biologie")
    both = Attachment("IHE_XDM.zip", "application/zip", make.xdm({"A.XML": make.cda(), "B.XML": report}))
    biology = "20250313_CR d'examens biologiques_DEMO-NAISSANCE_Aline.pdf"
    assert names(read(both, pdf(biology, "un"), pdf(SAME_NAME, "deux"))) == [[SAME_NAME], [biology]]
    assert names(read(both, pdf("scan1.pdf", "un"), pdf("scan2.pdf", "deux"))) == [["scan1.pdf"], ["scan2.pdf"]]
    assert names(read(both, pdf(biology, "un"), pdf("scan.pdf", "deux"))) == [["scan.pdf"], [biology]]


def test_a_pdf_too_many_belongs_to_no_document() -> None:
    both = Attachment("IHE_XDM.zip", "application/zip", make.xdm({"A.XML": make.cda(), "B.XML": make.cda(version="2")}))
    message = read(both, pdf("scan.pdf"))
    assert names(message) == [[], []]
    assert [file.name for file in message.attachments] == ["scan.pdf"]


def test_a_scan_that_is_not_put_into_words_is_a_loss() -> None:
    content = make.xdm({"A.XML": make.cda(make.single(make.pdf()))})
    message = read(Attachment("IHE_XDM.zip", "application/zip", content))
    assert message.documents[0].text == (transcript.IMAGE,)
    assert [loss.what for loss in message.losses] == ["text.pdf-image"]


def test_words_in_another_charset_and_files_of_other_types_are_kept() -> None:
    notes = Attachment("notes.txt", "text/plain", b"a")
    message = mssante.read(mail(ZIP, notes, text="Été", charset="iso-8859-1"))
    assert message.text == "Été"
    assert [file.name for file in message.attachments] == ["notes.txt"]


def test_two_identical_documents_keep_the_pdf_that_names_both_apart() -> None:
    both = Attachment("IHE_XDM.zip", "application/zip", make.xdm({"A.XML": make.cda(), "B.XML": make.cda(version="2")}))
    message = read(both, pdf(SAME_NAME))
    assert names(message) == [[], []]
    assert [file.name for file in message.attachments] == [SAME_NAME]
