"""Marked mails: good ones of every form, and bad ones that make libraries speak of what they hold."""

import random
from base64 import b64encode
from collections.abc import Iterator

from cryptography.x509.oid import NameOID

from passerelle.core.cms import enveloped, keys, signed
from passerelle.core.errors import MalformedError
from passerelle.core.mail import smime
from passerelle.core.message import Network
from tests.attacks import bridge
from tests.vectors import make_cda, make_image, pki

Letter = tuple[str, Network, bytes]

LAB = (
    b"****LAB****\r\nRES|Glyc\xe9mie zzqserin|GLYC|N|1.34|g/L|0.75|1.15|H|F|7.45|mmol/L|4.17|6.39\r\n"
    b"RES|Zzqserinurie|ZZQSERIN1|A|zzqserin|||||F\r\n****FIN****"
)
TWO = make_cda.cda(
    name="<name><family>ZZQSERINDEUX</family><given>Zzqserin</given></name>",
    ids='<id root="1.2.250.1.999.1" extension="ZZQSERIN43"/>',
)
OBSERVED = make_cda.section("Glycémie zzqserin", make_cda.entry(make_cda.observation(make_cda.quantity("1.34", "g/L"))))
_NAMED = b64encode("Zzqserin née le 14/02/1999, INS 299027699900172".encode()).decode()
SUBJECT = f"Subject: =?utf-8?b?{_NAMED}?=\r\n"


def good() -> Iterator[Letter]:
    """Yield mails that cross, of every form of document, in both directions."""
    cdas = {
        "letter": make_cda.cda(),
        "PDF in a CDA": make_cda.cda(make_cda.single(make_cda.pdf("Zzqserin va bien aujourd'hui, et demain aussi."))),
        "photo in a CDA": make_cda.cda(make_cda.single(make_image.jpeg(), "image/jpeg")),
        "results": make_cda.cda(OBSERVED, code="11502-2", display="CR d'examens biologiques"),
        "replacement": make_cda.cda(related=make_cda.REPLACES, version="2"),
        "self-presenting": make_cda.self_presenting(make_cda.cda()),
    }
    for name, content in cdas.items():
        yield name, Network.MSSANTE, bridge.xdm(make_cda.xdm({"DOC0001.XML": content}))
    other = make_cda.xdm({"DOC0001.XML": TWO}, patient="ZZQSERIN43^^^&1.2.250.1.999.1&ISO^PI")
    yield "two patients", Network.MSSANTE, bridge.xdm(None, bridge.part(other))
    yield "with a marked subject", Network.MSSANTE, bridge.xdm(top=bridge.head(extra=SUBJECT.encode()))
    files = {
        "letter in HPRIM": bridge.hprim(),
        "results in HPRIM": bridge.hprim(text=bridge.HPRIM.replace(b"****FIN****", LAB, 1)),
        "PDF beside HPRIM": bridge.hprim(
            bridge.part(make_cda.pdf("Zzqserin"), "zzqserin 14-02-1999.pdf", "application/pdf")
        ),
        "photo beside HPRIM": bridge.hprim(bridge.part(make_image.jpeg(), "ZZQSERIN.JPG", "image/jpeg")),
        "HPRIM with a marked subject": bridge.mixed(
            b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\n" + bridge.HPRIM,
            top=bridge.from_doctor(SUBJECT.encode()),
        ),
    }
    for name, mail in files.items():
        yield name, Network.APICRYPT, bridge.signed_by_doctor(mail)


def bad() -> Iterator[Letter]:
    """Yield mails with a marked word wherever a stranger may put one, so that something breaks on it."""
    yield from (("CDA: " + name, Network.MSSANTE, _cda(content)) for name, content in _documents().items())
    yield from (("zip: " + name, Network.MSSANTE, bridge.xdm(content)) for name, content in _archives().items())
    yield from (("mail: " + name, Network.MSSANTE, mail) for name, mail in _mails().items())
    yield from (("HPRIM: " + name, Network.APICRYPT, _signed(mail)) for name, mail in _texts())
    yield from (("file: " + name, Network.APICRYPT, _signed(mail)) for name, mail in _files())
    yield from (("lock: " + name, Network.APICRYPT, mail) for name, mail in _locks())


