"""Mails to write, and mails to read."""

from datetime import UTC, datetime

import pytest

from passerelle.core.errors import MalformedError
from passerelle.core.mail import mime
from passerelle.core.message import Dispatch, Mailbox

HEAD = b"From: jean.martin@medical59.apicrypt.example\r\n"


def dispatch(label: str = "Dr Jean MARTIN") -> Dispatch:
    return Dispatch(
        message_id="a1.b2@passerelle.example",
        date=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
        sender=Mailbox("jean.martin.59@passerelle.mssante.example", label),
        recipient=Mailbox("medecine.interne@ch-exemple.mssante.example", "CH Exemple, Médecine"),
        author=None,
    )


def refused(content: bytes) -> str:
    with pytest.raises(MalformedError) as caught:
        mime.read(content)
    return caught.value.code


def wide(parts: int) -> bytes:
    """A multipart with so many leaves."""
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * parts + b"--b--\r\n"


def bodied(headers: bytes, body: bytes) -> bytes:
    return HEAD + headers + b"\r\n" + body
