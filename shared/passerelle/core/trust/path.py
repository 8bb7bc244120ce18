"""A path from a certificate to a given anchor at a given time (RFC 5280 §6), with the rules for mail (RFC 8550)."""

from datetime import UTC, datetime
from enum import Enum

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store, VerificationError

from passerelle.core.errors import UntrustedError

MOST_CERTIFICATES = 20
MOST_AUTHORITIES = 4  # between a leaf and its anchor
_WEAKEST_RSA = 2048
_WEAKEST_CURVE = 256


class Use(Enum):
    """What a key is used for: the name of the key usage bit that it needs."""

    SIGN = "digital_signature"
    ENCIPHER = "key_encipherment"


Certificates = tuple[x509.Certificate, ...]


def check(leaf: x509.Certificate, others: Certificates, anchors: Certificates, now: datetime, use: Use) -> None:
    """Raise UntrustedError `trust.…` unless the leaf may be used for mail now, and leads to an anchor.

    Revocation is not looked at here: no CRL is fetched for a message.
    """
    _check_leaf(leaf, use)
    if not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc:
        raise UntrustedError("trust.expired", "A certificate is not valid at this time.")
    if len(others) > MOST_CERTIFICATES:
        raise UntrustedError(
            "trust.certificates", f"A path would be sought among over {MOST_CERTIFICATES} certificates."
        )
    verifier = (
        PolicyBuilder()
        .store(Store(list(anchors)))
        .time(now.astimezone(UTC).replace(tzinfo=None))
        .max_chain_depth(MOST_AUTHORITIES)
        .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=_leaf_policy())
        .build_client_verifier()
    )
    try:
        verifier.verify(leaf, list(others))
    except (VerificationError, ValueError) as error:
        raise UntrustedError("trust.path", "A certificate does not lead to a trusted authority.") from error


def _leaf_policy() -> ExtensionPolicy:
    return ExtensionPolicy.permit_all().require_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _for_mail)


def _for_mail(_policy: Policy, _leaf: x509.Certificate, usage: x509.ExtendedKeyUsage) -> None:
    if ExtendedKeyUsageOID.EMAIL_PROTECTION not in usage:
        raise ValueError("RFC 8550 §4.4.4: emailProtection")


def _check_leaf(leaf: x509.Certificate, use: Use) -> None:
    """Check what the path verifier leaves to its caller."""
    try:
        public, extensions = leaf.public_key(), leaf.extensions
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise UntrustedError("trust.certificate", "A certificate cannot be read.") from error
    strong = isinstance(public, rsa.RSAPublicKey) and public.key_size >= _WEAKEST_RSA
    strong |= isinstance(public, ec.EllipticCurvePublicKey) and public.key_size >= _WEAKEST_CURVE
    if not strong:
        raise UntrustedError("trust.weak-key", "A certificate's key is too weak, or of another kind than RSA and EC.")
    if any(isinstance(one.value, x509.BasicConstraints) and one.value.ca for one in extensions):
        raise UntrustedError("trust.authority", "A certificate of an authority is not for mail.")
    usages = [one.value for one in extensions if isinstance(one.value, x509.KeyUsage)]
    if any(not getattr(usage, use.value) for usage in usages):
        raise UntrustedError("trust.usage", "A certificate's key usage forbids what its key is used for.")
