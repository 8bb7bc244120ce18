"""Certificates and private keys out of PEM, and which keys are strong enough to be believed."""

from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from passerelle.core.cms.structure import digest
from passerelle.core.errors import MalformedError

Certificate = x509.Certificate
Public = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
WEAKEST_RSA = 2048
STRONGEST_RSA = 8192  # the time of a verification grows with the square
WEAKEST_EXPONENT = 65537  # RGS B1: over 2^16; a forged PKCS#1 v1.5 signature is a cube root where it is 3
WEAKEST_CURVE = 256
CURVES: dict[str, str] = {"secp256r1": "sha256", "secp384r1": "sha384", "secp521r1": "sha512"}
"""The curves that the bridge knows, with the digest of their strength (RFC 5753 §7.1.4, RFC 5758 §3.2)."""


@dataclass(frozen=True, slots=True)
class Key:
    """A private key with its certificate and the certificates between it and its anchor."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False)

    def valid(self, now: datetime) -> bool:
        """Tell whether the certificate is valid at a time."""
        return valid(self.certificate, now)

    def __reduce__(self) -> str:
        """Refuse to leave the process: a pickle is a file."""
        msg = "A key is not pickled."
        raise TypeError(msg)

    def sign(self, covered: bytes, algorithm: str) -> bytes:
        """Return a signature: `rsassa_pss` (SHA-256, a salt of its length), `sha256_rsa` or `sha…_ecdsa`."""
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            return self.private.sign(covered, ec.ECDSA(digest(algorithm.removesuffix("_ecdsa"))))
        sha256 = digest("sha256")
        scheme: padding.AsymmetricPadding = padding.PKCS1v15()
        if algorithm == "rsassa_pss":
            scheme = padding.PSS(padding.MGF1(sha256), sha256.digest_size)
        return self.private.sign(covered, scheme, sha256)


def load(chain: bytes, key: bytes) -> Key:
    """Return a key out of PEM; MalformedError `cms.key` unless it signs, opens, and is its certificate's."""
    first, *others = certificates(chain)
    try:
        private = load_pem_private_key(key, None)
    except (ValueError, TypeError) as error:
        raise MalformedError("cms.key", "A private key is not PEM without a password.") from error
    if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or weakness(private.public_key()):
        raise MalformedError("cms.key", f"A key of the bridge must be RSA of {WEAKEST_RSA} bits or more, or on P-256.")
    if public_bytes(private.public_key()) != public_bytes(first.public_key()):
        raise MalformedError("cms.key", "A private key does not belong to its certificate.")
    return Key(first, tuple(others), private)


def certificates(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Return the certificates of a PEM file; MalformedError `cms.certificate` where it holds none."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except (ValueError, x509.InvalidVersion) as error:
        raise MalformedError(
            "cms.certificate", "A PEM file holds no certificate, or one that cannot be read."
        ) from error


def valid(certificate: Certificate, now: datetime) -> bool:
    """Tell whether a certificate is valid at a time."""
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def weakness(public: object) -> str:
    """Return why a public key proves nothing: `weak`, `unknown`, or nothing where it does."""
    if isinstance(public, rsa.RSAPublicKey):
        strong = WEAKEST_RSA <= public.key_size <= STRONGEST_RSA and public.public_numbers().e >= WEAKEST_EXPONENT
        return "" if strong else "weak"
    if isinstance(public, ec.EllipticCurvePublicKey):
        known = "" if public.curve.name in CURVES else "unknown"
        return "weak" if public.key_size < WEAKEST_CURVE else known
    return "" if isinstance(public, ed25519.Ed25519PublicKey) else "unknown"


def public_bytes(public: object) -> bytes:
    """Return a public key, DER."""
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined, no-any-return]
