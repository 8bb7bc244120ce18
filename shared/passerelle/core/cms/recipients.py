"""Whom a CMS message names: our recipient among those of every kind (RFC 5652 §6.2), and who signed (§5.3)."""

from collections.abc import Iterator

from asn1crypto import cms
from asn1crypto import x509 as asn1x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from passerelle.core.cms import ecdh, transport
from passerelle.core.cms.keys import WEAKEST_RSA, Certificate, Key, weakness
from passerelle.core.cms.structure import MOST_RECIPIENTS, parsing
from passerelle.core.errors import MalformedError, UnsupportedError

_Named = tuple[cms.RecipientInfo, cms.RecipientIdentifier, bytes]


def unwrap(infos: cms.RecipientInfos, keys: tuple[Key, ...], size: int) -> bytes:
    """Return the content key for the first recipient that is one of these keys; `cms.not-for-us` where none is.

    One recipient is tried and no more: a message cannot ask one key several questions.
    """
    with parsing():
        named = list(_named(infos))
        found = next(
            ((info, wrapped, key) for info, rid, wrapped in named for key in keys if _fits(info, rid, key)), None
        )
    if found is None:
        raise UnsupportedError("cms.not-for-us", "A CMS message is not enveloped for the certificate of the bridge.")
    info, wrapped, key = found
    if isinstance(key.private, rsa.RSAPrivateKey):
        return transport.unwrap(info.chosen, key.private, size)
    return ecdh.unwrap(info.chosen, wrapped, key.private, size)


def _named(infos: cms.RecipientInfos) -> Iterator[_Named]:
    """Yield every recipient that a certificate can be: key transport, and each key of a key agreement."""
    count = 0
    for info in infos:
        shared = info.name == "kari"
        inner = info.chosen["recipient_encrypted_keys"] if shared else [info.chosen]
        count += len(inner)
        if count > MOST_RECIPIENTS:
            raise MalformedError("cms.recipients", f"A CMS message has more than {MOST_RECIPIENTS} recipients.")
        if shared or info.name == "ktri":
            yield from ((info, one["rid"], bytes(one["encrypted_key"])) for one in inner)


def _fits(info: cms.RecipientInfo, rid: cms.RecipientIdentifier, key: Key) -> bool:
    kind = rsa.RSAPrivateKey if info.name == "ktri" else ec.EllipticCurvePrivateKey
    return isinstance(key.private, kind) and names(rid, key.certificate)


def names(identifier: cms.RecipientIdentifier | cms.SignerIdentifier, certificate: Certificate) -> bool:
    """Tell whether an identifier (issuer and serial number, or key identifier) names a certificate."""
    chosen = identifier.chosen
    if identifier.name == "issuer_and_serial_number":
        issuer, serial = chosen["issuer"], chosen["serial_number"]
        return (issuer.dump(), serial.native) == (certificate.issuer.public_bytes(), certificate.serial_number)
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except (x509.ExtensionNotFound, ValueError):
        return False
    wanted = chosen["subject_key_identifier"] if identifier.name == "r_key_id" else chosen
    return bool(wanted.native == extension.value.digest)


def wrap(content_key: bytes, certificate: Certificate, *, oaep: bool) -> cms.RecipientInfo:
    """Return the content key wrapped for the holder of a certificate, as its key asks."""
    try:
        public = certificate.public_key()
    except (UnsupportedAlgorithm, ValueError):
        public = None
    if isinstance(public, rsa.RSAPublicKey) and not weakness(public):
        return transport.wrap(content_key, public, identify(certificate), oaep=oaep)
    if isinstance(public, ec.EllipticCurvePublicKey) and not weakness(public):
        return ecdh.wrap(content_key, public, identify(certificate))
    raise UnsupportedError(
        "cms.recipient-key", f"A recipient's key is not RSA of {WEAKEST_RSA} bits or more, nor on a known curve."
    )


def identify(certificate: Certificate) -> cms.IssuerAndSerialNumber:
    """Return issuer and serial number of a certificate."""
    parsed = asn1x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    return cms.IssuerAndSerialNumber({"issuer": parsed.issuer, "serial_number": parsed.serial_number})
