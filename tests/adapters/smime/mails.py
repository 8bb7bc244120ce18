"""Mails signed and enveloped for the bridge, and one that it closes."""

import re
from base64 import encodebytes
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7

from passerelle.adapters.cipher import SmimeCipher
from passerelle.core.cms import enveloped, keys, signed
from passerelle.core.errors import PasserelleError, UntrustedError
from passerelle.core.mail import mime, smime
from passerelle.core.message import Attachment, Dispatch, Network, Professional
from passerelle.core.policy import Agreement, Correspondent, Doubt, Lock
from tests.vectors import pki

ALIAS = f"medecine.interne@{pki.BRIDGE}"
HEAD = f"From: {pki.JEAN}\r\nTo: {ALIAS}\r\nSubject: Courrier\r\nMessage-ID: <m1@x.example>\r\n".encode()
ENTITY = b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nMARTIN\r\nJean\r\n****FIN****\r\n"


def correspondent(network: Network, address: str, alias: str, lock: Lock) -> Correspondent:
    return Correspondent(network, address, alias, "", lock, Professional("MARTIN"), certificate="jean")


JEAN = correspondent(Network.APICRYPT, pki.JEAN, "jean.martin.59@passerelle.mssante.example", Lock.SMIME)


def key(identity: pki.Identity) -> keys.Key:
    return keys.load(identity.chain_pem, identity.key_pem)


def sealed(entity: bytes, profile: enveloped.Profile = enveloped.INTEROP, head: bytes = HEAD) -> bytes:
    """Return a mail that envelopes an entity for the bridge."""
    return head + smime.wrap(enveloped.seal(entity, (pki.organisation().certificate,), profile), "enveloped-data")


def closed(entity: bytes = ENTITY, signer: pki.Identity | None = None, head: bytes = HEAD) -> bytes:
    """Return a mail as a good correspondent closes it."""
    return sealed(smime.wrap(signed.sign(entity, key(signer or pki.person()), pki.NOW), "signed-data"), head=head)


def refusal(cipher: SmimeCipher, mail: bytes, kind: type[PasserelleError] = UntrustedError) -> str:
    with pytest.raises(kind) as caught:
        cipher.open(mail, JEAN, pki.NOW)
    return caught.value.code


def detached(content: bytes, second: bytes | None = None) -> bytes:
    """Return a multipart/signed whose signature covers `content`, and shows `second` instead where given."""
    info = pyca_detached(content)
    signature = b"Content-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n" + encodebytes(
        info
    )
    head = b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary=b\r\n\r\n'
    return (
        head
        + b"--b\r\n"
        + (content if second is None else second)
        + b"\r\n--b\r\n"
        + crlf(signature)
        + b"\r\n--b--\r\n"
    )


def crlf(content: bytes) -> bytes:
    return re.sub(rb"\r?\n", b"\r\n", content)


def pyca_detached(content: bytes) -> bytes:
    """Return a detached signature made by pyca/cryptography."""
    jean = pki.person()
    assert isinstance(jean.key, rsa.RSAPrivateKey)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(jean.certificate, jean.key, hashes.SHA256())
    for one in jean.chain:
        builder = builder.add_certificate(one)
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    return builder.sign(serialization.Encoding.DER, options)


HOSPITAL = correspondent(Network.MSSANTE, "medecine.interne@ch.mssante.example", ALIAS, Lock.CHANNEL)

AGREEMENT = Agreement("essai", HOSPITAL, JEAN, Doubt.FLAG)


def to_hospital(text: str = "MARTIN\nJean\n****FIN****\n") -> bytes:
    """Return a mail that the bridge writes to the doctor."""
    sender, recipient = AGREEMENT.mailboxes()
    dispatch = Dispatch("m2@passerelle.example", datetime(2026, 3, 4, tzinfo=UTC), sender, recipient, None)
    return mime.write(dispatch, "Courrier", text, "iso-8859-1", (Attachment("a.pdf", "application/pdf", b"%PDF"),))
