"""Mails and envelopes in dictionaries."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime

from passerelle.core.errors import MalformedError, UnavailableError
from passerelle.core.mail import envelope as envelopes
from passerelle.core.mail.envelope import Envelope


class FakeMailroom:
    """Mails by their SHA-256, envelopes by their key; nothing is ever changed."""

    def __init__(self, clock: Callable[[], datetime], came_in: Callable[[str], None] = lambda _: None) -> None:
        self._clock = clock
        self.mails: dict[str, bytes] = {}
        self.largest = 64 << 20
        self.envelopes: dict[str, bytes] = {}
        self._minutes: dict[str, list[str]] = {}
        self._came_in = came_in

    def keep(self, mail: bytes) -> str:
        self._weigh(mail)
        digest = hashlib.sha256(mail).hexdigest()
        self.mails.setdefault(digest, mail)
        return digest

    def read(self, digest: str) -> bytes:
        if digest not in self.mails:
            raise UnavailableError("mailroom.missing", "No mail of this digest.")
        mail = self.mails[digest]
        if hashlib.sha256(mail).hexdigest() != digest:
            raise UnavailableError("mailroom.digest", "The mail is not what was kept.")
        self._weigh(mail)
        return mail

    def _weigh(self, mail: bytes) -> None:
        if len(mail) > self.largest:
            raise MalformedError("mail.size", f"A mail is larger than {self.largest} bytes.")

    def receive(self, envelope: Envelope) -> str:
        key = f"incoming/{_minute(self._clock())}/{envelope.id}.json"
        if key not in self.envelopes:
            self.envelopes[key] = envelope.dump()
            self._minutes.setdefault(_minute(self._clock()), []).append(key)
            self._came_in(key)
        return key

    def received(self, minute: datetime) -> Iterator[tuple[str, str]]:
        prefix = f"incoming/{_minute(minute)}/"
        for key in tuple(self._minutes.get(_minute(minute), ())):
            yield key, key.removeprefix(prefix).removesuffix(".json")

    def dispatch(self, envelope: Envelope) -> str:
        key = f"outgoing/{envelope.id}.json"
        self.envelopes.setdefault(key, envelope.dump())
        return key

    def envelope(self, key: str) -> Envelope:
        if key not in self.envelopes:
            raise UnavailableError("mailroom.missing", "No envelope of this key.")
        return envelopes.load(self.envelopes[key])


def _minute(at: datetime) -> str:
    return str(int(at.timestamp()) // 60)
