"""The parsers of mail, CMS and trust."""

import base64
import zlib
from contextlib import suppress
from dataclasses import replace
from functools import cache

from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding

from passerelle.core.cms import ber, compressed, enveloped, keys, signed
from passerelle.core.documents import cda
from passerelle.core.errors import MalformedError
from passerelle.core.mail import courtesy, envelope, fields, mime, report, smime
from passerelle.core.message import Mailbox, Message, Network, Opened, Proof
from passerelle.core.networks import apicrypt, mssante
from passerelle.core.trust import binding, crl, names, path, white_list, white_list_xml
from tests.core.documents.synthetic import DISPATCH
from tests.fuzz import documents
from tests.fuzz.registry import Target
from tests.vectors import lists, make_cda, pki

_PROOF = Proof("channel")
_MAIL = (
    b'Message-ID: <1@a.example>\r\nDate: Sun, 22 Nov 2026 09:30:00 +0100\r\nFrom: "A" <a@a.example>\r\n'
    b"To: b@b.example\r\nSubject: =?utf-8?Q?=C3=A9?=\r\nMIME-Version: 1.0\r\n"
)
_MIXED = (
    b"%sContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\nBonjour=20=C3=A9\r\n--b\r\nContent-Type: application/zip;"
    b" name*0=IHE_; name*1*=utf-8''XDM.zip\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Disposition: attachment\r\n\r\n%s\r\n--b--\r\n"
)
_MIME_WORDS = (
    b"\r\nContent-Type: ",
    b"multipart/mixed; boundary=b",
    b"\r\n--b\r\n",
    b"Content-Transfer-Encoding: base64",
    b"=?utf-8?B?",
    b"name*0*=",
    b"From: ",
)
_DSN = (
    b"%sContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    b"Final-Recipient: rfc822; b@b.example\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
    b"Message-ID: <2@b.example>\r\n--b--\r\n"
) % _MAIL
_MDN = (
    b"%sContent-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: message/disposition-notification\r\n\r\nOriginal-Message-ID: <2@b.example>\r\n"
    b"Disposition: manual-action/MDN-sent-manually; displayed\r\n--b--\r\n"
) % _MAIL
_KO = b"Subject: [KO x][902] y\r\n" + _MDN.replace(
    b"; displayed", b"; processed/error\r\nError: 902^x^y| E^Error\r\nFinal-Recipient: rfc822;b@b.example"
).replace(b"Subject: =?utf-8?Q?=C3=A9?=\r\n", b"")
_REPORT_WORDS = (
    b"Action: ",
    b"Disposition: ",
    b"Status: ",
    b"Final-Recipient: rfc822; ",
    b"Original-Envelope-Id: ",
    b"; processed/error",
    b"\r\nError: 902^",
    b"[KO ",
)


@cache
def _key() -> keys.Key:
    jean = pki.person()
    return keys.load(jean.chain_pem, jean.key_pem)


@cache
def _sealed() -> tuple[bytes, ...]:
    jean = (pki.person().certificate,)
    return tuple(enveloped.seal(b"Bonjour", jean, profile) for profile in (enveloped.INTEROP, enveloped.MODERN))


@cache
def _signed() -> tuple[bytes, ...]:
    return (signed.sign(b"Bonjour", _key(), pki.NOW), signed.sign(b"Bonjour", _key(), pki.NOW, detached=True))


def _compressed() -> bytes:
    inner = {"content_type": "data", "content": zlib.compress(b"Bonjour" * 9)}
    held = {"version": "v0", "compression_algorithm": {"algorithm": "zlib"}, "encap_content_info": inner}
    return bytes(cms.ContentInfo({"content_type": "compressed_data", "content": cms.CompressedData(held)}).dump())


def _verify(content: bytes) -> None:
    """Verify as opaque where the content is inside, as detached otherwise, then ask for whom it speaks."""
    found = signed.verify(content, None if b"Bonjour" in content else b"Bonjour")
    binding.check(found.certificate, pki.JEAN)


def _mime(content: bytes) -> None:
    mail = mime.read(content)
    for part in mail.parts:
        part.text.encode()
    courtesy.read(content)


def _outward(content: bytes) -> None:
    """Write what a CDA says as HPRIM."""
    document = cda.read(content)
    message = Message("1@a.example", Mailbox("a@a.example"), "", (document,), _PROOF)
    apicrypt.write(message, replace(DISPATCH, account=True))


