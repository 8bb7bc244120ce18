"""Files that are two things at once, programs, and pictures and PDFs that are bombs."""

import io
import struct
import zipfile
import zlib

from passerelle.core.documents import image
from tests.attacks import bridge
from tests.attacks.registry import Attack, Door
from tests.vectors import make_cda, make_image

POLYGLOT = "Polyglots, Albertini (PoC||GTFO 0x01-0x16); Magic tricks, Koch et al. 2024"
PROGRAM = "CWE-434: a program as an attachment"
PICTURE = "Decompression bomb of pictures (CWE-409; CVE-2019-16865)"
PDF_BOMB = "PDF bombs: Müller et al., Processing Dangerous Paths, NDSS 2021"
PDF = make_cda.pdf("Bonjour a tous, voici un compte rendu assez long.")
ZIP = make_cda.archive({"a.txt": b"x"})


def _doctor(content: bytes, name: str = "CR.pdf", media_type: str = "application/pdf") -> bytes:
    return bridge.hprim(bridge.part(content, name, media_type))


def _after_pdf() -> bytes:
    """Return a PDF that is also a zip: the zip begins behind it, and says so."""
    buffer = io.BytesIO(PDF)
    with zipfile.ZipFile(buffer, "a") as made:
        made.writestr("a.txt", b"x")
    return buffer.getvalue()


def huge_png(side: int = 30_000) -> bytes:
    """Return a PNG of one colour that unpacks to a gigabyte."""
    packer = zlib.compressobj(9)
    row = b"\0" * (side + 1)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, body)
        for kind, body in (
            (b"IHDR", struct.pack(">2I5B", side, side, 8, 0, 0, 0, 0)),
            (b"IDAT", data),
            (b"IEND", b""),
        )
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _text_bomb(size: int = 100_000_000) -> bytes:
    """Return a PNG with a compressed text that unpacks to 100 MB."""
    png = image.clean(make_image.png())
    text = _chunk(b"zTXt", b"a\0\0" + zlib.compress(b"a" * size))
    return png[:33] + text + png[33:]


