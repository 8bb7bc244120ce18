"""A message becomes one HPRIM text with its files, and reads back."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.mail import mime
from passerelle.core.message import (
    Attachment,
    Dispatch,
    Identifier,
    Kind,
    Mailbox,
    Measure,
    Message,
    Opened,
    Patient,
    Result,
)
from passerelle.core.networks import apicrypt
from tests.core.documents import detectors
from tests.core.networks.apicrypt_mails import DISPATCH, DOCUMENT, JPEG, MESSAGE, PDF, PNG, PROOF


def written(message: Message = MESSAGE, dispatch: Dispatch = DISPATCH) -> mime.Mail:
    return mime.read(apicrypt.write(message, dispatch).mail)


def lost(message: Message) -> list[str]:
    return [loss.what for loss in apicrypt.write(message, DISPATCH).losses]


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
