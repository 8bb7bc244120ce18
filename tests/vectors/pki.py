"""A pretend certificate authority, whom it certifies and what it revokes; keys last a session, dates are fixed."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SINCE = datetime(2025, 1, 1, tzinfo=UTC)
UNTIL = datetime(2028, 1, 1, tzinfo=UTC)
JEAN = "jean.MARTIN@medical59.apicrypt.example"
BRIDGE = "passerelle.apicrypt.example"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
EMAIL = (ExtendedKeyUsageOID.EMAIL_PROTECTION,)
TLS = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)


@dataclass(frozen=True)
class Subject:
    """What a certificate says; the defaults make a good leaf for a person."""

    name: str  # a common name, or a whole name of RFC 4514
    emails: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()  # IP
    authority: bool = False
    usages: tuple[x509.ObjectIdentifier, ...] = EMAIL
    since: datetime = SINCE
    until: datetime = UNTIL
    serial: int = 0  # 0: random
    signs: bool = True  # key usage digitalSignature
    enciphers: bool = True  # key usage keyEncipherment
    agrees: bool = False  # key usage keyAgreement
    points: tuple[str, ...] = ()  # where it says that its revocation list is


@dataclass(frozen=True)
class Identity:
    """A certificate, its private key, and its chain without the root."""

    certificate: x509.Certificate
    key: PrivateKey
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def certificate_pem(self) -> bytes:
        return pem(self.certificate)

    @property
    def chain_pem(self) -> bytes:
        return pem(self.certificate, *self.chain)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """Return the RSA key of a name: the same all session long."""
    del name
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(name: str, bits: int = 256) -> ec.EllipticCurvePrivateKey:
    """Return the key of a name, on P-256 or another curve of NIST: the same all session long."""
    del name
    curves = {224: ec.SECP224R1(), 256: ec.SECP256R1(), 384: ec.SECP384R1(), 521: ec.SECP521R1()}
    return ec.generate_private_key(curves[bits])


@cache
def ed_key(name: str) -> ed25519.Ed25519PrivateKey:
    """Return the Ed25519 key of a name: the same all session long."""
    del name
    return ed25519.Ed25519PrivateKey.generate()


def issue(subject: Subject, key: PrivateKey, issuer: Identity | None = None) -> Identity:
    """Return a certificate for a subject, self-signed where it has no issuer."""
    name = _name(subject.name)
    issuer_name = issuer.certificate.subject if issuer else name
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(subject.serial or x509.random_serial_number())
        .not_valid_before(subject.since)
        .not_valid_after(subject.until)
    )
    signer = issuer.key if issuer else key
    for extension, critical in _extensions(subject, key, signer):
        builder = builder.add_extension(extension, critical=critical)
    certificate = builder.sign(signer, hashes.SHA256())
    chain = (issuer.certificate, *issuer.chain) if issuer and issuer.certificate.issuer != issuer_name else ()
    return Identity(certificate, key, chain)


def _name(text: str) -> x509.Name:
    if "=" in text:
        return x509.Name.from_rfc4514_string(text)
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _extensions(subject: Subject, key: PrivateKey, signer: PrivateKey) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=subject.authority, path_length=None), True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False),
        (_usage(subject), True),
    ]
    names: list[x509.GeneralName] = [*map(x509.RFC822Name, subject.emails), *map(x509.DNSName, subject.domains)]
    names += [x509.IPAddress(ip_address(one)) for one in subject.addresses]
    if names:
        found.append((x509.SubjectAlternativeName(names), False))
    if subject.points:
        points = [
            x509.DistributionPoint([x509.UniformResourceIdentifier(one)], None, None, None) for one in subject.points
        ]
        found.append((x509.CRLDistributionPoints(points), False))
    if subject.usages and not subject.authority:
        found.append((x509.ExtendedKeyUsage(list(subject.usages)), False))
    return found


def _usage(subject: Subject) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=subject.signs and not subject.authority,
        key_encipherment=subject.enciphers and not subject.authority,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=subject.agrees,
        key_cert_sign=subject.authority,
        crl_sign=subject.authority,
        encipher_only=False,
        decipher_only=False,
    )


@cache
def root() -> Identity:
    """Return the trust anchor of the pretend towns."""
    return issue(Subject("AC racine de test", authority=True), rsa_key("root"))


@cache
def authority() -> Identity:
    """Return the authority under the root that certifies people."""
    return issue(Subject("AC personnes de test", authority=True), rsa_key("authority"), root())


@cache
def stranger() -> Identity:
    """Return a root that nobody trusts."""
    return issue(Subject("AC inconnue de test", authority=True), rsa_key("stranger"))


@cache
def person(address: str = JEAN) -> Identity:
    """Return somebody with a good certificate for an address."""
    return issue(Subject(f"Personne {address}", emails=(address,)), rsa_key(address), authority())


@cache
def organisation(domain: str = BRIDGE) -> Identity:
    """Return an organisation with a good certificate for a domain."""
    return issue(Subject(f"Organisation {domain}", domains=(domain,)), rsa_key(domain), authority())


@cache
def elliptic(address: str, bits: int = 256) -> Identity:
    """Return somebody with a good certificate whose key lies on a curve."""
    subject = Subject(f"Personne {address}", emails=(address,), enciphers=False, agrees=True)
    return issue(subject, ec_key(address, bits), authority())


def variant(base: Subject, **changes: object) -> Identity:
    """Return a person with something wrong about the certificate."""
    return issue(replace(base, **changes), rsa_key("variant"), authority())  # type: ignore[arg-type]


@dataclass(frozen=True)
class Listing:
    """What a revocation list says; the defaults make a good one that revokes nothing."""

    revoked: tuple[int, ...] = ()
    since: datetime = NOW - timedelta(days=1)
    until: datetime = NOW + timedelta(days=6)
    number: int = 1
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    entry_extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    digest: type[hashes.SHA224 | hashes.SHA256] = hashes.SHA256


def revocations(listing: Listing, issuer: Identity) -> bytes:
    """Return a revocation list, DER."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(listing.since)
        .next_update(listing.until)
        .add_extension(x509.CRLNumber(listing.number), critical=False)
    )
    for serial in listing.revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(listing.since)
        for extension, critical in listing.entry_extensions:
            entry = entry.add_extension(extension, critical=critical)
        builder = builder.add_revoked_certificate(entry.build())
    for extension, critical in listing.extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer.key, listing.digest()).public_bytes(serialization.Encoding.DER)
