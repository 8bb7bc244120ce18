"""Signatures with something wrong about them, and the mails that bring them to the bridge."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from passerelle.core.cms import enveloped, recipients
from passerelle.core.mail import smime
from tests.attacks import bridge
from tests.vectors import pki

ENTITY = smime.divide(bridge.hprim())[1]
"""What the doctor signs: a good letter."""

FORGED = ENTITY.replace(b"Tout va bien.", b"Tout va mal, doublez la dose.")
Signing = Callable[[bytes], bytes]


def digest(content: bytes, name: str = "sha256") -> bytes:
    """Return a digest."""
    return hashlib.new(name, content).digest()


def certificate(identity: pki.Identity) -> asn1x509.Certificate:
    """Return a certificate as asn1crypto knows it."""
    return asn1x509.Certificate.load(identity.certificate.public_bytes(Encoding.DER))


def attribute(name: str, *values: object) -> cms.CMSAttribute:
    """Return a signed attribute."""
    return cms.CMSAttribute({"type": name, "values": list(values)})


def attributes(content: bytes, name: str = "sha256") -> list[cms.CMSAttribute]:
    """Return the two attributes that every signature has."""
    return [attribute("content_type", "data"), attribute("message_digest", digest(content, name))]


def signs(identity: pki.Identity, name: str = "sha256") -> Signing:
    """Return how somebody signs."""
    kinds: dict[str, type[hashes.SHA256 | hashes.SHA512 | hashes.SHA1]] = {
        "sha256": hashes.SHA256,
        "sha512": hashes.SHA512,
        "sha1": hashes.SHA1,
    }
    chosen = kinds[name]()

    def signing(covered: bytes) -> bytes:
        if isinstance(identity.key, rsa.RSAPrivateKey):
            return identity.key.sign(covered, padding.PKCS1v15(), chosen)
        if isinstance(identity.key, ec.EllipticCurvePrivateKey):
            return identity.key.sign(covered, ec.ECDSA(chosen))
        assert isinstance(identity.key, ed25519.Ed25519PrivateKey)
        return identity.key.sign(covered)

    return signing


@dataclass(frozen=True)
class Forgery:
    """A SignedData, good by default: the doctor signs his letter with all that belongs to it."""

    shown: bytes | None = ENTITY  # what stands inside
    attributes: list[cms.CMSAttribute] | None = field(default_factory=lambda: attributes(ENTITY))
    signing: Signing = field(default_factory=lambda: signs(pki.person()))
    sid: asn1x509.Certificate = field(default_factory=lambda: certificate(pki.person()))
    certificates: tuple[asn1x509.Certificate, ...] = field(
        default_factory=lambda: (certificate(pki.person()), certificate(pki.authority()))
    )
    digest: str = "sha256"
    algorithm: dict[str, Any] = field(default_factory=lambda: {"algorithm": "sha256_rsa"})
    covered: bytes | None = None  # what is signed, where it is not the attributes
    unsigned: list[cms.CMSAttribute] | None = None
    by_key: bytes = b""  # the signer's key identifier, where he is not named by issuer and serial number

    def signer(self) -> cms.SignerInfo:
        """Return the signer's part."""
        signed = cms.CMSAttributes(self.attributes) if self.attributes is not None else None
        covered = self.covered if self.covered is not None else signed.dump() if signed else self.shown or b""
        named = {"issuer": self.sid.issuer, "serial_number": self.sid.serial_number}
        sid = {"subject_key_identifier": self.by_key} if self.by_key else {"issuer_and_serial_number": named}
        return cms.SignerInfo(
            {
                "version": "v3" if self.by_key else "v1",
                "sid": cms.SignerIdentifier(sid),
                "digest_algorithm": {"algorithm": self.digest},
                "signature_algorithm": algos.SignedDigestAlgorithm(self.algorithm),
                "signature": self.signing(covered),
                **({"signed_attrs": signed} if signed is not None else {}),
                **({"unsigned_attrs": self.unsigned} if self.unsigned else {}),
            }
        )

    def data(self, *more: cms.SignerInfo, signers: int = 1) -> bytes:
        """Return the SignedData, with further signers or with none."""
        info = {"content_type": "data"} if self.shown is None else {"content_type": "data", "content": self.shown}
        content = {
            "version": "v1",
            "digest_algorithms": [{"algorithm": self.digest}],
            "encap_content_info": info,
            "certificates": list(self.certificates),
            "signer_infos": [self.signer(), *more][: signers + len(more)] if signers else [*more],
        }
        return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(content)}).dump())


def opaque(data: bytes) -> bytes:
    """Return the entity of a signature with its content inside."""
    return smime.wrap(data, "signed-data")


def detached(data: bytes, shown: bytes = ENTITY, *more: bytes) -> bytes:
    """Return a multipart/signed that shows this entity beside a signature."""
    protocol = b'protocol="application/pkcs7-signature"; micalg=sha-256; boundary="=_s"'
    head = b"Content-Type: multipart/signed; " + protocol + b"\r\n\r\n"
    signature = smime.wrap(data, "signed-data").replace(b"application/pkcs7-mime", b"application/pkcs7-signature")
    return head + b"".join(b"--=_s\r\n" + one + b"\r\n" for one in (shown, signature, *more)) + b"--=_s--\r\n"


def sealed(entity: bytes, profile: enveloped.Profile = enveloped.INTEROP) -> bytes:
    """Return a mail from the doctor's address that envelopes an entity for the bridge: whoever can do this."""
    return mail(smime.wrap(enveloped.seal(entity, (pki.organisation().certificate,), profile), profile.smime_type))


def mail(entity: bytes) -> bytes:
    """Return a mail from the doctor's address."""
    return bridge.from_doctor() + entity


def issued(template: pki.Identity, by: pki.Identity, **changes: Any) -> asn1x509.Certificate:  # noqa: ANN401 - asn1crypto's values
    """Return a certificate with fields of its inner part replaced, signed again by its issuer."""
    found = certificate(template)
    for name, value in changes.items():
        found["tbs_certificate"][name] = value
    body = found["tbs_certificate"].dump(force=True)
    found["signature_value"] = core.OctetBitString(signs(by)(body))
    return asn1x509.Certificate.load(found.dump(force=True))


def raw_rsa(identity: pki.Identity, block: bytes) -> bytes:
    """Return what a key of RSA makes of a block, whatever is in it."""
    assert isinstance(identity.key, rsa.RSAPrivateKey)
    numbers = identity.key.private_numbers()
    return pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n).to_bytes(len(block), "big")


def identifier(identity: pki.Identity) -> cms.IssuerAndSerialNumber:
    """Return issuer and serial number."""
    return recipients.identify(identity.certificate)
