"""Heavy mails whose weight is in their number: each document is within its own caps, and there are several."""

import io
import random
import zlib

from PIL import Image

from tests.attacks import bridge, bulk, zips
from tests.attacks.registry import Door
from tests.attacks.weights import Weight
from tests.core.documents import hl7_messages
from tests.vectors import make_cda, make_pdf

_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/A/Encoding/WinAnsiEncoding/ToUnicode 7 0 R>>"
_NAMES = b"".join(b"/F%d 5 0 R" % number for number in range(1_000))


def _cdas(*documents: bytes) -> bytes:
    return bridge.xdm(make_cda.xdm({f"DOC{n:04}.XML": one for n, one in enumerate(documents, 1)}))


def _blank() -> bytes:
    """Return a PDF of 60 pages, each with 15 MB of blanks."""
    return bulk.pages(zlib.compress(b" " * 15_000_000), 60)


def _operators() -> bytes:
    return bulk.pages(zlib.compress(b"BT /F1 9 Tf " + b"(a) Tj " * 20_000 + b"ET"), 60)


def _drawn(font: bytes, form: bytes, draws: int, *more: bytes) -> bytes:
    """Return a mail with a PDF that draws one form again and again: pypdf reads its fonts anew each time."""
    return _cdas(*_around(make_pdf.drawing(b"/X Do " * draws, font, form, *more)))


def _table_of(characters: int) -> bytes:
    return make_pdf.stream(b"".join(b"beginbfchar\n<%04X> <0041>\nendbfchar\n" % one for one in range(characters)))


def _around(*pdfs: bytes) -> tuple[bytes, ...]:
    return tuple(make_cda.cda(make_cda.single(pdf)) for pdf in pdfs)


def _table(rows: int, columns: int) -> bytes:
    told = "".join("<tr>" + f"<td>x{n}</td>" * columns + "</tr>" for n in range(rows))
    return make_cda.cda(make_cda.section(f"<table><tbody>{told}</tbody></table>"))


