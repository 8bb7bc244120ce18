"""What authorities have revoked (RFC 5280 §5 and §6.3): complete lists, each by the authority itself.

A list is fetched from where the operator says, never from where a certificate says; the last good one is kept.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID

from passerelle.core.errors import MalformedError, UnavailableError, UnsupportedError, UntrustedError
from passerelle.core.trust.path import Certificates

LARGEST = 16 << 20
"""Bytes of a list."""

MOST_ENTRIES = 250_000
"""Certificates that a list revokes."""

MOST_LISTS = 20
"""Lists of one network."""

GRACE = timedelta(hours=4)
"""How long a list is believed after its nextUpdate; then nothing of this authority is believed."""

SKEW = timedelta(minutes=10)
"""How far ahead of ours an authority's clock may be."""

_END = b"-----END X509 CRL-----"
_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_UNDERSTOOD = frozenset({ExtensionOID.ISSUING_DISTRIBUTION_POINT})  # of the critical extensions


@dataclass(frozen=True, slots=True)
class Crl:
    """A list: its own dates and number, and the serial numbers that it revokes."""

    raw: x509.CertificateRevocationList = field(repr=False)
    since: datetime
    until: datetime
    number: int
    revoked: frozenset[int] = field(repr=False)
    scope: x509.IssuingDistributionPoint | None = None

    @property
    def pem(self) -> bytes:
        """Return the list as it is kept."""
        return self.raw.public_bytes(Encoding.PEM)

    def covers(self, certificate: x509.Certificate) -> bool:
        """Tell whether a certificate of its authority would be in it (RFC 5280 §6.3.3 (b) (2))."""
        if self.scope is None:
            return True
        authority = _is_authority(certificate)
        if (self.scope.only_contains_user_certs and authority) or (self.scope.only_contains_ca_certs and not authority):
            return False
        return not self.scope.full_name or bool(set(self.scope.full_name) & _points(certificate))


def load(content: bytes) -> Crl:
    """Return a list, DER or PEM; MalformedError or UnsupportedError where it cannot be relied on."""
    if len(content) > LARGEST:
        raise MalformedError("trust.crl-size", f"A revocation list has more than {LARGEST} bytes.")
    parse = x509.load_pem_x509_crl if content.lstrip().startswith(b"-----") else x509.load_der_x509_crl
    try:
        return _read(parse(content))
    except (
        ValueError,
        TypeError,
        UnsupportedAlgorithm,
        x509.InvalidVersion,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ) as error:
        raise MalformedError("trust.crl", "A revocation list cannot be read.") from error


def load_all(pem: bytes) -> tuple[Crl, ...]:
    """Return the lists of a network, as they are kept: PEM, one after the other."""
    parts = [part + _END for part in pem.split(_END)[:-1]]
    if len(parts) > MOST_LISTS:
        raise MalformedError("trust.crl-size", f"A network has more than {MOST_LISTS} revocation lists.")
    return tuple(map(load, parts))


def _read(raw: x509.CertificateRevocationList) -> Crl:
    _ = raw.issuer  # read when it is asked for: what cannot be read says so here
    if len(raw) > MOST_ENTRIES:
        raise MalformedError("trust.crl-size", f"A revocation list has more than {MOST_ENTRIES} entries.")
    found = {one.oid: one for one in raw.extensions}
    if raw.next_update_utc is None or ExtensionOID.CRL_NUMBER not in found:  # RFC 5280 §5.1.2.5, §5.2.3
        raise MalformedError("trust.crl", "A revocation list does not say until when it holds, or its number.")
    critical = {oid for oid, one in found.items() if one.critical}
    entries = [(entry.serial_number, any(one.critical for one in entry.extensions)) for entry in raw]
    if critical - _UNDERSTOOD or any(odd for _, odd in entries) or ExtensionOID.DELTA_CRL_INDICATOR in found:
        raise _kind()  # RFC 5280 §5.2, §5.3: a list with what is critical and unknown is not used
    number = found[ExtensionOID.CRL_NUMBER].value
    point = found.get(ExtensionOID.ISSUING_DISTRIBUTION_POINT)
    return Crl(
        raw,
        raw.last_update_utc,
        raw.next_update_utc,
        number.crl_number if isinstance(number, x509.CRLNumber) else -1,
        frozenset(serial for serial, _ in entries),
        _scope(point.value) if point else None,
    )


