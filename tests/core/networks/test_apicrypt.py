from base64 import encodebytes
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.documents import image
from passerelle.core.errors import MalformedError
from passerelle.core.mail import compose, mime
from passerelle.core.message import (
    Attachment,
    Code,
    Dispatch,
    Document,
    Identifier,
    Kind,
    Mailbox,
    Measure,
    Message,
    Opened,
    Patient,
    Proof,
    Result,
)
from passerelle.core.networks import apicrypt
from tests.core.documents import detectors
from tests.vectors import make_image

PDF = b"%PDF-1.4\nun\n"
PNG = image.clean(make_image.png())
JPEG = image.clean(make_image.jpeg())
PROOF = Proof("signature", "jean.martin@medical59.apicrypt.example")
DISPATCH = Dispatch(
    message_id="1234@passerelle.example",
    date=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
    sender=Mailbox("medecine.ch@passerelle.apicrypt.example", "CH Exemple Médecine"),
    recipient=Mailbox("jean.MARTIN@medical59.apicrypt.example", "Dr Jean MARTIN"),
    author=None,
)
DOCUMENT = Document(
    identifier=None,
    kind=Code("11488-4", "2.16.840.1.113883.6.1", "CR ou fiche de consultation"),
    title="Compte rendu",
    created=datetime(2026, 11, 20, tzinfo=UTC),
    patient=Patient("DUPONT", "Élodie", date(1981, 5, 4)),
    performed=date(2026, 11, 20),
    text=("Compte rendu", "", "L'opérée va bien."),
    attachments=(Attachment("CR de Mme DUPONT.pdf", "application/pdf", PDF),),
    source=Attachment("DOC0001.XML", "text/xml", b"<ClinicalDocument/>"),
)
MESSAGE = Message("m@ch.example", Mailbox("ch@ch.example"), "XDM/1.0/DDM+DUPONT", (DOCUMENT,), PROOF)


def text(*names: str, body: str = "Tout va bien.") -> str:
    lines: list[str] = []
    for name in names:
        lines += ["A1", name, "Jean", "", "", "59000 LILLE", "04/05/1981", "", "", "20/11/2026"]
        lines += [".          A", ".          B", "", body, "****FIN****"]
    return "".join(f"{line}\r\n" for line in [*lines, "****FINFICHIER****"])


def mail(body: str, *files: Attachment, charset: str = "iso-8859-1") -> Opened:
    return Opened(mime.write(DISPATCH, "Document", body, charset, files), PROOF)


def hpr(name: str, *patients: str) -> Attachment:
    return Attachment(name, "application/x-hprim-sante", text(*patients).encode("cp1252"))


def pdf(name: str) -> Attachment:
    return Attachment(name, "application/octet-stream", PDF + name.encode())


def families(message: Message) -> list[str]:
    return [document.patient.family for document in message.documents]


def written(message: Message = MESSAGE, dispatch: Dispatch = DISPATCH) -> mime.Mail:
    return mime.read(apicrypt.write(message, dispatch).mail)


def lost(message: Message) -> list[str]:
    return [loss.what for loss in apicrypt.write(message, DISPATCH).losses]


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


def test_a_mail_is_one_text_in_latin_1_and_its_pdf_under_a_name_that_says_nothing() -> None:
    found = written()
    assert [(part.media_type, part.charset, part.name) for part in found.parts] == [
        ("text/plain", "iso-8859-1", ""),
        ("application/pdf", "us-ascii", "document.pdf"),
    ]
    assert found.parts[1].content == PDF
    assert found.subject == "Document concernant votre patient"
    assert found.message_id == "1234@passerelle.example"


def test_no_header_of_the_mail_says_who_the_patient_is() -> None:
    head = apicrypt.write(MESSAGE, DISPATCH).mail.partition(b"\r\n\r\n")[0].upper()
    assert b"DUPONT" not in head
    assert b"XDM" not in head


