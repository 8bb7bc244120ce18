"""A subject that a person wrote is not lost: the mail that goes on has one of its own."""

from dataclasses import replace

import pytest

from passerelle.core.errors import MalformedError
from passerelle.core.mail import mime
from passerelle.core.mail.mime import Part
from passerelle.core.message import Message, Opened, Proof
from passerelle.core.networks import apicrypt, mssante, note
from passerelle.core.policy import by_patient
from tests.core.documents.synthetic import DISPATCH, LETTER, PATIENT, message


@pytest.mark.parametrize(
    ("subject", "text", "told"),
    [
        ("Urgent : à rappeler", "", "Objet : Urgent : à rappeler"),
        ("Urgent", "Merci.", "Objet : Urgent\n\nMerci."),
        ("  Deux\r\n  lignes ", "", "Objet : Deux lignes"),
        ("TR: avis", "", "Objet : TR: avis"),
        ("Regard", "", "Objet : Regard"),
        ("URGENT", "C'est urgent.", "C'est urgent."),
        ("IRM", "Diagnostic confirmé.", "Objet : IRM\n\nDiagnostic confirmé."),
        ("", "Merci.", "Merci."),
        ("Re: avis", "Merci.", "Merci."),
        ("RE : avis", "Merci.", "Merci."),
        ("XDM/1.0/DDM+CR TESTU Zoe", "", ""),
        ("[Annule et remplace] XDM/1.0/DDM+CR TESTU Zoe", "", ""),
        (note.DOCUMENT, "", ""),
        (f"Fwd: {note.ANSWER}", "", ""),
    ],
)
def test_a_subject_is_told_once_where_a_person_wrote_it(subject: str, text: str, told: str) -> None:
    assert note.read(subject, text) == told


def sent(subject: str) -> Message:
    """Return a message as it is read from a mail of Apicrypt under this subject."""
    written = apicrypt.write(message(LETTER), DISPATCH).mail
    return apicrypt.read(Opened(written.replace(note.DOCUMENT.encode(), subject.encode()), Proof("signature")))


def test_a_subject_of_apicrypt_reaches_the_reader_of_mssante() -> None:
    body = mime.read(mssante.write(sent("Avis urgent"), DISPATCH).mail).parts[0].text
    assert body.startswith("Objet : Avis urgent")


def test_a_subject_of_mssante_reaches_the_reader_of_apicrypt() -> None:
    written = mssante.write(message(LETTER), DISPATCH).mail
    subject = mime.read(written).subject
    assert subject.startswith("XDM/1.0/DDM+")
    raw = written.replace(b"Subject: XDM/1.0/DDM+", b"Subject: Avis urgent ")
    read = mssante.read(Opened(raw, Proof("channel")))
    assert "Objet : Avis urgent" in apicrypt.write(read, DISPATCH).mail.decode("latin-1")
    assert "Avis urgent" not in mime.read(apicrypt.write(read, DISPATCH).mail).subject


def test_of_a_mail_about_two_patients_the_subject_stays_with_the_first() -> None:
    other = replace(LETTER, patient=replace(PATIENT, family="AUTRE"))
    first, second = by_patient(replace(sent("Pour Zoé TESTU"), documents=(LETTER, other)))
    assert first.text.startswith("Objet : Pour Zoé TESTU")
    assert second.text == ""


def _part(kind: str, text: str) -> Part:
    return Part(f"text/{kind}", "utf-8", "", text.encode(), attached=False)


@pytest.mark.parametrize(
    ("parts", "told", "losses"),
    [
        ([_part("plain", " un "), _part("plain", ""), _part("plain", "deux")], "un\n\ndeux", []),
        ([_part("plain", "un"), _part("html", "<p>un</p>")], "un", ["mail.html"]),
        ([_part("html", "<p>un</p>"), _part("html", "<p>deux</p>")], "un\n\ndeux", ["mail.html-alone"]),
        ([_part("plain", " "), _part("html", "<p>un</p>")], "un", ["mail.html-alone"]),
        ([_part("html", " ")], "", []),
    ],
)
def test_html_is_read_where_no_plain_text_stands_beside_it(parts: list[Part], told: str, losses: list[str]) -> None:
    text, lost = note.words(parts)
    assert (text, [loss.what for loss in lost]) == (told, losses)


def test_html_beside_a_text_that_is_the_document_is_not_read_twice() -> None:
    text, lost = note.words([_part("html", "<p>un</p>")], beside=True)
    assert (text, [loss.what for loss in lost]) == ("", ["mail.html"])


def test_html_is_bounded_as_any_text_is() -> None:
    assert len(note.words([_part("html", "x" * mime.MOST_TEXT)])[0]) == mime.MOST_TEXT
    with pytest.raises(MalformedError, match=r"mail\.text"):
        note.words([_part("html", "x" * (mime.MOST_TEXT + 1))])


def test_the_words_of_a_webmail_that_writes_html_alone_reach_the_doctor() -> None:
    raw = mssante.write(message(LETTER, text="mot"), DISPATCH).mail
    body = b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>Patient <b>fragile</b></p>"
    start = raw.index(b"Content-Type: text/plain")
    hyper = raw[:start] + body + raw[raw.index(b"\r\n--", start) :]
    read = mssante.read(Opened(hyper, Proof("channel")))
    assert read.text == "Patient fragile"
    assert [file.name for file in read.attachments if file.name.endswith("html")] == []
    assert "Patient fragile" in apicrypt.write(read, DISPATCH).mail.decode("latin-1")
