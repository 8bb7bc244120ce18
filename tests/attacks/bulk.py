"""What weighs much: files and documents, as large and as many as they can be."""

import base64
import io
import os
import random
import struct
import zipfile
import zlib

from PIL import Image

from tests.attacks import bridge, mime_tricks, zips
from tests.vectors import make_cda, make_pdf

LARGEST = 25_000_000  # bytes of a mail, as it comes in
RAW = LARGEST * 72 // 100  # bytes of a file in it, in base64 with line ends


def _stored(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return bridge.xdm(buffer.getvalue())


def cda(document: bytes) -> bytes:
    folder = "IHE_XDM/SUBSET01/"
    described = make_cda.metadata({"DOC0001.XML": document})
    return _stored({folder + "METADATA.XML": described, folder + "DOC0001.XML": document})


def told(text: str) -> bytes:
    return cda(make_cda.cda(make_cda.section(text)))


def fill(unit: str, size: int) -> str:
    return unit * (size // len(unit))


def xmls() -> bytes:
    """Return a zip of 250 XML files that are no CDA, 50 MB of short tags, beside a good document."""
    folder, chance = "IHE_XDM/SUBSET01/", random.Random(7)  # noqa: S311 - the same every time
    names = [f"<{chance.choice('abcdefgh')}{n}/>" for n in range(1_000)]
    body = "".join(chance.choices(names, k=33_000))
    many = {f"{folder}X{n}.XML": f"<a>{body}</a>".encode() for n in range(250)}
    return _stored({**zips.FILES, **many}, zipfile.ZIP_DEFLATED)


def kinds() -> bytes:
    """Return a zip of 30 XML files of 1.9 MB, with attributes instead of tags."""
    folder = "IHE_XDM/SUBSET01/"
    one = ("<a " + " ".join(f'b{n}="{os.urandom(2).hex()}"' for n in range(120_000)) + "/>").encode()
    return _stored({**zips.FILES, **{f"{folder}X{n}.XML": one for n in range(25)}}, zipfile.ZIP_DEFLATED)


def observations(number: int) -> bytes:
    one = make_cda.observation(make_cda.quantity("5.1", "mmol/L"), more=make_cda.normal("4", "6", "mmol/L"))
    return cda(make_cda.report(*[one] * number))


def table(rows: int, columns: int) -> bytes:
    row = "<tr>" + "<td>x</td>" * columns + "</tr>"
    return told(f"<table><tbody>{row * rows}</tbody></table>")


def hprim(line: str, size: int) -> bytes:
    """Return an HPRIM text with lines of this form up to a size."""
    head, end = bridge.HPRIM.decode("latin-1").split("Tout va bien.\r\n")
    return bridge.hprim(text=(head + fill(line + "\r\n", size) + end).encode("latin-1"))


def results(number: int) -> bytes:
    head, end = bridge.HPRIM.decode("latin-1").split("****FIN****\r\n")
    lines = "RES|GLY|Glycémie|N|1.05|g/L|0.70|1.10|||F\r\n" * number
    return bridge.hprim(text=(head + "****LAB****\r\n" + lines + "****FIN****\r\n" + end).encode("latin-1"))


def patients(number: int) -> bytes:
    one = bridge.HPRIM.decode("latin-1").replace("****FINFICHIER****\r\n", "")
    many = "".join(one.replace("ESSAI", f"ESSAI{n}") for n in range(number))
    return bridge.hprim(text=(many + "****FINFICHIER****\r\n").encode("latin-1"))


def photos(number: int, form: str, side: int) -> bytes:
    """Return a letter with photos of many pixels and few bytes."""
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), "white").save(buffer, form, **({"quality": 30} if form == "JPEG" else {}))
    ending = {"JPEG": "jpg", "PNG": "png"}[form]
    return bridge.hprim(
        *(bridge.part(buffer.getvalue(), f"p{n}.{ending}", f"image/{form.lower()}") for n in range(number))
    )


def noise_pdf() -> bytes:
    """Return a PDF of 60 pages, each with as many letters as its reader allows."""
    body = b"BT /F1 9 Tf " + b"1 0 0 1 9 9 Tm (aaaaaaaaaa) Tj " * 20_000 + b"ET"
    return pages(zlib.compress(body), 60)


def pages(stream: bytes, number: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (5 + n) for n in range(number))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
    return make_pdf.assembled(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[" + kids + b"]/Count %d>>" % number,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream),
        *[page] * number,
    )


def dashes() -> bytes:
    """Return multiparts as deep as they may be, and in the innermost as many dashed lines as there may be."""
    return mime_tricks.nested(19, b"Content-Type: text/plain\r\n\r\n" + b"--b1 x\r\n" * 98_000)


def segmented(size: int) -> bytes:
    """Return a signed message whose content is an OCTET STRING of indefinite length, one byte a segment."""
    segments = b"\x04\x01A" * (size // 3)
    data = _der(0x06, b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01") + b"\xa0\x80\x24\x80" + segments + b"\0\0\0\0"
    inner = _der(0x02, b"\1") + _der(0x31, b"") + b"\x30\x80" + data + b"\0\0" + _der(0x31, b"")
    return cms(_der(0x06, b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02") + b"\xa0\x80\x30\x80" + inner + b"\0\0\0\0")


def constructed(depth: int) -> bytes:
    """Return constructed octet strings inside each other."""
    return cms(
        _der(0x06, b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02") + b"\xa0\x80" + b"\x24\x80" * depth + b"\0\0" * (depth + 1)
    )


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x83" + size.to_bytes(3, "big")
    return bytes([tag]) + length + content


def cms(content: bytes) -> bytes:
    return bridge.from_doctor() + (
        b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(b"\x30\x80" + content + b"\0\0").replace(b"\n", b"\r\n")
    )


def noise(size: int) -> bytes:
    return random.Random(7).randbytes(size)  # noqa: S311 - the same every time


def entries() -> bytes:
    """Return a zip with 60,000 central entries for files of no bytes."""
    central = b"".join(
        struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0) + b"%06d" % n
        for n in range(60_000)
    )
    return bridge.xdm(
        b"PK\x03\x04" + central + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 60_000, 60_000, len(central), 4, 0)
    )
