"""A private key that stays where it is (KMS, an HSM): its certificate here, its signatures on request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from passerelle.core.cms.keys import Certificate, certificates, public_bytes, valid, weakness
from passerelle.core.errors import MalformedError


@dataclass(frozen=True, slots=True)
class RemoteKey:
    """A signer whose key is elsewhere."""

    certificate: Certificate
    chain: tuple[Certificate, ...]
    ask: Callable[[bytes, str], bytes] = field(repr=False)

    def valid(self, now: datetime) -> bool:
        """Tell whether the certificate is valid at a time."""
        return valid(self.certificate, now)

    def sign(self, covered: bytes, algorithm: str) -> bytes:
        """Return a signature: `rsassa_pss` (SHA-256, a salt of its length), `sha256_rsa` or `sha…_ecdsa`."""
        return self.ask(covered, algorithm)


def load(chain: bytes, public: bytes, ask: Callable[[bytes, str], bytes]) -> RemoteKey:
    """Return a remote key by its certificates (PEM); MalformedError `cms.key` unless the first is of `public` (DER)."""
    first, *others = certificates(chain)
    if weakness(first.public_key()) or public_bytes(first.public_key()) != public:
        raise MalformedError("cms.key", "The certificate of a remote key is weak, or of another key.")
    return RemoteKey(first, tuple(others), ask)
