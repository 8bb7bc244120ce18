"""What trust in a network stands on: its authorities, and the lists of what they have revoked."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from passerelle.core.errors import UnavailableError
from passerelle.core.trust import crl, path
from passerelle.core.trust.crl import Crl
from passerelle.core.trust.path import Certificates, Use


@dataclass(frozen=True, slots=True)
class Ground:
    """Authorities, and their lists; where these are None, revocation is not looked at: an operator's unsafe choice."""

    authorities: Certificates
    crls: tuple[Crl, ...] | None

    def check(self, leaf: x509.Certificate, others: Certificates, now: datetime, use: Use) -> None:
        """Raise unless a certificate leads to an anchor, may be used so now, and nothing on its way is revoked."""
        found = path.check(leaf, others, self.authorities, now, use)
        if self.crls is not None:
            crl.check(found, self.crls, now)


def load(authorities: bytes, crls: bytes | None) -> Ground:
    """Return the ground of PEM files; UnavailableError `trust.ground` where they cannot be read: the bridge's fault."""
    try:
        certificates = tuple(x509.load_pem_x509_certificates(authorities))
    except (ValueError, x509.InvalidVersion) as error:
        raise UnavailableError(
            "trust.ground", "A file of authorities holds no certificate that can be read."
        ) from error
    return Ground(certificates, None if crls is None else crl.load_all(crls))
