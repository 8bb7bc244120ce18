"""Timestamps of an authority (RFC 3161, RFC 5816): what is asked, and whether an answer is one about this content.

Left to the caller: whether the authority's certificate leads to an anchor at the time that it gives.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from passerelle.core.errors import UntrustedError

LARGEST = 64 << 10
"""Bytes of an answer."""

MOST_CERTIFICATES = 20
_UNREADABLE = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, UnsupportedAlgorithm),
    *(x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType),
)
_DIGESTS = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}

Certificates = tuple[x509.Certificate, ...]

CheckPath = Callable[[x509.Certificate, Certificates, datetime], object]
"""Raise UntrustedError unless a certificate leads to an anchor, with the help of others, at a time."""


class _Answer(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types; its own takes a refusal for malformed
    """TimeStampResp (RFC 3161 §2.4.2)."""

    _fields: ClassVar = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an authority says: at this time it saw the content; who says so, and candidates for a path."""

    at: datetime
    nonce: int | None
    certificate: x509.Certificate
    others: Certificates


def request(content: bytes, nonce: int) -> bytes:
    """Return what an authority is asked (RFC 3161 §2.4.1): for SHA-256, with its certificate."""
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(content).digest()}
    asked = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True})
    der: bytes = asked.dump()
    return der


def read(answer: bytes, content: bytes) -> Stamp:
    """Return what an answer says of content; UntrustedError `stamp.…` unless it is a good one about this content."""
    if len(answer) > LARGEST:
        raise _malformed()
    try:
        return _read(answer, content)
    except _UNREADABLE as error:
        raise _malformed() from error


def _read(answer: bytes, content: bytes) -> Stamp:
    # 1. Granted (§2.4.2), and a token with exactly one signer.
    found = _Answer.load(answer, strict=True)
    if found["status"]["status"].native not in {"granted", "granted_with_mods"}:
        raise UntrustedError("stamp.refused", "The authority did not give a timestamp.")
    signed = found["time_stamp_token"]["content"]
    info = signed["encap_content_info"]
    if info["content_type"].native != "tst_info" or len(signed["signer_infos"]) != 1:
        raise _malformed()
    token, signer = info["content"].parsed, signed["signer_infos"][0]
    # 2. About this content, and nothing else.
    imprint = token["message_imprint"]
    digest = imprint["hash_algorithm"]["algorithm"].native
    if digest not in _DIGESTS or imprint["hashed_message"].native != hashlib.new(digest, content).digest():
        raise UntrustedError("stamp.content", "A timestamp is about something else.")
    # 3. Signed, by a certificate that is for timestamps only (§2.3) and that the signature names (RFC 5816 §2.2).
    certificate, others = _certificates(signed, signer)
    _check_signature(certificate, signer, bytes(info["content"].contents))
    return Stamp(token["gen_time"].native, token["nonce"].native, certificate, others)


def _certificates(signed: cms.SignedData, signer: cms.SignerInfo) -> tuple[x509.Certificate, Certificates]:
    choices = signed["certificates"]
    if isinstance(choices, core.Void) or len(choices) > MOST_CERTIFICATES:
        raise _malformed()
    found = [x509.load_der_x509_certificate(one.chosen.dump()) for one in choices if one.name == "certificate"]
    attributes = {one["type"].native: one["values"] for one in signer["signed_attrs"]}
    named = [one for one in found if _is_named(one, attributes)]
    if len(named) != 1 or not _only_for_stamps(named[0]):
        raise UntrustedError("stamp.certificate", "A timestamp is not signed by a certificate for timestamps.")
    return named[0], tuple(one for one in found if one != named[0])


def _is_named(certificate: x509.Certificate, attributes: dict[str, core.SetOf]) -> bool:
    if "signing_certificate_v2" in attributes:
        first = attributes["signing_certificate_v2"][0]["certs"][0]
        digest = _DIGESTS[first["hash_algorithm"]["algorithm"].native]
        return bool(certificate.fingerprint(digest) == first["cert_hash"].native)
    first = attributes["signing_certificate"][0]["certs"][0]
    return bool(certificate.fingerprint(hashes.SHA1()) == first["cert_hash"].native)  # noqa: S303 - RFC 2634; the signature binds it too


def _only_for_stamps(certificate: x509.Certificate) -> bool:
    with suppress(x509.ExtensionNotFound):
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        return usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    return False


def _check_signature(certificate: x509.Certificate, signer: cms.SignerInfo, token: bytes) -> None:
    attributes = {one["type"].native: one["values"].native for one in signer["signed_attrs"]}
    name = signer["digest_algorithm"]["algorithm"].native
    expected = [hashlib.new(name, token).digest()] if name in _DIGESTS else []
    if attributes["content_type"] != ["tst_info"] or attributes["message_digest"] != expected:
        raise UntrustedError("stamp.signature", "A timestamp is not the one that was signed.")
    covered, signature = b"\x31" + signer["signed_attrs"].dump()[1:], signer["signature"].native
    public = certificate.public_key()
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, covered, _scheme(signer), _DIGESTS[name])
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, covered, ec.ECDSA(_DIGESTS[name]))
        else:
            raise UntrustedError("stamp.signature", "A timestamp is not the one that was signed.")
    except InvalidSignature as error:
        raise UntrustedError("stamp.signature", "A timestamp is not the one that was signed.") from error


def _scheme(signer: cms.SignerInfo) -> padding.AsymmetricPadding:
    if signer["signature_algorithm"]["algorithm"].native == "rsassa_pss":
        digest = _DIGESTS[signer["digest_algorithm"]["algorithm"].native]
        return padding.PSS(padding.MGF1(digest), padding.PSS.AUTO)
    return padding.PKCS1v15()


def _malformed() -> UntrustedError:
    return UntrustedError("stamp.form", "A timestamp is not an answer of RFC 3161.")
