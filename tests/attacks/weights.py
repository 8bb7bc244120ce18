"""The heaviest mails of up to 25 MB that we know to make: for the runner of heavy.py, which measures each."""

import base64
import io
import os
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from tests.attacks import bridge, entities, files, mime_tricks, zips
from tests.attacks.registry import Door
from tests.vectors import make_cda

LARGEST = 25_000_000  # bytes of a mail, as it comes in
RAW = LARGEST * 72 // 100  # bytes of a file in it, in base64 with line ends


@dataclass(frozen=True)
class Weight:
    """A heavy mail; where the doctor sends it, it is made without his S/MIME, which is put around it."""

    name: str
    door: Door
    build: Callable[[], bytes]


def _stored(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return bridge.xdm(buffer.getvalue())


def _cda(document: bytes) -> bytes:
    folder = "IHE_XDM/SUBSET01/"
    described = make_cda.metadata({"DOC0001.XML": document})
    return _stored({folder + "METADATA.XML": described, folder + "DOC0001.XML": document})


def _told(text: str) -> bytes:
    return _cda(make_cda.cda(make_cda.section(text)))


def _fill(unit: str, size: int) -> str:
    return unit * (size // len(unit))


def _xmls() -> bytes:
    """Return a zip of 250 XML files that are no CDA, 50 MB of short tags, beside a good document."""
    folder, chance = "IHE_XDM/SUBSET01/", random.Random(7)  # noqa: S311 - the same every time
    names = [f"<{chance.choice('abcdefgh')}{n}/>" for n in range(1_000)]
    body = "".join(chance.choices(names, k=33_000))
    many = {f"{folder}X{n}.XML": f"<a>{body}</a>".encode() for n in range(250)}
    return _stored({**zips.FILES, **many}, zipfile.ZIP_DEFLATED)


def _kinds() -> bytes:
    """Return a zip of 30 XML files of 1.9 MB, with attributes instead of tags."""
    folder = "IHE_XDM/SUBSET01/"
    one = ("<a " + " ".join(f'b{n}="{os.urandom(2).hex()}"' for n in range(120_000)) + "/>").encode()
    return _stored({**zips.FILES, **{f"{folder}X{n}.XML": one for n in range(25)}}, zipfile.ZIP_DEFLATED)


def _observations(number: int) -> bytes:
    one = make_cda.observation(make_cda.quantity("5.1", "mmol/L"), more=make_cda.normal("4", "6", "mmol/L"))
    return _cda(make_cda.report(*[one] * number))


def _table(rows: int, columns: int) -> bytes:
    row = "<tr>" + "<td>x</td>" * columns + "</tr>"
    return _told(f"<table><tbody>{row * rows}</tbody></table>")


def _hprim(line: str, size: int) -> bytes:
    """Return an HPRIM text with lines of this form up to a size."""
    head, end = bridge.HPRIM.decode("latin-1").split("Tout va bien.\r\n")
    return bridge.hprim(text=(head + _fill(line + "\r\n", size) + end).encode("latin-1"))


def _results(number: int) -> bytes:
    head, end = bridge.HPRIM.decode("latin-1").split("****FIN****\r\n")
    lines = "RES|GLY|Glycémie|N|1.05|g/L|0.70|1.10|||F\r\n" * number
    return bridge.hprim(text=(head + "****LAB****\r\n" + lines + "****FIN****\r\n" + end).encode("latin-1"))


def _patients(number: int) -> bytes:
    one = bridge.HPRIM.decode("latin-1").replace("****FINFICHIER****\r\n", "")
    many = "".join(one.replace("ESSAI", f"ESSAI{n}") for n in range(number))
    return bridge.hprim(text=(many + "****FINFICHIER****\r\n").encode("latin-1"))


def _photos(number: int, form: str, side: int) -> bytes:
    """Return a letter with photos of many pixels and few bytes."""
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), "white").save(buffer, form, **({"quality": 30} if form == "JPEG" else {}))
    ending = {"JPEG": "jpg", "PNG": "png"}[form]
    return bridge.hprim(
        *(bridge.part(buffer.getvalue(), f"p{n}.{ending}", f"image/{form.lower()}") for n in range(number))
    )


def _noise_pdf() -> bytes:
    """Return a PDF of 60 pages, each with as many letters as its reader allows."""
    body = b"BT /F1 9 Tf " + b"1 0 0 1 9 9 Tm (aaaaaaaaaa) Tj " * 20_000 + b"ET"
    return _pages(zlib.compress(body), 60)


def _pages(stream: bytes, number: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (5 + n) for n in range(number))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[" + kids + b"]/Count %d>>" % number,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream),
        *[page] * number,
    ]
    out, places = b"%PDF-1.4\n", []
    for place, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (place, content)
    table = b"".join(b"%010d 00000 n \n" % at for at in places)
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table) + trailer


