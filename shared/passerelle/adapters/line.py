"""The connection that stays open from one mail to the next, within one invocation.

A server may have closed it meanwhile. RSET asks, before anything is said of the next mail: where it does not answer as
it should, that mail gets a connection of its own, and nobody ever wonders whether a server has it.
"""

import smtplib
from contextlib import suppress
from dataclasses import dataclass

from passerelle.adapters.smtp import Peer, Refused

RESET = 10.0
"""Seconds to wait for the answer to RSET: a new connection is cheaper than a long doubt."""

_GOODBYE = 2.0


@dataclass(slots=True)
class Line:
    """At most one open connection, which nobody else has."""

    _peer: Peer | None = None

    def take(self) -> Peer | None:
        """Return the connection, fit for another mail; it is the caller's now. None where there is none."""
        peer, self._peer = self._peer, None
        if peer is None:
            return None
        try:
            peer.allow(RESET, RESET)
            peer.demand("RSET", 2)
        except (OSError, smtplib.SMTPException, Refused):
            peer.close()
            return None
        return peer

    def keep(self, peer: Peer) -> None:
        """Keep a connection on which nothing is pending."""
        self.close()
        self._peer = peer

    def close(self) -> None:
        """Say goodbye, and hang up."""
        peer, self._peer = self._peer, None
        if peer is None:
            return
        with suppress(OSError, smtplib.SMTPException, Refused):
            peer.allow(_GOODBYE, _GOODBYE)
            peer.demand("QUIT", 2)
        peer.close()
