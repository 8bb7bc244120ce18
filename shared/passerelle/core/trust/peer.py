"""Who is at the other end of a TLS connection: checked the same way whether we call, or are called.

The agency's own audit connects with a certificate that is expired, revoked, of a foreign authority, of a name that is
not listed, of another host, and without TLS: each is refused here or before, by name.
"""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address

from cryptography import x509
from cryptography.x509.oid import NameOID

from passerelle.core.errors import UntrustedError
from passerelle.core.trust import names
from passerelle.core.trust.ground import Ground
from passerelle.core.trust.names import Name
from passerelle.core.trust.path import Use
from passerelle.core.trust.white_list import WhiteList


@dataclass(frozen=True, slots=True)
class Peer:
    """What a peer shows of itself."""

    chain: tuple[bytes, ...]  # DER, its own certificate first; none without TLS
    host: str  # the name that was called, or the one that it gave in EHLO
    use: Use  # SERVER where it was called, CLIENT where it calls


def check(peer: Peer, ground: Ground, now: datetime) -> Name:
    """Return whom a peer's certificate names; UntrustedError or UnavailableError unless it proves that it is the host.

    Left to the caller: that the peer has the certificate's key, which is what TLS proves.
    """
    # 1. There is a certificate.
    leaf, *others = _certificates(peer.chain)
    # 2. It leads to an anchor, is for this use, holds now, and nothing on its way is revoked.
    ground.check(leaf, tuple(others), now, peer.use)
    # 3. It names the host.
    _check_host(leaf, peer.host)
    return names.of(leaf.subject)


def check_operator(peer: Peer, domain: str, ground: Ground, listed: WhiteList, now: datetime) -> Name:
    """Return whom a peer's certificate names, where the white list lets it speak for a domain; raise otherwise.

    Without a domain (the null sender of a notice), it is to be the name of any operator.
    """
    allowed = listed.names(domain) if domain else frozenset().union(*listed.domains.values())
    name = check(peer, ground, now)
    if name not in allowed:
        raise UntrustedError("trust.not-listed", "A peer's certificate is not the one of its domain in the white list.")
    return name


def _certificates(chain: tuple[bytes, ...]) -> list[x509.Certificate]:
    if not chain:
        raise UntrustedError("trust.no-certificate", "A peer shows no certificate.")
    try:
        return [x509.load_der_x509_certificate(one) for one in chain]
    except (ValueError, x509.InvalidVersion) as error:
        raise UntrustedError("trust.certificate", "A certificate cannot be read.") from error


def _check_host(leaf: x509.Certificate, host: str) -> None:
    """Check the host as RFC 6125 §6.4 does, without wildcards: the common name counts where there is no other."""
    found = [one.value for one in leaf.extensions if isinstance(one.value, x509.SubjectAlternativeName)]
    hosts = [name.casefold() for one in found for name in one.get_values_for_type(x509.DNSName)]
    addresses = [address for one in found for address in one.get_values_for_type(x509.IPAddress)]
    if not hosts and not addresses:
        hosts = [str(one.value).casefold() for one in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    wanted, address = host.removesuffix(".").casefold(), _address(host)
    if not (address in addresses if address else wanted and wanted in hosts):
        raise UntrustedError("trust.host", "A peer's certificate is not the one of its host.")


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a host is, if it is none with a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None
