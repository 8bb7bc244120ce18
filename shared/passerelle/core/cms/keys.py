"""Certificates and private keys out of PEM, checked to be of use."""

from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from passerelle.core.errors import MalformedError

Certificate = x509.Certificate
WEAKEST_RSA = 2048
STRONGEST_RSA = 8192  # the time of a verification grows with the square


@dataclass(frozen=True, slots=True)
class Key:
    """A private key with its certificate and the certificates between it and its anchor."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    private: rsa.RSAPrivateKey = field(repr=False)

    def valid(self, now: datetime) -> bool:
        """Tell whether the certificate is valid at a time."""
        return self.certificate.not_valid_before_utc <= now <= self.certificate.not_valid_after_utc


def load(chain: bytes, key: bytes) -> Key:
    """Return a key out of PEM; MalformedError `cms.key` where certificate and key are no pair of RSA."""
    first, *others = certificates(chain)
    try:
        private = load_pem_private_key(key, None)
    except (ValueError, TypeError) as error:
        raise MalformedError("cms.key", "A private key is not PEM without a password.") from error
    if not isinstance(private, rsa.RSAPrivateKey) or private.key_size < WEAKEST_RSA:
        raise MalformedError("cms.key", f"A private key of the bridge must be RSA of {WEAKEST_RSA} bits or more.")
    if _raw(private.public_key()) != _raw(first.public_key()):
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


def _raw(public: object) -> bytes:
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined, no-any-return]
