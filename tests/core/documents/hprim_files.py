"""HPRIM files of invented people, and what is read in them."""

from datetime import UTC, datetime

import pytest

from passerelle.core.documents import hprim
from passerelle.core.errors import MalformedError
from passerelle.core.message import Document

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
HEADER = (
    "A123",
    "DUPONT",
    "Élodie",
    "2 rue du Port",
    "Bât. B",
    "59140 DUNKERQUE",
    "04/05/1981",
    "2810559999999 12",
    "D77",
    "20/11/2026",
    ".          Dr DURAND",
    ".          jean.MARTIN",
)


def header(**changed: str) -> list[str]:
    """Return the twelve lines, some of them changed: l7="…" is line 7."""
    return [changed.get(f"l{number}", line) for number, line in enumerate(HEADER, 1)]


def file(*body: str, end: str = "\r\n", lines: list[str] | None = None, tail: str = "****FIN****") -> str:
    return end.join([*(lines or header()), "", *body, tail, "****FINFICHIER****", ""])


def one(text: str) -> tuple[hprim.HprimFile, Document]:
    found = hprim.read(text.encode(), NOW)
    assert len(found.documents) == 1
    return found, found.documents[0]


def codes(found: hprim.HprimFile) -> list[str]:
    return [loss.what for loss in found.losses]


def lab(*lines: str, body: tuple[str, ...] = ("Analyses",)) -> tuple[hprim.HprimFile, Document]:
    return one(file(*body, "****LAB****", *lines))


def refused(content: bytes, code: str) -> None:
    with pytest.raises(MalformedError, match=code):
        hprim.read(content, NOW)
