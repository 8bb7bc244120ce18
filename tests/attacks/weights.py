"""The heaviest mails of up to 25 MB that we know to make: for the runner of heavy.py, which measures each."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.attacks import bridge, entities, files, mime_tricks, zips
from tests.attacks.bulk import (
    RAW,
    cda,
    cms,
    constructed,
    dashes,
    entries,
    fill,
    hprim,
    kinds,
    noise,
    noise_pdf,
    observations,
    patients,
    photos,
    results,
    segmented,
    table,
    told,
    xmls,
)
from tests.attacks.registry import Door
from tests.vectors import make_cda


@dataclass(frozen=True)
class Weight:
    """A heavy mail; where the doctor sends it, it is made without his S/MIME, which is put around it."""

    name: str
    door: Door
    build: Callable[[], bytes]


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
    Weight("99,000 dashed lines under 19 multiparts", Door.MSSANTE, dashes),
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
    Weight("a zip of 250 XML files with 8 million tags", Door.MSSANTE, xmls),
    Weight("a zip of 25 XML files with 3 million attributes", Door.MSSANTE, kinds),
    Weight("a zip of 60,000 entries", Door.MSSANTE, entries),
    Weight("zips in zips in zips", Door.MSSANTE, lambda: bridge.xdm(zips.nested(4))),
    Weight("a CDA of 390,000 tags", Door.MSSANTE, lambda: told("<br/>" * 399_000)),
    Weight("a CDA of 100,000 paragraphs", Door.MSSANTE, lambda: told("<paragraph>mot</paragraph>" * 100_000)),
    Weight("a CDA with a table of 6,000 × 20", Door.MSSANTE, lambda: table(6_000, 20)),
    Weight("a CDA with a table of 2 × 60,000", Door.MSSANTE, lambda: table(2, 60_000)),
    Weight("a CDA with one text of 17 MB", Door.MSSANTE, lambda: told(fill("mot ", 17_000_000))),
    Weight("a CDA with one word of 17 MB", Door.MSSANTE, lambda: told("m" * 17_000_000)),
    Weight("a CDA with lists 30 deep around 17 MB", Door.MSSANTE, lambda: cda(entities.styled(17_000_000))),
    Weight("a CDA with one text of 3.9 MB", Door.MSSANTE, lambda: told(fill("mot ", 3_900_000))),
    Weight("a CDA with lists 30 deep around 3.9 MB", Door.MSSANTE, lambda: cda(entities.styled(3_900_000))),
    Weight("a CDA whose title has 17 MB", Door.MSSANTE, lambda: cda(make_cda.cda(title="mot " * 4_250_000))),
    Weight(
        "a CDA whose patient has a name of 17 MB",
        Door.MSSANTE,
        lambda: cda(make_cda.cda(name=make_cda.NAME.replace("Aline", "A" * 8_000_000, 1))),
    ),
    Weight("a CDA of 10,000 observations", Door.MSSANTE, lambda: observations(10_000)),
    Weight(
        "a CDA around a file of 9 MB",
        Door.MSSANTE,
        lambda: cda(make_cda.cda(make_cda.single(make_cda.pdf("x" * 60) + noise(9_000_000)))),
    ),
    Weight("200,000 attributes", Door.MSSANTE, lambda: cda(entities._attributes('a{n}=""', 200_000))),
    Weight("10,000 namespaces", Door.MSSANTE, lambda: cda(entities._attributes('xmlns:a{n}="u:{n}"', 10_000))),
    Weight("a PDF of 60 full pages", Door.MSSANTE, lambda: cda(make_cda.cda(make_cda.single(noise_pdf())))),
    Weight(
        "a PDF with a page of 400 MB, deflated three times",
        Door.MSSANTE,
        lambda: cda(make_cda.cda(make_cda.single(files.streamed()))),
    ),
    Weight(
        "a PDF with a page of 50 MB, deflated three times",
        Door.MSSANTE,
        lambda: cda(make_cda.cda(make_cda.single(files.streamed(size=50_000_000)))),
    ),
    Weight(
        "a PDF with a page of 15 MB, deflated three times",
        Door.MSSANTE,
        lambda: cda(make_cda.cda(make_cda.single(files.streamed(size=15_000_000)))),
    ),
    Weight("a PDF with 10^12 forms", Door.MSSANTE, lambda: cda(make_cda.cda(make_cda.single(files.forms())))),
    Weight("an HPRIM text of 17 MB", Door.SIGNED, lambda: hprim("mot " * 19, 17_000_000)),
    Weight("an HPRIM text of 8,000 lines", Door.SIGNED, lambda: hprim("mot " * 19, 8_000 * 78)),
    Weight("an HPRIM text of one line of 60 KB, 280 times", Door.SIGNED, lambda: hprim("m" * 60_000, 17_000_000)),
    Weight("an HPRIM message of 2,000 results", Door.SIGNED, lambda: results(2_000)),
    Weight("an HPRIM message of 200,000 results", Door.SIGNED, lambda: results(200_000)),
    Weight("an HPRIM file of 100 patients", Door.SIGNED, lambda: patients(100)),
    Weight("an HPRIM file of 80,000 patients", Door.SIGNED, lambda: patients(80_000)),
    Weight("20 photos of 49 megapixels, PNG", Door.SIGNED, lambda: photos(20, "PNG", 7_000)),
    Weight("5 photos of 49 megapixels, JPEG", Door.SIGNED, lambda: photos(5, "JPEG", 7_000)),
    Weight("5 photos of 49 megapixels, PNG", Door.SIGNED, lambda: photos(5, "PNG", 7_000)),
    Weight("a PNG of 900 megapixels", Door.SIGNED, lambda: files._doctor(files.huge_png(), "a.png", "image/png")),
    Weight("a PNG with a text of 100 MB", Door.SIGNED, lambda: files._doctor(files._text_bomb(), "a.png", "image/png")),
    Weight(
        "a PDF of 12 MB of noise, signed and enveloped",
        Door.SIGNED,
        lambda: bridge.hprim(bridge.part(b"%PDF-1.4\n" + noise(9_000_000), "a.pdf", "application/pdf")),
    ),
    Weight("a CMS content in 6 million segments", Door.APICRYPT, lambda: segmented(RAW)),
    Weight("100,000 constructed strings inside each other", Door.APICRYPT, lambda: constructed(100_000)),
    Weight("18 MB of noise as CMS", Door.APICRYPT, lambda: cms(noise(RAW))),
)
