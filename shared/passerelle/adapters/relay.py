"""The way out: one SMTP transaction for one recipient, and never a doubt about what the peer may have.

1. The bytes are checked before anything is said.
2. Connect, EHLO; STARTTLS with pinned anchors and, where the network asks for it, our certificate; on MSSanté, the
   server's certificate is then checked as the agency's audit does (core/trust/peer); EHLO again.
3. MAIL, RCPT, DATA, and the mail but for its final dot. Whatever goes wrong up to here: certainly not delivered.
4. `before_dot`. Where it raises, the connection is dropped without the dot.
5. The dot. Only a reply that is one counts; no reply, or another kind of one, is UNKNOWN.
6. Within an invocation, a connection on which the last reply came stays for the next mail (line.py); whom it leads to
   is looked at for each mail.

Where the peer offers it (RFC 3461), its own word of what becomes of the mail is asked for, under the attempt's name: it
ends the doubt of an answer that never came.
"""

import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from passerelle.adapters import channel
from passerelle.adapters.line import Line
from passerelle.adapters.settings import Place, Tls
from passerelle.adapters.smtp import Peer, Refused, answer, conforming, stuffed, xtext
from passerelle.core.errors import UntrustedError
from passerelle.core.mail.envelope import Envelope
from passerelle.steps.ports import Errand, Keyring, Outcome, Reply

STEP = 60.0
"""Seconds for each step before the dot."""

BEFORE_DOT = 110.0
"""Seconds for all of them: what is left of the function's 780 s must hold the wait for the last answer."""

DOT = 600.0
"""Seconds for that answer: RFC 5321 §4.5.3.2.6; giving up earlier makes duplicates."""

AFTER_DOT = 20.0
"""Seconds that must be left to write down what the answer was."""

_UNNAMED = Errand()
_BEFORE_DOT = (Refused, OSError, smtplib.SMTPException)
_REFUSED = {4, 5}
_CLOSING = 421  # RFC 5321 §3.8: the peer hangs up
_NAMED = " RET=HDRS ENVID={}"  # RFC 3461 §4.3, §4.4: of the mail, its header alone comes back
_TOLD = " NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;{}"  # same, §4.1, §4.2
_BLOCK = 1 << 16