def _letter(size: int) -> bytes:
    chance = random.Random(size)  # noqa: S311 - the same every time
    return make_cda.cda(make_cda.section(" ".join(f"m{chance.randrange(10**6):06}" for _ in range(size // 8))))


def _worst() -> bytes:
    """Return a mail that spends all that a mail may: a table, a text, PDFs, beside XML that is no CDA."""
    chance = random.Random(7)  # noqa: S311 - the same every time
    noise = b"%PDF-1.4\n" + chance.randbytes(5_000_000)
    return _cdas(_table(4_000, 20), _letter(700_000), *_around(_operators(), bulk.noise_pdf(), noise))


def _hl7(number: int) -> bytes:
    content = hl7_messages.message(*[hl7_messages.obx(hl7_messages.packed(_table(3_000, 20)))] * number)
    return bridge.xdm(None, bridge.part(content, "oru.hl7", "application/octet-stream"))


def _only_hl7(number: int) -> bytes:
    document = make_cda.cda(make_cda.single(_operators()))
    content = hl7_messages.message(*[hl7_messages.obx(hl7_messages.packed(document))] * number)
    return bridge.mixed(bridge.part(content, "oru.hl7", "application/octet-stream"))


def _streams(number: int) -> bytes:
    """Return PDFs, each with an object stream of 60 MB that nothing is found in."""
    packed = zlib.compress(b"1 0 2 3 " * 7_500_000)
    pdf = b"%PDF-1.5\n1 0 obj<</Type/ObjStm/Length 1>>stream\n" + packed + b"\nendstream\nendobj\n"
    return bridge.xdm(None, *(bridge.part(pdf, f"a{n}.pdf", "application/pdf") for n in range(number)))


def _zips(number: int) -> bytes:
    """Return zips of 16 MB of XML that is no CDA, and says that it may be one."""
    chance = random.Random(7)  # noqa: S311 - the same every time
    body = "".join(chance.choices([f"<{sign}{n}/>" for sign in "abcdefgh" for n in range(999)], k=16_000))
    xml = f"<ClinicalDocument>{body}</ClinicalDocument>".encode()
    many = {f"IHE_XDM/SUBSET01/X{n}.XML": xml for n in range(100)}
    content = make_cda.archive({**zips.FILES, **many})
    return bridge.xdm(content, *(bridge.part(content, f"IHE_XDM({n}).zip") for n in range(number - 1)))


def _texts(number: int) -> bytes:
    """Return HPRIM files of 3.9 MB each."""
    head, end = bridge.HPRIM.decode("latin-1").split("Tout va bien.\r\n")
    texts = [head + f"mot{n} " + ("mot " * 19 + "\r\n") * 49_000 + end for n in range(number)]
    return bridge.hprim(*(bridge.part(one.encode(), f"cr{n}.hpr", "text/plain") for n, one in enumerate(texts)))


def _albums(number: int) -> bytes:
    """Return HPRIM files, each with three photos of 49 megapixels."""
    photo = _photo()
    files = []
    for n in range(number):
        text = bridge.HPRIM.replace(b"Tout va bien.", b"Tout va bien, %d." % n)
        files.append(bridge.part(text, f"cr{n}.hpr", "text/plain"))
        files += [bridge.part(photo, f"cr{n}.png", "image/png")]
    return bridge.hprim(*files, text=b"Bonjour")


def _photo() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (7_000, 7_000), "white").save(buffer, "PNG")
    return buffer.getvalue()


WEIGHTS = (
    Weight("a PDF of 60 pages, each of 15 MB of blanks", Door.MSSANTE, lambda: _cdas(*_around(_blank()))),
    Weight(
        "a form with a font of 60,000 characters, drawn 1,000 times",
        Door.MSSANTE,
        lambda: _drawn(_FONT, make_pdf.form(b"n"), 1_000, _table_of(60_000)),
    ),
    Weight(
        "a font of 60,000 characters under 1,000 names",
        Door.MSSANTE,
        lambda: _drawn(_FONT, make_pdf.form(b"n", _NAMES), 1, _table_of(60_000)),
    ),
    Weight(
        "a form with a text of 1 MB by the operator of two spacings, drawn 1,000 times",
        Door.MSSANTE,
        lambda: _drawn(_FONT, make_pdf.form(b'BT /F1 9 Tf 0 0 (%b) " ET' % (b"a" * 1_000_000)), 1_000, _table_of(1)),
    ),
    Weight("10 CDAs, each around a PDF of 60 full pages", Door.MSSANTE, lambda: _cdas(*_around(*[_operators()] * 10))),
    Weight("8 CDAs, each with a table of 3,000 × 20", Door.MSSANTE, lambda: _cdas(*[_table(3_000, 20)] * 8)),
    Weight("2 CDAs, each with a text of 2.9 MB", Door.MSSANTE, lambda: _cdas(*[_letter(2_900_000)] * 2)),
    Weight("all that the CDAs of a mail may ask for", Door.MSSANTE, _worst),
    Weight("an HL7 message with 15 documents, beside a zip", Door.MSSANTE, lambda: _hl7(15)),
    Weight("an HL7 message with 20 heavy PDFs", Door.MSSANTE, lambda: _only_hl7(20)),
    Weight("20 PDFs with object streams of 60 MB", Door.MSSANTE, lambda: _streams(20)),
    Weight("4 zips of 16 MB of XML each", Door.MSSANTE, lambda: _zips(4)),
    Weight("a zip of 16 MB of XML that may be CDAs", Door.MSSANTE, lambda: _zips(1)),
    Weight("4 HPRIM files of 3.9 MB each", Door.SIGNED, lambda: _texts(4)),
    Weight("12 HPRIM files, each with a photo of 49 megapixels", Door.SIGNED, lambda: _albums(12)),
)