def streamed(filters: int = 3, size: int = 400_000_000) -> bytes:
    """Return a PDF whose page is deflated again and again."""
    data = zlib.compressobj(9)
    body = b"".join(data.compress(b" " * 1_000_000) for _ in range(size // 1_000_000)) + data.flush()
    for _ in range(filters - 1):
        body = zlib.compress(body)
    named = b"[" + b"/FlateDecode" * filters + b"]"
    return _with_stream(b"<</Length %d/Filter%s>>stream\n%s\nendstream" % (len(body), named, body))


def looped() -> bytes:
    """Return a PDF whose page tree goes round."""
    return PDF.replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]")


def forms(levels: int = 12) -> bytes:
    """Return a PDF in which each form draws the next one ten times."""
    numbers = range(6, 6 + levels)
    drawn = {n: b"/F Do " * 10 if n < numbers[-1] else b"BT (a) Tj ET" for n in numbers}
    head = b"%d 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>/Length %d>>"
    objects = [head % (n, n + 1, len(drawn[n])) + b"stream\n%s\nendstream\nendobj\n" % drawn[n] for n in numbers]
    page = PDF.replace(b"/Resources<<", b"/Resources<</XObject<</F 6 0 R>>")
    return page.replace(b"BT /F1", b"/F Do BT /F1").replace(b"xref\n", b"".join(objects) + b"xref\n", 1)


def _with_stream(stream: bytes) -> bytes:
    start, end = PDF.index(b"4 0 obj") + 7, PDF.index(b"\nendobj\n5 0 obj")
    return PDF[:start] + stream + PDF[end:]


def _cda(pdf: bytes) -> bytes:
    return bridge.xdm(make_cda.xdm({"DOC0001.XML": make_cda.cda(make_cda.single(pdf))}))


def _case(name: str, content: bytes, verdict: str, file: str = "CR.pdf", media_type: str = "application/pdf") -> Attack:
    return Attack(f"polyglot: {name}", POLYGLOT, Door.SIGNED, lambda: _doctor(content, file, media_type), verdict)


def _program(name: str, content: bytes, file: str) -> Attack:
    mail = _doctor(content, file, "application/octet-stream")
    return Attack(f"program: {name}", PROGRAM, Door.SIGNED, lambda: mail, "REFUSED mail.program")


BINARY = b"MZ\x90\x00" + b"\0" * 200
ATTACKS = (
    _case("a .pdf that is a zip", ZIP, "REFUSED mail.disguised"),
    _case("a .pdf that is HTML", b"<html><script>alert(1)</script>", "REFUSED mail.disguised"),
    _case("a .pdf that is SVG", b'<?xml version="1.0"?><svg onload="a"/>', "REFUSED mail.disguised"),
    _case("a .pdf that is RTF", b"{\\rtf1 x}", "REFUSED mail.disguised"),
    _case(
        "a .pdf that is an old Word file", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "REFUSED mail.disguised"
    ),
    _case("a .jpg that is HTML", b"<!DOCTYPE html><script>", "REFUSED mail.disguised", "a.jpg", "image/jpeg"),
    _case("a .png that is a zip", ZIP, "REFUSED mail.disguised", "a.png", "image/png"),
    _case("a PDF by media type only that is a zip", ZIP, "REFUSED mail.disguised", "CR", "application/pdf"),
    _case("HTML, then a PDF", b"<html><!--" + PDF, "REFUSED mail.disguised"),
    _case("a zip, then a PDF", ZIP + PDF, "REFUSED mail.disguised"),
    _case("a picture, then a PDF", b"GIF89a" + PDF, "REFUSED mail.disguised"),
    _case("a PDF, then a zip", _after_pdf(), "REFUSED mail.disguised"),
    _case("a PDF, then a zip, named .txt", _after_pdf(), "REFUSED mail.disguised", "a.txt", "text/plain"),
    _program("a .pdf that is a Windows program", BINARY, "CR.pdf"),
    _program("a .pdf that is a Linux program", b"\x7fELF" + b"\0" * 99, "CR.pdf"),
    _program("a program, then a PDF", BINARY + PDF, "CR.pdf"),
    _program("a double ending", PDF, "CR.pdf.exe"),
    _program("an ending after spaces", PDF, "CR.pdf      .scr"),
    _program("an ending before dots", PDF, "CR.js..."),
    _program("a shortcut", b"L\x00\x00\x00\x01\x14\x02\x00" + b"\0" * 99, "CR"),
    _program("a script by its first line", b"#!/bin/sh\nrm -rf /\n", "CR.txt"),
    Attack(
        "polyglot: a photo with a zip behind it",
        POLYGLOT,
        Door.SIGNED,
        lambda: _doctor(make_image.jpeg() + ZIP, "a.jpg", "image/jpeg"),
        "READY",
        (b"PK\x03\x04a.txt",),
    ),
    Attack(
        "polyglot: a CDA whose PDF is a program",
        POLYGLOT,
        Door.MSSANTE,
        lambda: _cda(BINARY + PDF),
        "REFUSED mail.program",
    ),
    Attack(
        "polyglot: a CDA whose PDF is HTML",
        POLYGLOT,
        Door.MSSANTE,
        lambda: _cda(b"<html>" + PDF),
        "REFUSED mail.disguised",
    ),
    Attack(
        "picture: a PNG of 64 megapixels",
        PICTURE,
        Door.SIGNED,
        lambda: _doctor(huge_png(8_000), "a.png", "image/png"),
        "REFUSED image.pixels",
    ),
    Attack(
        "picture: a PNG with a text of 20 MB",
        PICTURE,
        Door.SIGNED,
        lambda: _doctor(_text_bomb(20_000_000), "a.png", "image/png"),
        "READY",
        (b"zTXt",),
    ),
    Attack(
        "pdf: a page deflated three times, 50 MB",
        PDF_BOMB,
        Door.MSSANTE,
        lambda: _cda(streamed(size=50_000_000)),
        "READY",
    ),
    Attack("pdf: a page tree that goes round", PDF_BOMB, Door.MSSANTE, lambda: _cda(looped()), "READY"),
    Attack("pdf: forms that draw forms, 10^12", PDF_BOMB, Door.MSSANTE, lambda: _cda(forms()), "READY"),
)