def _fields(content: bytes) -> None:
    for _, value in fields.parse(content):
        fields.decode(value)
        fields.parameters(value)
        with suppress(MalformedError):
            fields.mailbox(value)


def _smime(content: bytes) -> None:
    outer, entity = smime.divide(content)
    smime.unwrap(entity)
    smime.join(outer, entity)


def _certificate(content: bytes) -> None:
    """Read a certificate of chance bytes in its PEM, and look for its path."""
    block = base64.encodebytes(content)
    leaf, *others = keys.certificates(b"-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----\n" % block)
    authorities = (pki.root().certificate, pki.authority().certificate)
    path.check(leaf, tuple(others), authorities, pki.NOW, path.Use.SIGN)
    binding.check(leaf, pki.JEAN)
    names.of(leaf.subject)


@cache
def _root_list() -> crl.Crl:
    return crl.load(pki.revocations(pki.Listing(), pki.root()))


def _revocations(content: bytes) -> None:
    chain = (pki.person().certificate, pki.authority().certificate, pki.root().certificate)
    crl.check(chain, (crl.load(content), _root_list()), pki.NOW)


def _listed(content: bytes) -> None:
    white_list_xml.verify(content, lists.signers(), pki.NOW)


def _named(content: bytes) -> None:
    names.parse(content.decode("utf-8", "surrogateescape"))
    white_list.canonical(content.decode("latin-1"))


TARGETS = (
    Target("ber", ber.normalise, lambda: (*_sealed(), *_signed(), b"\x30\x80\x24\x80\x04\x01a\0\0\0\0"), longest=4_096),
    Target("enveloped", lambda content: enveloped.unseal(content, _key()), _sealed, longest=4_096),
    Target("signed", _verify, _signed, longest=6_144),
    Target("compressed", compressed.inflate, lambda: (_compressed(),)),
    Target("mime", _mime, lambda: (_MIXED % (_MAIL, b"UEsDBA=="), _DSN), _MIME_WORDS),
    Target(
        "mail-apicrypt",
        lambda content: apicrypt.read(Opened(content, _PROOF)),
        lambda: (_MAIL + b"\r\n" + documents.TARGETS[0].seeds()[0].replace(b"\n", b"\r\n"),),
        _MIME_WORDS,
    ),
    Target(
        "mail-mssante",
        lambda content: mssante.read(Opened(content, _PROOF)),
        lambda: (_MIXED % (_MAIL, base64.encodebytes(make_cda.xdm()).replace(b"\n", b"\r\n")),),
        _MIME_WORDS,
        16_384,
    ),
    Target(
        "cross-inward",
        lambda content: mssante.write(apicrypt.read(Opened(_MAIL + b"\r\n" + content, _PROOF)), DISPATCH),
        lambda: tuple(seed.replace(b"\n", b"\r\n") for seed in documents.TARGETS[0].seeds()[:2]),
        (b"28/03/1979", b"RES|", b"****LAB****", b"\r\n", b"<5", b"10*9/L"),
        1_024,
    ),
    Target("cross-outward", _outward, documents.TARGETS[1].seeds, documents.TARGETS[1].words, 16_384),
    Target("fields", _fields, lambda: (_MAIL,), (b"=?utf-8?Q?", b"?=", b"name*0*=utf-8''", b'"\\"', b" <a@b.example>")),
    Target("smime", _smime, lambda: (_MAIL + smime.wrap(_signed()[0], "signed-data"),), _MIME_WORDS),
    Target(
        "envelope", envelope.load, lambda: (envelope.Envelope(Network.MSSANTE, "", ("b@b.example",), "0" * 64).dump(),)
    ),
    Target("report", report.read, lambda: (_DSN, _MDN, _KO), (*_MIME_WORDS, *_REPORT_WORDS)),
    Target("certificates", _certificate, lambda: (pki.person().certificate.public_bytes(Encoding.DER),)),
    Target("crl", _revocations, lambda: (pki.revocations(pki.Listing(revoked=(7,)), pki.authority()),)),
    Target("names", _named, lambda: (lists.NAME.encode(),), (b"CN=", b"\\2C", b"#04", b'"', b"+"), 1_024),
    Target("white-list", _listed, lambda: (lists.made(),), (b"<Signature ", b"<Reference ", b'URI=""'), 16_384),
    Target(
        "white-list-kept",
        white_list.load,
        lambda: (white_list.dump(white_list.advance(None, white_list.gathered(lists.GENERATED, ()), pki.NOW)),),
    ),
)
