"""A pretend certificate authority with the shapes of the real ones: for tests and demonstrations only.

Shapes: RSA-2048 and SHA-256; a person's certificate names his address (rfc822Name), an organisation's its domain
(dNSName), a server's its loopback address. Nothing here is issued by, or valid on, a real network.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from passerelle.steps.ports import Identity

_BITS = 2048
_LIFE = timedelta(days=30)
_LIST_LIFE = timedelta(days=7)
_SKEW = timedelta(minutes=5)
_MAIL = (ExtendedKeyUsageOID.EMAIL_PROTECTION,)
_TLS = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)


@dataclass(frozen=True, slots=True)
class Authority:
    """A root certificate and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey = field(repr=False)
    now: datetime

    @classmethod
    def make(cls, name: str, now: datetime) -> "Authority":
        """Return a new authority."""
        key = _key()
        subject = _name(name)
        builder = _builder(subject, subject, key, now).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
        return cls(builder.sign(key, hashes.SHA256()), key, now)

    @property
    def anchor(self) -> bytes:
        """Return the root certificate, PEM."""
        return _pem(self.certificate)

    def person(self, name: str, address: str) -> Identity:
        """Return the identity of somebody who signs and receives mail."""
        return self._issue(name, [x509.RFC822Name(address)], _MAIL)

    def organisation(self, name: str, domain: str) -> Identity:
        """Return the identity of a structure that signs and receives mail for a whole domain."""
        return self._issue(name, [x509.DNSName(domain)], _MAIL)

    def machine(self, name: str) -> Identity:
        """Return the identity of a server or client of mutual TLS on loopback."""
        addresses = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        return self._issue(name, [x509.DNSName(name), *addresses], _TLS)

    def revocations(self) -> bytes:
        """Return its revocation list, on which nobody stands yet, DER."""
        builder = x509.CertificateRevocationListBuilder(
            self.certificate.subject, self.now - _SKEW, self.now + _LIST_LIFE
        ).add_extension(x509.CRLNumber(1), critical=False)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def _issue(self, name: str, names: Sequence[x509.GeneralName], uses: Sequence[x509.ObjectIdentifier]) -> Identity:
        key = _key()
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = (
            _builder(_name(name), self.certificate.subject, key, self.now)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(), critical=True)
            .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(issuer, critical=False)
        )
        return Identity(_pem(builder.sign(self.key, hashes.SHA256())), _secret(key))


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=_BITS)


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "PASSERELLE ESSAI"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, now: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool = False) -> x509.KeyUsage:
    leaf = not signs_certificates
    return x509.KeyUsage(
        digital_signature=leaf,
        content_commitment=False,
        key_encipherment=leaf,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def seal_key() -> bytes:
    """Return a new key that signs seals, PEM."""
    return _secret(ed25519.Ed25519PrivateKey.generate())


def _secret(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
