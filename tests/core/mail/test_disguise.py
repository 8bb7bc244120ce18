"""A file that is not what it says, or that is a program, stops its mail; what is only unknown does not."""

from dataclasses import replace

import pytest

from passerelle.core.errors import MalformedError, UnsupportedError
from passerelle.core.mail import disguise
from passerelle.core.message import Attachment, Mailbox, Message, Proof

MESSAGE = Message("a@b.example", Mailbox("a@b.example"), "", (), Proof("channel"))
END = b"PK\x05\x06" + b"\0" * 18


def carrying(name: str, media_type: str, content: bytes) -> Message:
    return replace(MESSAGE, attachments=(Attachment(name, media_type, content),))


@pytest.mark.parametrize(
    ("name", "media_type", "content"),
    [
        ("CR.pdf", "application/pdf", b"%PDF-1.4\n"),
        ("CR.pdf", "application/pdf", b"\r\n \0%PDF-1.4\n"),
        ("CR.pdf", "application/pdf", b"MZ, who wrote this, is no program"),
        ("CR.pdf", "application/pdf", b""),
        ("a.jpg", "image/jpeg", b"\x89PNG\r\n\x1a\n"),
        ("a.dcm", "application/dicom", b"\0" * 128 + b"DICM"),
        ("a.zip", "application/zip", b"PK\x03\x04" + END),
        ("a.docx", "application/pdf2", b"PK\x03\x04"),
        ("a.html", "text/html", b"<html>"),
        ("CR.pdf", "application/pdf", b"%PDF-1.4 PK\x05\x06" + b"\0" * 18 + b"%%EOF"),
        ("CR.pdf", "application/pdf", b"%PDF-1.4" + END + b"\0" * 65_536),
    ],
)
def test_what_it_says_or_what_nobody_knows_stays(name: str, media_type: str, content: bytes) -> None:
    message = carrying(name, media_type, content)
    assert disguise.checked(message) is message


@pytest.mark.parametrize(
    ("name", "media_type", "content"),
    [
        ("CR.pdf", "text/plain", b"PK\x03\x04"),
        ("CR", "application/pdf", b"  <HTML>"),
        ("a.jpg", "text/plain", b"<svg/>"),
        ("a.txt", "text/plain", b"GIF89a%PDF-1.4"),
        ("a.pdf", "text/plain", b"<script>" + b" " * 1_011 + b"%PDF-"),
        ("a.pdf", "text/plain", b"%PDF-1.4" + END),
        ("a.pdf", "text/plain", b"%PDF-1.4" + END[:20] + b"\xff\xff" + b"\0" * 65_535),
    ],
)
def test_a_disguise_is_refused(name: str, media_type: str, content: bytes) -> None:
    with pytest.raises(MalformedError, match=r"mail\.disguised"):
        disguise.checked(carrying(name, media_type, content))


@pytest.mark.parametrize("name", ["a.EXE", "a.pdf.js", "a.scr ", "a.lnk.", "CR.hta"])
def test_the_name_of_a_program_is_refused(name: str) -> None:
    with pytest.raises(UnsupportedError, match=r"mail\.program"):
        disguise.checked(carrying(name, "application/pdf", b"%PDF-1.4"))
