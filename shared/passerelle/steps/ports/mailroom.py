"""Where mails and envelopes lie."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from passerelle.core.mail.envelope import Envelope


class Mailroom(Protocol):
    """Where mails and envelopes lie (S3): written once, never changed."""

    def keep(self, mail: bytes) -> str:
        """Keep a mail and return its SHA-256 in hex; keeping the same bytes again changes nothing.

        MalformedError `mail.size` where it is too large to be read again.
        """

    def read(self, digest: str) -> bytes:
        """Return the mail of this SHA-256, checked."""

    def receive(self, envelope: Envelope) -> str:
        """Keep an envelope that came in and return its key; this is what wakes `accept`."""

    def received(self, minute: datetime) -> Iterator[tuple[str, str]]:
        """Yield key and id of the envelopes that came in in a minute."""

    def dispatch(self, envelope: Envelope) -> str:
        """Keep an envelope that goes out and return its key."""

    def envelope(self, key: str) -> Envelope:
        """Return the envelope of a key."""