def noise(count: int, seed: int = 1) -> Iterator[Letter]:
    """Yield good mails with some bytes gone, doubled or exchanged: whatever breaks, breaks on marked words."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    every = [*good()]
    inner = [bridge.hprim(), bridge.hprim(text=bridge.HPRIM.replace(b"****FIN****", LAB, 1))]
    for number in range(count):
        name, network, mail = chance.choice(every)
        if network is Network.MSSANTE:
            document = bytearray(make_cda.cda(chance.choice((make_cda.LETTER_BODY, OBSERVED))))
            content = make_cda.xdm({"DOC0001.XML": _damaged(bytes(document), chance)})
            yield f"noise {number}: CDA", network, bridge.xdm(content) if number % 3 else _damaged(mail, chance)
        elif number % 2:
            yield f"noise {number}: HPRIM", network, _signed(_damaged(chance.choice(inner), chance))
        else:
            yield f"noise {number}: {name}", network, _damaged(mail, chance)


def _damaged(content: bytes, chance: random.Random) -> bytes:
    at, length = chance.randrange(len(content)), chance.randrange(1, 40)
    instead = chance.choice((b"", b"zzqserin", b"\0zzqserin", b"\xff\xfezzqserin", content[at : at + length] * 2))
    return content[:at] + instead + content[at + length :]


def _signed(mail: bytes) -> bytes:
    """Return a mail as the doctor closes it; one that nobody can divide stays in clear."""
    try:
        return bridge.signed_by_doctor(mail)
    except MalformedError:
        return mail


def _cda(content: bytes) -> bytes:
    return bridge.xdm(make_cda.xdm({"DOC0001.XML": content}))


def _documents() -> dict[str, bytes]:
    good = make_cda.cda()
    body = b"<structuredBody>"
    return {
        "an unknown entity": good.replace(body, b"&zzqserin;" + body),
        "a broken element": good.replace(body, b"<zzqserin></zzqserim>" + body),
        "an unknown prefix": good.replace(body, b"<zzqserin:a/>" + body),
        "an attribute twice": good.replace(body, b'<a zzqserin="1" zzqserin="2"/>' + body),
        "a document type": good.replace(b"<ClinicalDocument", b"<!DOCTYPE zzqserin><ClinicalDocument"),
        "another root": good.replace(b"ClinicalDocument", b"Zzqserin"),
        "a birth date that is none": good.replace(b"19990214", b"zzqserin1999"),
        "an INS that is none": good.replace(b'extension="2990', b'extension="ZZQSERIN0'),
        "a sex that is none": good.replace(b'code="F"', b'code="zzqserin"'),
        "a time that is none": good.replace(b"20250314101500+0100", b"zzqserin"),
        "a code of nobody": good.replace(b"11488-4", b"zzqserin"),
        "a language of nobody": good.replace(b"fr-FR", b"zzqserin"),
        "a number that is none": make_cda.cda(
            make_cda.section("x", make_cda.entry(make_cda.observation(make_cda.quantity("zzqserin", "zzqserin"))))
        ),
        "base64 that is none": make_cda.cda(make_cda.single(b"").replace("></text>", ">zzqserin!</text>")),
        "a file of an unknown type": make_cda.cda(make_cda.single(b"zzqserin", "application/zzqserin")),
        "a PDF that is none": make_cda.cda(make_cda.single(b"%PDF-1.4 zzqserin")),
        "a picture that is none": make_cda.cda(make_cda.single(b"\xff\xd8\xff zzqserin", "image/jpeg")),
        "an encoding of nobody": good.replace(b"UTF-8", b"zzqserin"),
    }


def _archives() -> dict[str, bytes]:
    good = make_cda.xdm()
    return {
        "marked names": make_cda.archive(
            {"zzqserin/zzqserin.xml": b"x", "IHE_XDM/zzqserin/METADATA.XML": b"<zzqserin>"}
        ),
        "a way out": make_cda.archive({"../zzqserin.xml": b"x", "METADATA.XML": b"zzqserin"}),
        "a wrong hash": make_cda.xdm(hash="zzqserin"),
        "another patient": make_cda.xdm(patient="ZZQSERIN^^^&1.2&ISO^NH"),
        "another name": make_cda.xdm(uri="zzqserin.xml"),
        "a broken stream": good[:200] + b"zzqserin" + good[208:],
        "an end cut off": good[:-30],
        "no zip": b"PK\x03\x04zzqserin",
        "METADATA that is no XML": make_cda.archive({"IHE_XDM/SUBSET01/METADATA.XML": b"<a>zzqserin</b>"}),
    }


def _mails() -> dict[str, bytes]:
    fields = {
        "a date that is none": b"Date: zzqserin\r\n",
        "an encoding of nobody": b"Content-Transfer-Encoding: zzqserin\r\n",
        "a type that is none": b"Content-Type: zzqserin\r\n",
        "a Message-ID with blanks": b"Message-ID: <zzqserin zzqmerle>\r\n",
        "a word of an unknown charset": b"Subject: =?zzqserin?q?a?=\r\n",
        "a receipt to another": b"Disposition-Notification-To: zzqserin@patient.example\r\n",
        "a version of MIME": b"MIME-Version: zzqserin\r\n",
        "a bare CR": b"Subject: zzqserin\rzzqserin\r\n",
        "NUL": b"Subject: zzqserin\0\r\n",
        "an odd field": b"zzqserin\r\n",
        "another From": b"From: Zzqserin <zzqserin@patient.example>\r\n",
    }
    leaf = b"Content-Type: text/plain; charset=zzqserin\r\n\r\nzzqserin"
    marked = b'Content-Type: multipart/mixed; boundary="zzqserin"\r\n\r\n--zzqserin\r\n%s\r\n' % leaf
    typed = b"Content-Type: application/octet-stream\r\nContent-ID: <zzqserin@x>\r\n"
    return {
        **{name: bridge.xdm(top=bridge.head(extra=extra)) for name, extra in fields.items()},
        "a boundary that does not end": bridge.head() + marked,
        "a charset of nobody": bridge.mixed(leaf),
        "a marked Content-ID": bridge.xdm(None, typed + b"\r\nzzqserin"),
        "a program of a marked name": bridge.xdm(
            None, bridge.part(b"MZ\x90\0", "zzqserin.exe", "application/zzqserin")
        ),
        "base64 that is none": bridge.mixed(b"Content-Transfer-Encoding: base64\r\n\r\nzzqserin!"),
        "no document": bridge.mixed(b"Content-Type: text/plain\r\n\r\nZzqserin 14/02/1999"),
    }


def _texts() -> Iterator[tuple[str, bytes]]:
    lines = bridge.HPRIM.split(b"\r\n")
    for place, line in enumerate(lines[:12]):
        yield (
            f"line {place + 1} marked",
            bridge.hprim(text=b"\r\n".join([*lines[:place], b"zzqserin" + line, *lines[place + 1 :]])),
        )
        yield f"line {place + 1} gone", bridge.hprim(text=b"\r\n".join([*lines[:place], *lines[place + 1 :]]))
    yield "no end", bridge.hprim(text=bridge.HPRIM.partition(b"****FIN")[0])
    yield "two patients", bridge.hprim(text=bridge.HPRIM.replace(b"****FINFICHIER****", b"") + bridge.HPRIM)
    yield (
        "a result that is none",
        bridge.hprim(text=bridge.HPRIM.replace(b"****FIN****", LAB.replace(b"1.34", b"zzqserin"), 1)),
    )
    yield "UTF-16", bridge.hprim(text=bridge.HPRIM.decode("latin-1").encode("utf-16"))


def _files() -> Iterator[tuple[str, bytes]]:
    info = make_cda.pdf("x").replace(b"trailer<<", b"trailer<</Info<</Title(ZZQSERIN)/Author(Zzqserin)>>")
    for name, content, media in (
        ("PDF with marked metadata", info, "application/pdf"),
        ("PDF that is broken", make_cda.pdf("zzqserin").replace(b"/Type/Page/", b"/Zzqserin/(/"), "application/pdf"),
        (
            "PDF of a marked filter",
            make_cda.pdf("x").replace(b"<</Length", b"<</Filter/Zzqserin/Length"),
            "application/pdf",
        ),
        ("picture that is broken", make_image.jpeg()[:60] + b"zzqserin" * 9, "image/jpeg"),
        ("PNG that is broken", make_image.png()[:40] + b"zzqserin" * 9, "image/png"),
        ("HEIC", b"\0\0\0\x18ftypheiczzqserin", "image/heic"),
        ("text", b"zzqserin", "text/plain; charset=zzqserin"),
    ):
        yield name, bridge.hprim(bridge.part(content, "zzqserin.bin", media))


def _locks() -> Iterator[tuple[str, bytes]]:
    """Yield mails whose lock is wrong, with marked words in the certificate, and outside of what is locked."""
    entity = smime.divide(bridge.hprim())[1]
    subject = pki.Subject("CN=Zzqserin 14/02/1999,OU=ZZQSERIN", emails=("zzqserin@patient.example",))
    for issuer in (pki.authority(), pki.stranger()):
        other = pki.issue(subject, pki.rsa_key("zzqserin"), issuer)
        assert other.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        inner = smime.wrap(signed.sign(entity, keys.load(other.chain_pem, other.key_pem), pki.NOW), "signed-data")
        closed = smime.wrap(enveloped.seal(inner, (pki.organisation().certificate,)), "enveloped-data")
        yield f"certificate of another, {issuer.certificate.subject.rfc4514_string()}", bridge.from_doctor() + closed
    locked = bridge.signed_by_doctor(bridge.hprim())
    yield "cut off", locked[: len(locked) // 2]
    yield "in clear", bridge.hprim()
    yield "for nobody", bridge.from_doctor(SUBJECT.encode()) + smime.wrap(b"zzqserin", "enveloped-data")