_NOT_CONFORMING = Reply(Outcome.REJECTED, 0, "5.6.0")  # RFC 3463 §3.7: media error
_TOO_LARGE = Reply(Outcome.REJECTED, 0, "5.3.4")
_NOT_8BIT = Reply(Outcome.REJECTED, 0, "5.6.3")
_NOT_UTF8 = Reply(Outcome.REJECTED, 0, "5.6.9")  # RFC 6531 §3.7.4: UTF-8 in a header
_NO_TIME = Reply(Outcome.POSTPONED, 0, "4.4.5")  # we ourselves are too busy
_NOT_LISTED = Reply(Outcome.REJECTED, 0, "5.1.2")  # RFC 3463 §3.2: bad destination system
_NO_CONNECTION = Reply(Outcome.POSTPONED, 0, "4.4.1")  # RFC 3463 §3.5
_CUT = Reply(Outcome.POSTPONED, 0, "4.4.2")
_NO_NAME = Reply(Outcome.POSTPONED, 0, "4.4.3")
_TOO_SLOW = Reply(Outcome.POSTPONED, 0, "4.4.7")
_NO_TLS = Reply(Outcome.POSTPONED, 0, "4.7.4")
_BAD_TLS = Reply(Outcome.POSTPONED, 0, "4.7.5")
_FAULTS = (
    (ssl.SSLError, _BAD_TLS),
    (socket.gaierror, _NO_NAME),
    (TimeoutError, _TOO_SLOW),
    (ConnectionRefusedError, _NO_CONNECTION),
)


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
    line: Line | None = None  # None: a connection for each mail

    def send(self, envelope: Envelope, mail: bytes, before_dot: Callable[[], None], errand: Errand = _UNNAMED) -> Reply:
        """Send to the one recipient of the envelope; call `before_dot` when all is sent but the final dot."""
        domain = envelope.recipients[0].rpartition("@")[2]
        seconds = min(BEFORE_DOT, errand.left() - DOT - AFTER_DOT)
        barred = self._barred(mail, domain) or (_NO_TIME if seconds <= 0 else None)
        if barred:
            return barred
        peer, reply = None, None
        try:
            peer = self._connected(domain, seconds)
            _hand_over(peer, envelope, mail, errand.name)
        except _BEFORE_DOT as error:
            reply = _why(error)
        else:
            before_dot()
            reply = _dot(peer, min(self.last_wait, errand.left() - AFTER_DOT))
        finally:
            self._leave(peer, reply)
        return reply

    def close(self) -> None:
        """Hang up."""
        if self.line:
            self.line.close()

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

    def _connected(self, domain: str, seconds: float) -> Peer:
        """Return a connection on which the next mail can be said, to a server that may have it."""
        peer = self.line.take() if self.line else None
        if peer:
            peer.allow(STEP, seconds)
            return self._trusted(peer, domain)
        context, name = channel.context(self.keyring, self.tls, self.name, self.name), self.ehlo()
        peer = Peer(self.place, name, step=STEP, deadline=time.monotonic() + seconds)
        try:
            _greet(peer)
            return self._secure(peer, context, domain) if context else peer
        except BaseException:
            peer.close()
            raise

    def _secure(self, peer: Peer, context: ssl.SSLContext, domain: str) -> Peer:
        """Go over to TLS, look at who is there, and greet again."""
        if not peer.has_extn("starttls"):
            raise Refused(_NO_TLS)
        peer.hurry()
        peer.starttls(context=context)
        self._trusted(peer, domain)
        _greet(peer)
        return peer

    def _trusted(self, peer: Peer, domain: str) -> Peer:
        """Return the connection, where who is at its other end may have mail for the domain."""
        if self.guard and isinstance(peer.sock, ssl.SSLSocket):
            try:
                self.guard.check(peer.sock, self.place.host, domain)
            except BaseException:
                peer.close()
                raise
        return peer

    def _leave(self, peer: Peer | None, reply: Reply | None) -> None:
        """Keep the connection where the peer has answered and nothing is pending; hang up otherwise."""
        if peer is None:
            return
        answered = reply is not None and (reply.outcome is Outcome.ACCEPTED or reply.code // 100 in _REFUSED)
        if self.line and answered and reply and reply.code != _CLOSING:
            self.line.keep(peer)
            return
        if answered:  # as RFC 5321 §4.1.1.10 wants it
            Line(peer).close()
        peer.close()


def _dot(peer: Peer, seconds: float) -> Reply:
    """Send the final dot and return what became of the mail."""
    peer.allow(seconds, seconds)
    try:
        peer.hurry()
        peer.send(b".\r\n")
        return answer(*peer.getreply())
    except (OSError, smtplib.SMTPException):
        return Reply(Outcome.UNKNOWN)


def _why(error: Exception) -> Reply:
    """Return what an error before the dot means: the mail was certainly not delivered."""
    if isinstance(error, Refused):
        return error.reply
    if isinstance(error, smtplib.SMTPResponseException):
        return Reply(Outcome.POSTPONED, error.smtp_code)
    return next((reply for kind, reply in _FAULTS if isinstance(error, kind)), _CUT)


def _greet(peer: Peer) -> None:
    peer.hurry()
    code, text = peer.ehlo()
    if code // 100 != 2:  # noqa: PLR2004 - RFC 5321 §4.2.1
        raise Refused(Reply(Outcome.POSTPONED, code, answer(code, text).enhanced))


def _hand_over(peer: Peer, envelope: Envelope, mail: bytes, name: str) -> None:
    """Send all but the final dot."""
    (recipient,) = envelope.recipients
    wire = stuffed(mail)
    told = bool(name and envelope.sender) and peer.has_extn("dsn")  # nobody hears of what the null sender sends
    peer.demand(f"MAIL FROM:<{envelope.sender}>{_announced(peer, mail)}{_NAMED.format(xtext(name)) if told else ''}", 2)
    peer.demand(f"RCPT TO:<{recipient}>{_TOLD.format(xtext(recipient)) if told else ''}", 2)
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
    if not mail.partition(b"\r\n\r\n")[0].isascii():  # RFC 6531 §3.4
        if not peer.has_extn("smtputf8"):
            raise Refused(_NOT_UTF8)
        words += " SMTPUTF8"
    return words
