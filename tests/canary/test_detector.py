"""What is planted is found, however it is written; what is nobody's is not."""

import gzip
import hashlib
import html
import io
import json
import quopri
import traceback
import zipfile
from base64 import b64encode, encodebytes
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.canary import detector
from tests.canary.identities import BIRTHS, INS, PHONE, Kind, numbers
from tests.vectors import make_cda

NAMES = ("ZZQSERIN-NAÎTRE", "Zzqserinette", "zzqserin", "ZZQPINSON Médecin", "<zzqmerle.1@ch.mssante.example>")
Writing = Callable[[str], bytes]


def _fault(text: str) -> bytes:
    """Return how Python tells of an exception whose cause, and whose note, hold a text."""
    told = KeyError(1)
    told.__cause__ = ValueError(text)
    told.add_note(text)
    return "".join(traceback.format_exception(told)).encode()


def _zipped(text: str) -> bytes:
    return make_cda.archive({f"{text}.txt": b"x"}) if len(text) % 2 else make_cda.archive({"a.txt": text.encode()})


def _nested(text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("a.gz", gzip.compress(text.encode()))
    return packed.getvalue()


WRITINGS: dict[str, Writing] = {
    "utf-8": str.encode,
    "cp1252": lambda text: text.encode("cp1252"),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "upper": lambda text: text.upper().encode(),
    "without accents": lambda text: text.encode("ascii", "ignore"),
    "base64": lambda text: b64encode(text.encode()),
    "base64, second place": lambda text: b64encode(b"." + text.encode()),
    "base64, third place": lambda text: b64encode(b".." + text.encode()),
    "base64 in lines": lambda text: encodebytes(b"." * 53 + text.encode()),
    "base64 of utf-16": lambda text: b64encode(text.encode("utf-16-le")),
    "base64 of cp1252": lambda text: b64encode(text.encode("cp1252")),
    "quoted-printable": lambda text: quopri.encodestring(text.encode()),
    "quoted-printable, every byte": lambda text: b"".join(b"=%02X" % byte for byte in text.encode()),
    "quoted-printable, folded": lambda text: quopri.encodestring(b"." * 71 + text.encode()),
    "hex": lambda text: text.encode().hex().encode(),
    "hex, upper": lambda text: text.encode().hex().upper().encode(),
    "percent": lambda text: quote(text).encode(),
    "percent, every byte": lambda text: b"".join(b"%%%02x" % byte for byte in text.encode()),
    "html": lambda text: html.escape(text).encode(),
    "html, every character": lambda text: "".join(f"&#{ord(one)};" for one in text).encode(),
    "html, every character in hex": lambda text: "".join(f"&#x{ord(one):x};" for one in text).encode(),
    "json": lambda text: json.dumps({"a": text}).encode(),
    "json, every character": lambda text: "".join(f"\\u{ord(one):04x}" for one in text).encode(),
    "repr of bytes": lambda text: repr(text.encode()).encode(),
    "every byte escaped": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()).encode(),
    "folded header": lambda text: b"Subject: " + text.encode()[:5] + b"\r\n " + text.encode()[5:],
    "log line": lambda text: json.dumps({"level": "ERROR", "fault": json.dumps([text])}).encode(),
    "exception": _fault,
    "gzip": lambda text: gzip.compress(text.encode()),
    "zip": _zipped,
    "gzip in a zip": _nested,
    "pdf": lambda text: make_cda.pdf(text.encode("ascii", "ignore").decode()),
}


@pytest.mark.parametrize("how", WRITINGS)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_found_however_it_is_written(name: str, how: str) -> None:
    found = list(detector.search(b"2026-11-23 " + WRITINGS[how](name) if how not in PACKED else WRITINGS[how](name)))
    assert {hit.kind.value for hit in found} == {next(k.value for k in Kind if k.value in name.casefold())}


PACKED = {"gzip", "zip", "gzip in a zip", "pdf"}
WORDS = PACKED | {"upper", "without accents", "folded header"}


@pytest.mark.parametrize("how", [how for how in WRITINGS if how not in WORDS])
@pytest.mark.parametrize("form", [form for number in numbers() for form in number.forms])
def test_a_number_is_found_in_every_form(form: str, how: str) -> None:
    assert [hit for hit in detector.search(b"at " + WRITINGS[how](form)) if hit.kind is Kind.PATIENT]


@pytest.mark.parametrize("value", [INS, PHONE, BIRTHS[0].isoformat(), "ZZQSERIN"])
@pytest.mark.parametrize("name", ["md5", "sha1", "sha256"])
def test_a_digest_without_a_key_is_found(name: str, value: str) -> None:
    made = hashlib.new(name, value.encode())
    assert list(detector.search(made.hexdigest().encode()))
    assert list(detector.search(b64encode(made.digest())))


@given(st.binary(max_size=3000), st.integers(0, 2**256))
def test_what_is_nobody_s_is_not_found(content: bytes, number: int) -> None:
    assert list(detector.search(content + f"{number:064x}".encode() + b64encode(content))) == []


def test_broken_packings_are_searched_as_they_are() -> None:
    for head in (b"\x1f\x8b", b"%PDF-1.4\n"):
        assert list(detector.search(head + b"zzqserin"))
        assert list(detector.search(head + b"nobody")) == []
