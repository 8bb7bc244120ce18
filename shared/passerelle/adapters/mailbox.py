"""An application mailbox (IMAP): mails are listed, fetched without a trace, and removed one by one.

1. Connect; STARTTLS with pinned anchors and, where the network asks for it, our certificate; on MSSanté, the server's
   certificate is then checked as the relay's is. Nothing said before TLS counts.
2. Log in: by our certificate (SASL EXTERNAL), or by a password (SASL PLAIN), which is in no command line, no log and
   no error. What a server answers is never repeated: it may repeat the password.
3. The server must be able to remove one mail and no other (UIDPLUS), and INBOX must be writable.
4. Whatever goes wrong ends the connection; the next command opens another.
"""

import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from passerelle.adapters import channel, imap, telemetry
from passerelle.adapters.imap import Session, TooMuchError
from passerelle.adapters.relay import Guard
from passerelle.adapters.settings import Login, Place, Tls
from passerelle.core.errors import MalformedError, UnavailableError
from passerelle.steps.collect.ports import Listing, Waiting
from passerelle.steps.ports import Keyring

PAGE = 500
"""Mails of a listing that are asked for at once."""

FETCH = 100.0
"""Seconds for a mail to come: 40 MB at 3.4 Mbit/s."""

_GOODBYE = 2.0
_ROOM = 4096  # bytes around a mail in the answer that brings it
_FAULTS = (TooMuchError, imaplib.IMAP4.error, OSError, ValueError, LookupError, TypeError)  # imaplib reads anything


@dataclass(frozen=True, slots=True)
class Access:
    """Where a mailbox is, and how we get in."""

    place: Place
    tls: Tls
    user: str
    login: Login
    anchors: str  # name of the anchors of its server
    name: str  # of our identity there: mailbox.<network>; its password is <name>.password


