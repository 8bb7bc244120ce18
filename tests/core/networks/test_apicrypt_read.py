"""A mail of Apicrypt gives its HPRIM, its files and what stands beside, or is refused."""

from base64 import encodebytes

import pytest

from passerelle.core.errors import MalformedError
from passerelle.core.mail import compose
from passerelle.core.message import (
    Attachment,
    Message,
    Opened,
)
from passerelle.core.networks import apicrypt
from tests.core.networks.apicrypt_mails import DISPATCH, PDF, PROOF, hpr, mail, pdf, text


def families(message: Message) -> list[str]:
    return [document.patient.family for document in message.documents]


def test_hprim_in_the_text_of_the_mail_is_read_with_the_pdf_beside() -> None:
    message = apicrypt.read(mail(text("DUPONT"), pdf("document.pdf")))
    assert families(message) == ["DUPONT"]
    assert message.documents[0].attachments == (Attachment("document.pdf", "application/pdf", PDF + b"document.pdf"),)
    assert message.attachments == ()
    assert message.text == ""
    assert message.proof == PROOF
    assert message.sender == DISPATCH.sender
    assert message.message_id == DISPATCH.message_id


@pytest.mark.parametrize(
    "file",
    [
        hpr("cr.hpr", "DUPONT"),
        Attachment("cr.HPM", "application/octet-stream", text("DUPONT").encode()),
        Attachment("cr.hps", "application/octet-stream", text("DUPONT").encode()),
        Attachment("cr.txt", "text/plain", text("DUPONT").encode()),
        Attachment("cr.bin", "application/x-hprim-med", text("DUPONT").encode()),
        Attachment("cr.txt", "application/octet-stream", text("DUPONT").encode("utf-16")),
    ],
)
def test_hprim_in_a_file_is_read_and_the_text_beside_is_kept(file: Attachment) -> None:
    message = apicrypt.read(mail("Bonjour, voici le compte rendu.", file))
    assert families(message) == ["DUPONT"]
    assert message.text == "Bonjour, voici le compte rendu."
    assert message.attachments == ()


def test_a_text_file_without_hprim_stays_a_file() -> None:
    notes = Attachment("notes.txt", "text/plain", b"Rien.")
    message = apicrypt.read(mail(text("DUPONT"), notes))
    assert message.attachments == (notes,)


def test_the_same_hprim_as_text_and_as_file_counts_once() -> None:
    assert families(apicrypt.read(mail(text("DUPONT"), hpr("cr.hpr", "DUPONT")))) == ["DUPONT"]


def test_different_hprim_as_text_and_as_file_count_both_files_first() -> None:
    assert families(apicrypt.read(mail(text("DUPONT"), hpr("cr.hpr", "PETIT")))) == ["PETIT", "DUPONT"]


def test_pdfs_go_with_the_file_of_their_name_where_documents_are_several() -> None:
    files = (hpr("un.hpr", "DUPONT"), hpr("deux.hpr", "PETIT"), pdf("DEUX.pdf"), pdf("trois.pdf"), pdf("un.pdf"))
    message = apicrypt.read(mail("Bonjour", *files))
    assert [[one.name for one in document.attachments] for document in message.documents] == [["un.pdf"], ["DEUX.pdf"]]
    assert [one.name for one in message.attachments] == ["trois.pdf"]


def test_a_pdf_beside_several_messages_of_one_file_belongs_to_none() -> None:
    message = apicrypt.read(mail("Bonjour", hpr("un.hpr", "DUPONT", "PETIT"), pdf("un.pdf")))
    assert [document.attachments for document in message.documents] == [(), ()]
    assert [one.name for one in message.attachments] == ["un.pdf"]


def test_a_pdf_beside_several_messages_of_the_text_belongs_to_none() -> None:
    message = apicrypt.read(mail(text("DUPONT", "PETIT"), pdf("un.pdf")))
    assert [one.name for one in message.attachments] == ["un.pdf"]


def test_text_after_the_end_of_the_file_is_kept_with_the_mails_own() -> None:
    message = apicrypt.read(mail(text("DUPONT") + "Le secrétariat\r\n"))
    assert message.text == "Le secrétariat"
    assert [loss.what for loss in message.losses] == ["hprim.after-end"]


@pytest.mark.parametrize(
    ("charset", "codec"), [("macintosh", "mac-roman"), ("ibm850", "cp850"), ("utf-16le", "utf-16-le")]
)
def test_a_declared_charset_that_bytes_do_not_tell_is_believed(charset: str, codec: str) -> None:
    file = text("DUPONT", body="à été").encode(codec)
    raw = (
        b"From: a@a.example\r\nDate: Sun, 22 Nov 2026 09:30:00 +0000\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=" + charset.encode() + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    message = apicrypt.read(Opened(raw + encodebytes(file).replace(b"\n", b"\r\n"), PROOF))
    assert message.documents[0].text == ("à été",)


def test_the_html_of_a_mail_is_not_read_and_that_is_said() -> None:
    parts = (compose.text_part(text("DUPONT"), "iso-8859-1"), b"Content-Type: text/html\r\n\r\n<p>autre</p>")
    head = b"From: a@a.example\r\nDate: Sun, 22 Nov 2026 09:30:00 +0000\r\nMIME-Version: 1.0\r\n"
    message = apicrypt.read(Opened(head + compose.multipart("alternative", parts), PROOF))
    assert families(message) == ["DUPONT"]
    assert message.attachments == ()
    assert [loss.what for loss in message.losses] == ["mail.html"]


def refused(opened: Opened, code: str) -> None:
    with pytest.raises(MalformedError, match=code):
        apicrypt.read(opened)


def test_a_mail_without_hprim_is_refused_for_it() -> None:
    refused(mail("Veuillez trouver ci-joint le courrier.", pdf("cr.pdf")), r"hprim\.missing")


def test_a_text_with_an_end_but_no_header_is_refused_for_its_header() -> None:
    refused(mail("Veuillez trouver ci-joint\r\n****FIN****\r\n"), r"hprim\.header")


def test_a_file_that_says_hprim_and_is_not_refuses_the_mail() -> None:
    refused(mail(text("DUPONT"), Attachment("cr.hpr", "application/octet-stream", b"x")), r"hprim\.header")


def test_a_mail_without_a_date_is_refused() -> None:
    refused(Opened(b"From: a@a.example\r\n\r\n" + text("DUPONT").encode(), PROOF), r"apicrypt\.date")


def test_the_documents_of_a_mail_are_limited() -> None:
    names = [f"N{n // 10}A{n % 10}" for n in range(apicrypt.MOST_DOCUMENTS + 1)]
    assert len(apicrypt.read(mail(text(*names[:-1]))).documents) == apicrypt.MOST_DOCUMENTS
    refused(mail(text(*names[:60]), hpr("un.hpr", *names[60:])), r"apicrypt\.documents")


def test_the_hprim_files_of_a_mail_are_limited_together() -> None:
    def sized(name: str, size: int) -> Attachment:
        head, end = text(name).split("Tout va bien.\r\n")
        lines = (size - len(head) - len(end)) // 80
        filled = head + ("x" * 78 + "\r\n") * lines
        return Attachment(
            f"{name}.hpr",
            "application/x-hprim-sante",
            (filled + "x" * (size - len(filled) - len(end) - 2) + "\r\n" + end).encode(),
        )

    half = apicrypt.MOST_HPRIM // 2
    most = mail("Bonjour", sized("A", half), sized("B", half))
    assert len(apicrypt.read(most).documents) == 2
    refused(mail("Bonjour", sized("A", half), sized("B", half + 1)), r"hprim\.size")
