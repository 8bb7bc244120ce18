"""What opens and closes a mail."""

from datetime import datetime
from typing import Protocol

from passerelle.core.message import Opened
from passerelle.core.policy import Agreement, Correspondent


class Cipher(Protocol):
    """The lock of a correspondent."""

    def open(self, mail: bytes, sender: Correspondent, now: datetime) -> Opened:
        """Return the mail without its lock; UntrustedError or MalformedError where it does not open."""

    def close(self, mail: bytes, agreement: Agreement, now: datetime) -> bytes:
        """Return the mail closed for the recipient of the agreement."""
