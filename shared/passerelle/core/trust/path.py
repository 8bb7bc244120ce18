"""A path from a certificate to a given authority at a given time (RFC 5280 §6), for mail (RFC 8550) and for TLS.

What it leads through is returned: whether one of them was revoked is for `crl` to say.
"""

from datetime import UTC, datetime
from enum import Enum

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store, VerificationError

from passerelle.core.errors import UntrustedError

MOST_CERTIFICATES = 20
MOST_AUTHORITIES = 4  # between a leaf and its anchor
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)
_WEAKEST_RSA = 2048
_WEAKEST_CURVE = 256

Certificates = tuple[x509.Certificate, ...]


class Use(Enum):
    """What a key is used for: its name, the extended usage that it needs, and the usages of which it needs one."""

    SIGN = (
        "sign",
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
        ("digital_signature", "content_commitment"),
    )  # RFC 8550 §4.4.2
    ENCIPHER = ("encipher", ExtendedKeyUsageOID.EMAIL_PROTECTION, ("key_encipherment",))
    SERVER = ("server", ExtendedKeyUsageOID.SERVER_AUTH, ("digital_signature",))
    STAMP = ("stamp", ExtendedKeyUsageOID.TIME_STAMPING, ("digital_signature", "content_commitment"))  # RFC 3161 §2.3
    CLIENT = ("client", ExtendedKeyUsageOID.CLIENT_AUTH, ("digital_signature",))

    def __init__(self, _name: str, purpose: x509.ObjectIdentifier, usages: tuple[str, ...]) -> None:
        self.purpose = purpose
        self.usages = usages


def check(
    leaf: x509.Certificate, others: Certificates, authorities: Certificates, now: datetime, use: Use
) -> Certificates:
    """Return the path from the leaf to an anchor; UntrustedError `trust.…` unless the leaf may be used so now.

    Left to the caller: revocation (`crl.check`), and whom the leaf speaks for (`binding`, `peer`).
    """
    _check_leaf(leaf, use)
    now = now.astimezone(UTC).replace(microsecond=0)  # RFC 5280 §4.1.2.5: the last second is whole
    if not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc:
        raise UntrustedError("trust.expired", "A certificate is not valid at this time.")
    if len(others) > MOST_CERTIFICATES:
        raise UntrustedError(
            "trust.certificates", f"A path would be sought among over {MOST_CERTIFICATES} certificates."
        )
    anchors, between = divided(authorities)
    try:
        verifier = (
            PolicyBuilder()
            .store(Store(list(anchors)))
            .time(now.replace(tzinfo=None))
            .max_chain_depth(MOST_AUTHORITIES)
            .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=_leaf_policy(use))
            .build_client_verifier()
        )
        return tuple(verifier.verify(leaf, [*others, *between]).chain)
    except (VerificationError, *_UNREADABLE) as error:
        raise UntrustedError("trust.path", "A certificate does not lead to a trusted authority.") from error


def divided(authorities: Certificates) -> tuple[Certificates, Certificates]:
    """Return the anchors, and those between: who is certified by another one is no anchor, and is checked like any."""
    between = tuple(one for one in authorities if any(_certified(one, other) for other in authorities if other != one))
    return tuple(one for one in authorities if one not in between), between


def _certified(one: x509.Certificate, other: x509.Certificate) -> bool:
    if one.issuer != other.subject or one.issuer == one.subject:
        return False
    try:
        one.verify_directly_issued_by(other)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


def _leaf_policy(use: Use) -> ExtensionPolicy:
    def purpose(_policy: Policy, _leaf: x509.Certificate, usage: x509.ExtendedKeyUsage) -> None:
        if use.purpose not in usage:
            raise ValueError("RFC 8550 §4.4.4, RFC 5280 §4.2.1.12: a key is used for what it is for")

    return ExtensionPolicy.permit_all().require_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, purpose)


def _check_leaf(leaf: x509.Certificate, use: Use) -> None:
    """Check what the path verifier leaves to its caller."""
    try:
        public, extensions = leaf.public_key(), leaf.extensions
        _ = leaf.subject, leaf.issuer  # read when they are asked for: what cannot be read says so here
    except _UNREADABLE as error:
        raise UntrustedError("trust.certificate", "A certificate cannot be read.") from error
    curve = isinstance(public, ec.EllipticCurvePublicKey)
    strong = isinstance(public, rsa.RSAPublicKey) and public.key_size >= _WEAKEST_RSA
    strong |= isinstance(public, ed25519.Ed25519PublicKey) and use is Use.SIGN  # RFC 8419
    strong |= isinstance(public, ec.EllipticCurvePublicKey) and public.key_size >= _WEAKEST_CURVE
    if not strong:
        raise UntrustedError(
            "trust.weak-key", "A certificate's key is too weak, or of a kind that its use does not know."
        )
    if any(isinstance(one.value, x509.BasicConstraints) and one.value.ca for one in extensions):
        raise UntrustedError("trust.authority", "A certificate of an authority is not for mail.")
    wanted = ("key_agreement",) if use is Use.ENCIPHER and curve else use.usages  # RFC 8550 §4.4.2, RFC 5480 §3
    usages = [one.value for one in extensions if isinstance(one.value, x509.KeyUsage)]
    if any(usage.key_cert_sign or not any(getattr(usage, name) for name in wanted) for usage in usages):
        raise UntrustedError("trust.usage", "A certificate's key usage forbids what its key is used for.")
