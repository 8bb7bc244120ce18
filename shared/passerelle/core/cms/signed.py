"""SignedData (RFC 5652 §5), the S/MIME way: one signer, signed attributes, SHA-2; opaque written, both forms verified.

Verification says who holds the key of a certificate, and of what bytes. The caller must still check that the
certificate leads to an anchor, and that it speaks for the sender (core/trust).
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding

from passerelle.core.cms import structure, transport
from passerelle.core.cms.keys import Key
from passerelle.core.cms.signature import check
from passerelle.core.errors import MalformedError, UntrustedError

__all__ = ["Signed", "sign", "verify"]


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
    if attributes.get("content_type") != ["data"]:
        raise UntrustedError("cms.signed-attributes", "The signed content type is not id-data (RFC 5652 §11.1).")
    if attributes.get("message_digest") != [_hash(structure.digest(digest), content)]:
        raise UntrustedError("cms.digest-differs", "The content of a message is not the one that was signed.")
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
    named = {one for one in found if transport.names(signer["sid"], one)}
    if len(named) != 1:
        raise UntrustedError("cms.signer-certificate", "Exactly one certificate must be the signer's.")
    certificate = named.pop()
    return certificate, tuple(one for one in found if one != certificate)


def _attributes(signer: cms.SignerInfo) -> dict[str, list[object]]:
    attributes = signer["signed_attrs"]
    if isinstance(attributes, core.Void) or attributes.native is None:
        raise UntrustedError("cms.signed-attributes", "A signature without signed attributes is not of S/MIME.")
    found = [(one["type"].native, one["values"].native) for one in attributes]
    names = [name for name, _ in found]
    if len(set(names)) != len(names):
        raise UntrustedError("cms.signed-attributes", "A signed attribute stands twice (RFC 5652 §5.3).")
    return dict(found)


def _hash(algorithm: hashes.HashAlgorithm, content: bytes) -> bytes:
    return hashlib.new(algorithm.name, content).digest()


def sign(content: bytes, key: Key, now: datetime) -> bytes:
    """Return opaque SignedData, RSA with SHA-256, with the certificates of the key, DER."""
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["data"]},
            {"type": "signing_time", "values": [cms.Time({"utc_time": now.astimezone(UTC).replace(microsecond=0)})]},
            {"type": "message_digest", "values": [hashlib.sha256(content).digest()]},
        ]
    )
    signature = key.private.sign(b"\x31" + attributes.dump()[1:], padding.PKCS1v15(), hashes.SHA256())
    signer = {
        "version": "v1",  # RFC 5652 §5.3: by issuer and serial number
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": transport.identify(key.certificate)}),
        "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
        "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": "sha256_rsa"},
        "signature": signature,
    }
    chain = (asn1x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in (key.certificate, *key.chain))
    signed = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {"content_type": "data", "content": content},
        "certificates": list(chain),
        "signer_infos": [signer],
    }
    der: bytes = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)}).dump()
    return der