def _scope(point: x509.ExtensionType) -> x509.IssuingDistributionPoint:
    wanted = isinstance(point, x509.IssuingDistributionPoint)
    if not isinstance(point, x509.IssuingDistributionPoint) or not wanted:
        raise _kind()
    if point.indirect_crl or point.only_some_reasons or point.only_contains_attribute_certs or point.relative_name:
        raise _kind()
    return point


def _kind() -> UnsupportedError:
    return UnsupportedError(
        "trust.crl-kind", "A revocation list is not complete by itself: delta, indirect, by reasons."
    )


def authority_of(crl: Crl, authorities: Certificates) -> x509.Certificate:
    """Return the authority that has signed a list; UntrustedError `trust.crl-issuer` where it is none of these."""
    for authority in authorities:
        if authority.subject == crl.raw.issuer and _may_sign(authority) and _signed(crl, authority):
            return authority
    raise UntrustedError("trust.crl-issuer", "A revocation list is not signed by an authority of this network.")


def _signed(crl: Crl, authority: x509.Certificate) -> bool:
    try:
        good = isinstance(crl.raw.signature_hash_algorithm, _HASHES)
        return good and crl.raw.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
    except (InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError):
        return False


def _may_sign(authority: x509.Certificate) -> bool:
    """Tell whether its key may sign lists (RFC 5280 §6.3.3 (f))."""
    return all(one.value.crl_sign for one in authority.extensions if isinstance(one.value, x509.KeyUsage))


def accept(new: Crl, kept: tuple[Crl, ...], authorities: Certificates, now: datetime) -> tuple[Crl, ...]:
    """Return what to keep now that a list was fetched: it is signed, it holds now, and it goes back on none."""
    authority_of(new, authorities)
    check_dates(new, now, timedelta())
    if new in kept:
        return kept
    same = [old for old in kept if old.raw.issuer == new.raw.issuer and old.scope == new.scope]
    if any(new.since < old.since or new.number < old.number for old in same):
        raise UntrustedError("trust.crl-rollback", "A revocation list is older than the one that is kept.")
    return (*(old for old in kept if old not in same), new)


def check_dates(crl: Crl, now: datetime, grace: timedelta = GRACE) -> None:
    """Raise UnavailableError `trust.crl-stale` unless a list holds now."""
    if not crl.since - SKEW <= now <= crl.until + grace:
        raise UnavailableError("trust.crl-stale", "A revocation list is past its time; a fresh one must be fetched.")


def check(path: Certificates, crls: tuple[Crl, ...], now: datetime) -> None:
    """Raise unless nothing on a path is revoked, and that is known: no list, or an old one, is no answer.

    UntrustedError `trust.revoked`; UnavailableError `trust.crl-missing` or `trust.crl-stale`.
    """
    for certificate, authority in pairwise(path):
        fitting = [one for one in crls if one.raw.issuer == authority.subject and one.covers(certificate)]
        fitting = [one for one in fitting if _may_sign(authority) and _signed(one, authority)]
        if any(certificate.serial_number in one.revoked for one in fitting):
            raise UntrustedError("trust.revoked", "A certificate was revoked by its authority.")
        if not fitting:
            raise UnavailableError("trust.crl-missing", "No revocation list of an authority was fetched yet.")
        check_dates(max(fitting, key=lambda one: one.until), now)


def _is_authority(certificate: x509.Certificate) -> bool:
    return any(isinstance(one.value, x509.BasicConstraints) and one.value.ca for one in certificate.extensions)


def _points(certificate: x509.Certificate) -> set[x509.GeneralName]:
    """Return the names of the lists that a certificate points to: to compare, never to fetch."""
    found = [one.value for one in certificate.extensions if isinstance(one.value, x509.CRLDistributionPoints)]
    return {name for points in found for point in points for name in point.full_name or ()}
