"""The way out: one SMTP transaction for one recipient, and never a doubt about what the peer may have.

1. The bytes are checked before anything is said.
2. Connect, EHLO; STARTTLS with pinned anchors and, where the network asks for it, our certificate; on MSSanté, the
   server's certificate is then checked as the agency's audit does (core/trust/peer); EHLO again.
3. MAIL, RCPT, DATA, and the mail but for its final dot. Whatever goes wrong up to here: certainly not delivered.
4. `before_dot`. Where it raises, the connection is dropped without the dot.
5. The dot. Only a reply that is one counts; no reply, or another kind of one, is UNKNOWN.
"""

import smtplib
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from passerelle.adapters import channel
from passerelle.adapters.settings import Place, Tls
from passerelle.adapters.smtp import Peer, Refused, answer, conforming, stuffed
from passerelle.core.errors import UntrustedError
from passerelle.core.mail.envelope import Envelope
from passerelle.steps.ports import Keyring, Outcome, Reply

STEP = 60.0
"""Seconds for each step before the dot."""

BEFORE_DOT = 110.0
"""Seconds for all of them: what is left of the function's 780 s must hold the wait for the last answer."""

DOT = 600.0
"""Seconds for that answer: RFC 5321 §4.5.3.2.6; giving up earlier makes duplicates."""

_GOODBYE = 2.0
_BLOCK = 1 << 16

_NOT_CONFORMING = Reply(Outcome.REJECTED, 0, "5.6.0")  # RFC 3463 §3.7: media error
_TOO_LARGE = Reply(Outcome.REJECTED, 0, "5.3.4")
_NOT_8BIT = Reply(Outcome.REJECTED, 0, "5.6.3")
_NOT_LISTED = Reply(Outcome.REJECTED, 0, "5.1.2")  # RFC 3463 §3.2: bad destination system
_NO_CONNECTION = Reply(Outcome.POSTPONED, 0, "4.4.2")
_NO_TLS = Reply(Outcome.POSTPONED, 0, "4.7.4")
_BAD_TLS = Reply(Outcome.POSTPONED, 0, "4.7.5")


class Guard(Protocol):
    """Who may take mail here."""

    def admit(self, domain: str) -> None:
        """Raise UntrustedError where mail for a domain may not go out at all."""

    def check(self, channel: ssl.SSLSocket, host: str, domain: str) -> None:
        """Raise unless the server at the other end is who it should be."""


@dataclass(frozen=True, slots=True)
class SmtpRelay:
    """A mail server that takes mail for a network."""

    place: Place
    tls: Tls
    keyring: Keyring
    name: str  # of its anchors and of our identity there: relay.<network>
    ehlo: Callable[[], str]
    guard: Guard | None = None
    last_wait: float = DOT

    def send(self, envelope: Envelope, mail: bytes, before_dot: Callable[[], None]) -> Reply:
        """Send to the one recipient of the envelope; call `before_dot` when all is sent but the final dot."""
        domain = envelope.recipients[0].rpartition("@")[2]
        barred = self._barred(mail, domain)
        if barred:
            return barred
        context, name = channel.context(self.keyring, self.tls, self.name, self.name), self.ehlo()
        peer = None
        try:
            try:
                peer = Peer(self.place, name, step=STEP, deadline=time.monotonic() + BEFORE_DOT)
                self._secure(peer, context, domain)
                _hand_over(peer, envelope, mail)
            except Refused as refused:
                return refused.reply
            except smtplib.SMTPResponseException as error:
                return Reply(Outcome.POSTPONED, error.smtp_code)
            except ssl.SSLError:
                return _BAD_TLS
            except (OSError, smtplib.SMTPException):
                return _NO_CONNECTION
            before_dot()
            return self._dot(peer)
        finally:
            if peer is not None:
                peer.close()

    def _barred(self, mail: bytes, domain: str) -> Reply | None:
        """Return why a mail never goes out here, if so."""
        if not conforming(mail):
            return _NOT_CONFORMING
        try:
            if self.guard:
                self.guard.admit(domain)
        except UntrustedError:
            return _NOT_LISTED
        return None

    def _secure(self, peer: Peer, context: ssl.SSLContext | None, domain: str) -> None:
        """Greet; with a context, go over to TLS, look at who is there, and greet again."""
        _greet(peer)
        if context is None:
            return
        if not peer.has_extn("starttls"):
            raise Refused(_NO_TLS)
        peer.hurry()
        peer.starttls(context=context)
        if self.guard and isinstance(peer.sock, ssl.SSLSocket):
            self.guard.check(peer.sock, self.place.host, domain)
        _greet(peer)

    def _dot(self, peer: Peer) -> Reply:
        """Send the final dot and return what became of the mail."""
        peer.step, peer.deadline = self.last_wait, time.monotonic() + self.last_wait
        try:
            peer.hurry()
            peer.send(b".\r\n")
            reply = answer(*peer.getreply())
        except (OSError, smtplib.SMTPException):
            return Reply(Outcome.UNKNOWN)
        peer.step, peer.deadline = _GOODBYE, time.monotonic() + _GOODBYE  # the answer is there: ACCEPTED must not wait
        with suppress(OSError, smtplib.SMTPException):
            peer.docmd("QUIT")
        return reply


def _greet(peer: Peer) -> None:
    peer.hurry()
    code, text = peer.ehlo()
    if code // 100 != 2:  # noqa: PLR2004 - RFC 5321 §4.2.1
        raise Refused(Reply(Outcome.POSTPONED, code, answer(code, text).enhanced))


def _hand_over(peer: Peer, envelope: Envelope, mail: bytes) -> None:
    """Send all but the final dot."""
    (recipient,) = envelope.recipients
    wire = stuffed(mail)
    peer.demand(f"MAIL FROM:<{envelope.sender}>{_announced(peer, mail)}", 2)
    peer.demand(f"RCPT TO:<{recipient}>", 2)
    peer.demand("DATA", 3)
    for start in range(0, len(wire), _BLOCK):
        peer.hurry()
        peer.send(wire[start : start + _BLOCK])
    peer.hurry()


def _announced(peer: Peer, mail: bytes) -> str:
    """Return the parameters of MAIL, as far as the peer offers them; Refused where it can never take this mail."""
    words = ""
    if peer.has_extn("size"):  # RFC 1870
        largest = peer.esmtp_features["size"]
        if largest.isdecimal() and 0 < int(largest) < len(mail):
            raise Refused(_TOO_LARGE)
        words += f" SIZE={len(mail)}"
    if not mail.isascii():  # RFC 6152
        if not peer.has_extn("8bitmime"):
            raise Refused(_NOT_8BIT)
        words += " BODY=8BITMIME"
    return words