def _dashes() -> bytes:
    """Return multiparts as deep as they may be, and in the innermost as many dashed lines as there may be."""
    return mime_tricks.nested(19, b"Content-Type: text/plain\r\n\r\n" + b"--b1 x\r\n" * 98_000)


def _segmented(size: int) -> bytes:
    """Return a signed message whose content is an OCTET STRING of indefinite length, one byte a segment."""
    segments = b"\x04\x01A" * (size // 3)
    data = _der(0x06, b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01") + b"\xa0\x80\x24\x80" + segments + b"\0\0\0\0"
    inner = _der(0x02, b"\1") + _der(0x31, b"") + b"\x30\x80" + data + b"\0\0" + _der(0x31, b"")
    return _cms(_der(0x06, b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02") + b"\xa0\x80\x30\x80" + inner + b"\0\0\0\0")


def _constructed(depth: int) -> bytes:
    """Return constructed octet strings inside each other."""
    return _cms(
        _der(0x06, b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02") + b"\xa0\x80" + b"\x24\x80" * depth + b"\0\0" * (depth + 1)
    )


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x83" + size.to_bytes(3, "big")
    return bytes([tag]) + length + content


def _cms(content: bytes) -> bytes:
    return bridge.from_doctor() + (
        b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(b"\x30\x80" + content + b"\0\0").replace(b"\n", b"\r\n")
    )


def _noise(size: int) -> bytes:
    return random.Random(7).randbytes(size)  # noqa: S311 - the same every time


def _entries() -> bytes:
    """Return a zip with 60,000 central entries for files of no bytes."""
    central = b"".join(
        struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0) + b"%06d" % n
        for n in range(60_000)
    )
    return bridge.xdm(
        b"PK\x03\x04" + central + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 60_000, 60_000, len(central), 4, 0)
    )


WEIGHTS = (
    Weight(
        "a text of 24 MB beside a document",
        Door.MSSANTE,
        lambda: bridge.xdm(
            None, b"Content-Type: text/plain\r\n\r\n" + b"mot " * 19 + b"\r\n" + (b"mot " * 19 + b"\r\n") * 300_000
        ),
    ),
    Weight(
        "a text of 24 MB of empty lines",
        Door.MSSANTE,
        lambda: bridge.xdm(None, b"Content-Type: text/plain\r\n\r\n" + b"\r\n" * 12_000_000),
    ),
    Weight(
        "quoted-printable, 24 MB of soft line ends",
        Door.MSSANTE,
        lambda: bridge.xdm(
            None,
            b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=\r\n" * 8_000_000,
        ),
    ),
    Weight(
        "base64, one sign a line",
        Door.MSSANTE,
        lambda: bridge.xdm(
            None, b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"A\r\n" * 8_000_000
        ),
    ),
    Weight("99,000 dashed lines under 19 multiparts", Door.MSSANTE, _dashes),
    Weight("2,000 mails inside each other", Door.MSSANTE, lambda: mime_tricks.forwarded(2_000)),
    Weight(
        "499 parts of 48 KB",
        Door.MSSANTE,
        lambda: bridge.xdm(None, *[bridge.part(b"a" * 35_000, "a.bin", "application/octet-stream")] * 490),
    ),
    Weight(
        "1 MB of fields",
        Door.MSSANTE,
        lambda: bridge.xdm(
            None, *[b"X: " + b"=?utf-8?b?QQ==?= " * 900 + b"\r\n" + b"Content-Type: text/plain\r\n\r\nx"] * 60
        ),
    ),
    Weight("From of 16 KB", Door.MSSANTE, lambda: bridge.xdm(top=bridge.head(b"From: " + b'"\\" a' * 3_200 + b"\r\n"))),
    Weight("a zip of 250 XML files with 8 million tags", Door.MSSANTE, _xmls),
    Weight("a zip of 25 XML files with 3 million attributes", Door.MSSANTE, _kinds),
    Weight("a zip of 60,000 entries", Door.MSSANTE, _entries),
    Weight("zips in zips in zips", Door.MSSANTE, lambda: bridge.xdm(zips.nested(4))),
    Weight("a CDA of 390,000 tags", Door.MSSANTE, lambda: _told("<br/>" * 399_000)),
    Weight("a CDA of 100,000 paragraphs", Door.MSSANTE, lambda: _told("<paragraph>mot</paragraph>" * 100_000)),
    Weight("a CDA with a table of 6,000 × 20", Door.MSSANTE, lambda: _table(6_000, 20)),
    Weight("a CDA with a table of 2 × 60,000", Door.MSSANTE, lambda: _table(2, 60_000)),
    Weight("a CDA with one text of 17 MB", Door.MSSANTE, lambda: _told(_fill("mot ", 17_000_000))),
    Weight("a CDA with one word of 17 MB", Door.MSSANTE, lambda: _told("m" * 17_000_000)),
    Weight("a CDA with lists 30 deep around 17 MB", Door.MSSANTE, lambda: _cda(entities.styled(17_000_000))),
    Weight("a CDA with one text of 3.9 MB", Door.MSSANTE, lambda: _told(_fill("mot ", 3_900_000))),
    Weight("a CDA with lists 30 deep around 3.9 MB", Door.MSSANTE, lambda: _cda(entities.styled(3_900_000))),
    Weight("a CDA whose title has 17 MB", Door.MSSANTE, lambda: _cda(make_cda.cda(title="mot " * 4_250_000))),
    Weight(
        "a CDA whose patient has a name of 17 MB",
        Door.MSSANTE,
        lambda: _cda(make_cda.cda(name=make_cda.NAME.replace("Aline", "A" * 8_000_000, 1))),
    ),
    Weight("a CDA of 10,000 observations", Door.MSSANTE, lambda: _observations(10_000)),
    Weight(
        "a CDA around a file of 9 MB",
        Door.MSSANTE,
        lambda: _cda(make_cda.cda(make_cda.single(make_cda.pdf("x" * 60) + _noise(9_000_000)))),
    ),
    Weight("200,000 attributes", Door.MSSANTE, lambda: _cda(entities._attributes('a{n}=""', 200_000))),
    Weight("10,000 namespaces", Door.MSSANTE, lambda: _cda(entities._attributes('xmlns:a{n}="u:{n}"', 10_000))),
    Weight("a PDF of 60 full pages", Door.MSSANTE, lambda: _cda(make_cda.cda(make_cda.single(_noise_pdf())))),
    Weight(
        "a PDF with a page of 400 MB, deflated three times",
        Door.MSSANTE,
        lambda: _cda(make_cda.cda(make_cda.single(files.streamed()))),
    ),
    Weight(
        "a PDF with a page of 50 MB, deflated three times",
        Door.MSSANTE,
        lambda: _cda(make_cda.cda(make_cda.single(files.streamed(size=50_000_000)))),
    ),
    Weight(
        "a PDF with a page of 15 MB, deflated three times",
        Door.MSSANTE,
        lambda: _cda(make_cda.cda(make_cda.single(files.streamed(size=15_000_000)))),
    ),
    Weight("a PDF with 10^12 forms", Door.MSSANTE, lambda: _cda(make_cda.cda(make_cda.single(files.forms())))),
    Weight("an HPRIM text of 17 MB", Door.SIGNED, lambda: _hprim("mot " * 19, 17_000_000)),
    Weight("an HPRIM text of 8,000 lines", Door.SIGNED, lambda: _hprim("mot " * 19, 8_000 * 78)),
    Weight("an HPRIM text of one line of 60 KB, 280 times", Door.SIGNED, lambda: _hprim("m" * 60_000, 17_000_000)),
    Weight("an HPRIM message of 2,000 results", Door.SIGNED, lambda: _results(2_000)),
    Weight("an HPRIM message of 200,000 results", Door.SIGNED, lambda: _results(200_000)),
    Weight("an HPRIM file of 100 patients", Door.SIGNED, lambda: _patients(100)),
    Weight("an HPRIM file of 80,000 patients", Door.SIGNED, lambda: _patients(80_000)),
    Weight("20 photos of 49 megapixels, PNG", Door.SIGNED, lambda: _photos(20, "PNG", 7_000)),
    Weight("5 photos of 49 megapixels, JPEG", Door.SIGNED, lambda: _photos(5, "JPEG", 7_000)),
    Weight("5 photos of 49 megapixels, PNG", Door.SIGNED, lambda: _photos(5, "PNG", 7_000)),
    Weight("a PNG of 900 megapixels", Door.SIGNED, lambda: files._doctor(files.huge_png(), "a.png", "image/png")),
    Weight("a PNG with a text of 100 MB", Door.SIGNED, lambda: files._doctor(files._text_bomb(), "a.png", "image/png")),
    Weight(
        "a PDF of 12 MB of noise, signed and enveloped",
        Door.SIGNED,
        lambda: bridge.hprim(bridge.part(b"%PDF-1.4\n" + _noise(9_000_000), "a.pdf", "application/pdf")),
    ),
    Weight("a CMS content in 6 million segments", Door.APICRYPT, lambda: _segmented(RAW)),
    Weight("100,000 constructed strings inside each other", Door.APICRYPT, lambda: _constructed(100_000)),
    Weight("18 MB of noise as CMS", Door.APICRYPT, lambda: _cms(_noise(RAW))),
)