@dataclass(slots=True)
class ImapMailbox:
    """The INBOX of a mailbox."""

    access: Access
    keyring: Keyring
    guard: Guard | None = None
    step: float = imap.STEP
    patience: float = FETCH
    _session: Session | None = field(default=None, init=False, repr=False)
    _validity: int = field(default=0, init=False)
    _mails: int = field(default=0, init=False)

    def waiting(self, most: int) -> Listing:
        """Return the oldest mails that nobody has left for a person, over a new connection."""
        self.close()
        found: list[Waiting] = []
        left = 0
        with self._speaking() as session:
            for first in range(1, self._mails + 1, PAGE):
                for mail, flagged in self._page(session, first, min(first + PAGE - 1, self._mails)):
                    left += flagged
                    found += [] if flagged else [mail]
                if len(found) >= most:
                    break
        return Listing(tuple(found[:most]), left)

    def _page(self, session: Session, first: int, last: int) -> Iterator[tuple[Waiting, bool]]:
        """Yield the mails of these numbers, which no EXPUNGE moves while we only fetch (RFC 9051 §7.5.1)."""
        session.allow()
        lines = _demand(session.fetch(f"{first}:{last}", "(UID FLAGS RFC822.SIZE)"))
        yield from (one for line in lines if (one := imap.listed(line, self._validity)))

    def fetch(self, mail: Waiting, largest: int) -> bytes:
        """Return a mail as it is, and change nothing; MalformedError `mail.size` where it has more bytes."""
        with self._speaking(mail) as session:
            session.allow(largest + _ROOM, self.patience)
            try:
                answer = session.uid("FETCH", str(mail.uid), "(BODY.PEEK[])")
            except TooMuchError:
                raise _too_large(largest) from None
            found = imap.content(_demand(answer), mail.uid)
            if found is None:
                raise _odd()
        if len(found) > largest:
            raise _too_large(largest)
        return found

    def remove(self, mail: Waiting) -> None:
        """Remove a mail for good; one that is gone already is no fault."""
        with self._traced("remove", mail), self._speaking(mail) as session:
            _demand(session.uid("STORE", str(mail.uid), "+FLAGS.SILENT", r"(\Deleted)"))
            _demand(session.uid("EXPUNGE", str(mail.uid)))  # RFC 4315: what others have deleted is theirs to expunge

    def leave(self, mail: Waiting) -> None:
        """Mark a mail as one that only a person can settle: flagged, as any mail program shows it."""
        with self._traced("leave", mail), self._speaking(mail) as session:
            _demand(session.uid("STORE", str(mail.uid), "+FLAGS.SILENT", r"(\Flagged)"))

    def close(self) -> None:
        """End the connection; never fail."""
        if self._session is not None:
            with suppress(*_FAULTS):
                self._session.allow(seconds=_GOODBYE)
                self._session.logout()
        self._drop()

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with suppress(*_FAULTS):
                session.shutdown()

    @contextmanager
    def _speaking(self, mail: Waiting | None = None) -> Iterator[Session]:
        """Yield the session, opened where there is none; end it where anything goes wrong."""
        try:
            session = self._session or self._open()
            self._demand_same(mail)
            session.allow()
            yield session
        except BaseException as error:
            self._drop()
            if isinstance(error, _FAULTS):
                raise _odd() from None
            raise

    def _demand_same(self, mail: Waiting | None) -> None:
        if mail and mail.validity != self._validity:
            raise UnavailableError("mailbox.changed", "The mailbox is another one than before (UIDVALIDITY).")

    @contextmanager
    def _traced(self, action: str, mail: Waiting) -> Iterator[None]:
        """Log what is done in the mailbox and how it ended (ECO.4.1.1, ECO.4.1.2), and nothing of the mail."""
        answer = "failed"
        try:
            yield
            answer = "OK"
        finally:
            said = {"action": action, "author": self.access.name, "uid": mail.name, "answer": answer}
            telemetry.logger.info("mailbox", extra=said)

    def _open(self) -> Session:
        """Connect, protect, log in, and open INBOX."""
        context = channel.context(self.keyring, self.access.tls, self.access.anchors, self.access.name)
        with _saying(UnavailableError("mailbox.connection", "The server of the mailbox does not answer.")):
            session = self._session = Session(self.access.place, self.step)
        if context:
            self._secure(session, context)
        self._log_in(session)
        if not {b"UIDPLUS", b"IMAP4REV2"} & _capabilities(session):
            raise UnavailableError("mailbox.uidplus", "The mailbox cannot remove one mail and no other (RFC 4315).")
        session.allow()
        self._mails = int(_demand(session.select("INBOX"))[-1])
        self._validity = int(session.response("UIDVALIDITY")[1][-1])
        return session

    def _secure(self, session: Session, context: ssl.SSLContext) -> None:
        """Go over to TLS, and look at who is there."""
        with _saying(UnavailableError("mailbox.tls", "The server of the mailbox has no TLS that can be believed.")):
            session.allow()
            session.starttls(context)
        if self.guard and isinstance(session.sock, ssl.SSLSocket):
            self.guard.check(session.sock, self.access.place.host, "")

    def _log_in(self, session: Session) -> None:
        mechanism, words = "EXTERNAL", self.access.user
        if self.access.login is Login.PASSWORD:
            mechanism, words = "PLAIN", f"\0{words}\0{self.keyring.password(f'{self.access.name}.password')}"
        with _saying(UnavailableError("mailbox.login", "The mailbox does not let us in.")):
            session.allow()
            session.authenticate(mechanism, _once(words.encode()))


def _once(words: bytes) -> Callable[[bytes], bytes | None]:
    """Return who says the words at the first question, and breaks off at the next (RFC 9051 §6.2.2)."""
    left = [words]
    return lambda _question: left.pop() if left else None


def _capabilities(session: Session) -> set[bytes]:
    """Return what the server can do, as it says after the login."""
    session.allow()
    return {word for line in _demand(session.capability()) for word in line.upper().split()}


def _demand(answer: tuple[str, list[Any]]) -> list[Any]:
    """Return what an answer holds."""
    if answer[0] != "OK":
        raise _odd()
    return [item for item in answer[1] if item is not None]


def _too_large(largest: int) -> MalformedError:
    return MalformedError("mail.size", f"A mail is larger than {largest} bytes.")


def _odd() -> UnavailableError:
    return UnavailableError("mailbox.answer", "The mailbox did not answer as it should.")


@contextmanager
def _saying(error: UnavailableError) -> Iterator[None]:
    try:
        yield
    except _FAULTS:
        raise error from None
