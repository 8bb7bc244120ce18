"""SignedData (RFC 5652 §5), the S/MIME way: one signer, signed attributes, SHA-2; opaque and detached.

Verification says who holds the key of a certificate, and of what bytes. The caller must still check that the
certificate leads to an anchor, and that it speaks for the sender (core/trust).
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from passerelle.core.cms import recipients, structure
from passerelle.core.cms.keys import CURVES, Certificate
from passerelle.core.cms.signature import check
from passerelle.core.errors import MalformedError, UntrustedError

_READ = {"content_type", "message_digest", "cms_algorithm_protection"}

__all__ = ["Signed", "Signer", "sign", "verify"]


@dataclass(frozen=True, slots=True)
class Signed:
    """Content whose signature was verified, and the certificate of the key that made it."""

    content: bytes
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]  # the rest of the message's certificates: candidates for a path, no more
    algorithm: str

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the signer's certificate, in hex."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def verify(data: bytes, detached: bytes | None = None) -> Signed:
    """Return what is signed, or raise: MalformedError, UnsupportedError or UntrustedError `cms.…`."""
    info = structure.load(data)
    with structure.parsing():
        if info["content_type"].native != "signed_data":
            raise MalformedError("cms.structure", "A CMS message is not signed.")
        return _verified(info["content"], detached)


def _verified(signed: cms.SignedData, detached: bytes | None) -> Signed:
    # 1. Exactly one signer: a verifier that looks at the first of two is fooled by the second.
    if len(signed["signer_infos"]) != 1:
        raise UntrustedError("cms.signers", "A signed message must have exactly one signer.")
    signer = signed["signer_infos"][0]
    # 2. The content, from exactly one place.
    content = _content(signed["encap_content_info"], detached)
    # 3. The signer's certificate, and no other that claims his name.
    certificate, others = _certificates(signed, signer)
    # 4. The signed attributes bind the type and the digest of the content.
    digest = signer["digest_algorithm"]["algorithm"].native
    attributes = _attributes(signer)
    if "content_type" not in attributes or attributes["content_type"].native != ["data"]:
        raise UntrustedError("cms.signed-attributes", "The signed content type is not id-data (RFC 5652 §11.1).")
    expected = [_hash(structure.digest(digest), content)]
    if "message_digest" not in attributes or attributes["message_digest"].native != expected:
        raise UntrustedError("cms.digest-differs", "The content of a message is not the one that was signed.")
    if "cms_algorithm_protection" in attributes:
        _check_protection(attributes["cms_algorithm_protection"], signer)
    # 5. The signature over the attributes, as a SET OF (RFC 5652 §5.4), by the key of that certificate.
    covered = b"\x31" + signer["signed_attrs"].dump()[1:]
    algorithm = check(certificate, signer, covered)
    # 6. To the caller: path and binding.
    return Signed(content, certificate, others, algorithm)


def _content(info: cms.EncapsulatedContentInfo, detached: bytes | None) -> bytes:
    if info["content_type"].native != "data":
        raise UntrustedError("cms.content-type", "The signed content is not id-data (RFC 8551 §2.4.2).")
    inside = info["content"]
    present = not isinstance(inside, core.Void) and inside.native is not None
    if present == (detached is not None):
        raise UntrustedError("cms.two-contents", "A signature must cover exactly one content, inside or beside it.")
    return detached if detached is not None else bytes(inside)


def _certificates(
    signed: cms.SignedData, signer: cms.SignerInfo
) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
    choices = signed["certificates"]
    if isinstance(choices, core.Void) or not 1 <= len(choices) <= structure.MOST_CERTIFICATES:
        raise UntrustedError(
            "cms.certificates", f"A signed message must hold 1 to {structure.MOST_CERTIFICATES} certificates."
        )
    found = [x509.load_der_x509_certificate(one.chosen.dump()) for one in choices if one.name == "certificate"]
    named = {one for one in found if recipients.names(signer["sid"], one)}
    if len(named) != 1:
        raise UntrustedError("cms.signer-certificate", "Exactly one certificate must be the signer's.")
    certificate = named.pop()
    return certificate, tuple(one for one in found if one != certificate)


def _attributes(signer: cms.SignerInfo) -> dict[str, core.SetOf]:
    attributes = signer["signed_attrs"]
    if isinstance(attributes, core.Void):
        raise UntrustedError("cms.signed-attributes", "A signature without signed attributes is not of S/MIME.")
    names = [one["type"].native for one in attributes]
    if len(set(names)) != len(names):
        raise UntrustedError("cms.signed-attributes", "A signed attribute stands twice (RFC 5652 §5.3).")
    # The others are left unread: what they hold could be of any size once read.
    return {name: one["values"] for name, one in zip(names, attributes, strict=True) if name in _READ}


def _check_protection(values: core.SetOf, signer: cms.SignerInfo) -> None:
    """Compare the algorithms with those that were signed (RFC 6211 §2)."""
    fields = ("digest_algorithm", "signature_algorithm")
    if len(values) != 1 or any(values[0][name].contents != signer[name].contents for name in fields):
        raise UntrustedError("cms.algorithm", "The algorithms of a signature are not the ones that were signed.")


def _hash(algorithm: hashes.HashAlgorithm, content: bytes) -> bytes:
    return hashlib.new(algorithm.name, content).digest()


class Signer(Protocol):
    """Who signs: a key at hand (`keys.Key`), or one that stays where it is."""

    @property
    def certificate(self) -> Certificate:
        """The certificate of the key."""

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """The certificates between it and its anchor."""

    def sign(self, covered: bytes, algorithm: str) -> bytes:
        """Return a signature: `rsassa_pss` (SHA-256, a salt of its length), `sha256_rsa` or `sha…_ecdsa`."""


def sign(content: bytes, signer: Signer, now: datetime, *, pss: bool = False, detached: bool = False) -> bytes:
    """Return SignedData with the certificates of the key, DER; opaque unless the content stands beside it."""
    public = signer.certificate.public_key()
    curve = public.curve.name if isinstance(public, ec.EllipticCurvePublicKey) else ""
    digest = CURVES.get(curve, "sha256")
    algorithm = f"{digest}_ecdsa" if curve else "rsassa_pss" if pss else "sha256_rsa"
    attributes = _attributes_of(_hash(structure.digest(digest), content), now)
    info = {
        "version": "v1",  # RFC 5652 §5.3: by issuer and serial number
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": recipients.identify(signer.certificate)}),
        "digest_algorithm": {"algorithm": digest},
        "signed_attrs": attributes,
        "signature_algorithm": {
            "algorithm": algorithm,
            **({"parameters": _pss()} if algorithm == "rsassa_pss" else {}),
        },
        "signature": signer.sign(b"\x31" + attributes.dump()[1:], algorithm),
    }
    return _written(info, None if detached else content, (signer.certificate, *signer.chain))


def _attributes_of(digest: bytes, now: datetime) -> cms.CMSAttributes:
    return cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["data"]},
            {"type": "signing_time", "values": [cms.Time({"utc_time": now.astimezone(UTC).replace(microsecond=0)})]},
            {"type": "message_digest", "values": [digest]},
        ]
    )


def _pss() -> algos.RSASSAPSSParams:
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    masking = {"algorithm": "mgf1", "parameters": sha256}
    return algos.RSASSAPSSParams({"hash_algorithm": sha256, "mask_gen_algorithm": masking, "salt_length": 32})


def _written(info: dict[str, object], content: bytes | None, chain: tuple[Certificate, ...]) -> bytes:
    inside = {"content_type": "data"} if content is None else {"content_type": "data", "content": content}
    signed = {
        "version": "v1",
        "digest_algorithms": [info["digest_algorithm"]],
        "encap_content_info": inside,
        "certificates": [asn1x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in chain],
        "signer_infos": [info],
    }
    der: bytes = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)}).dump()
    return der
