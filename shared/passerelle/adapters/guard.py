"""Who may take our mail for MSSanté: the check of a server's certificate, once TLS has proven that it has the key."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from passerelle.adapters.grounds import Grounds
from passerelle.core.trust import peer
from passerelle.core.trust.path import Use
from passerelle.core.trust.peer import Peer


@dataclass(frozen=True, slots=True)
class PeerGuard:
    """The check of a relay's server; as an operator, also that the white list lets it speak for a domain."""

    grounds: Grounds
    name: str  # of the anchors
    now: Callable[[], datetime]
    operator: bool = False

    def admit(self, domain: str) -> None:
        """Raise UntrustedError `trust.domain` where we are an operator and a domain is not of MSSanté."""
        if self.operator:
            self.grounds.white_list(self.now()).names(domain)

    def check(self, channel: ssl.SSLSocket, host: str, domain: str) -> None:
        """Raise unless the server at the other end is who it should be."""
        now, ground = self.now(), self.grounds.of(self.name)
        seen = Peer(_chain(channel), host, Use.SERVER)
        if self.operator:
            peer.check_operator(seen, domain, ground, self.grounds.white_list(now), now)
        else:
            peer.check(seen, ground, now)


def _chain(channel: ssl.SSLSocket) -> tuple[bytes, ...]:
    """Return the server's certificates; before Python 3.13 only its own: the anchors hold those between."""
    if hasattr(channel, "get_unverified_chain"):
        return tuple(channel.get_unverified_chain())
    own = channel.getpeercert(binary_form=True)
    return (own,) if own else ()
