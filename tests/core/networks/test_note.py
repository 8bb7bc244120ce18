"""A subject that a person wrote is not lost: the mail that goes on has one of its own."""

from dataclasses import replace

import pytest

from passerelle.core.mail import mime
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