def test_without_files_the_mail_is_flat() -> None:
    message = replace(MESSAGE, documents=(replace(DOCUMENT, attachments=()),))
    assert b"multipart" not in apicrypt.write(message, DISPATCH).mail
    assert [part.media_type for part in written(message).parts] == ["text/plain"]


def test_every_known_reader_takes_the_text_for_hprim() -> None:
    assert detectors.failing(written().parts[0].content.decode("iso-8859-1")) == []


def test_lines_11_and_12_show_the_labels_or_the_local_parts() -> None:
    lines = written().parts[0].content.decode("iso-8859-1").split("\r\n")
    assert lines[10:12] == [".          CH Exemple Médecine", ".          Dr Jean MARTIN"]
    bare = replace(DISPATCH, recipient=Mailbox(DISPATCH.recipient.address))
    assert written(dispatch=bare).parts[0].content.decode("iso-8859-1").split("\r\n")[11] == ".          jean.MARTIN"


def test_images_travel_and_what_readers_cannot_open_stays_and_is_said() -> None:
    files = (
        Attachment("photo.png", "image/jpeg", PNG),  # mislabelled: the bytes decide
        Attachment("virus.pdf", "application/pdf", b"MZ"),
        Attachment("IHE_XDM.zip", "application/zip", b"PK"),
        Attachment("scan.jpg", "image/jpeg", JPEG),
    )
    message = replace(MESSAGE, attachments=files)
    assert [(part.name, part.media_type) for part in written(message).parts[1:]] == [
        ("document.pdf", "application/pdf"),
        ("document-2.png", "image/png"),
        ("document-3.jpg", "image/jpeg"),
    ]
    assert lost(message) == ["attachment.kind", "attachment.kind", "document.source"]


def test_the_cda_stays_behind_and_is_said() -> None:
    assert lost(MESSAGE) == ["document.source"]
    assert lost(replace(MESSAGE, documents=(replace(DOCUMENT, source=None),))) == []


def test_what_the_sender_wrote_goes_into_the_text() -> None:
    body = written(replace(MESSAGE, text="Bien à vous")).parts[0].content.decode("iso-8859-1")
    assert "Message de l'expéditeur :\r\nBien à vous\r\n****FIN****" in body


def test_the_same_message_makes_the_same_bytes() -> None:
    assert apicrypt.write(MESSAGE, DISPATCH) == apicrypt.write(MESSAGE, DISPATCH)


@given(
    family=st.text("ABCDÉÈ' -", min_size=1).filter(str.strip).filter(lambda name: any(map(str.isalpha, name))),
    lines=st.lists(st.text(st.characters(codec="latin-1", exclude_characters="\xa0\xad", categories=["L", "N", "P"]))),
    values=st.lists(st.integers(-999, 99999), max_size=3),
    files=st.lists(st.sampled_from([PDF, PDF + b"2", PNG]), max_size=3, unique=True),
)
@settings(max_examples=40)
def test_what_is_written_reads_back(family: str, lines: list[str], values: list[int], files: list[bytes]) -> None:
    results = tuple(Result(f"Dosage {n}", Kind.NUMERIC, Measure(str(value))) for n, value in enumerate(values))
    attachments = tuple(Attachment("x", "application/octet-stream", content) for content in files)
    patient = Patient(family[:50], "Élodie", date(1981, 5, 4), local_ids=(Identifier("", "A1"),))
    document = replace(DOCUMENT, patient=patient, text=tuple(lines), results=results, attachments=attachments)
    content = apicrypt.write(replace(MESSAGE, documents=(document,)), DISPATCH).mail
    (found,) = (message := apicrypt.read(Opened(content, PROOF))).documents
    assert found.patient.family == " ".join(patient.family.split()).strip()
    assert found.results == results
    assert [one.content for one in (*found.attachments, *message.attachments)] == sorted(files, key=lambda f: f == PNG)
    words = "".join("".join(found.text).split()).replace("/", "|")
    assert all("".join(line.split()).replace("/", "|") in words for line in lines if "***" not in line)
