"""A lock without a key."""

import hashlib
from datetime import datetime

from passerelle.core.errors import MalformedError, UntrustedError
from passerelle.core.message import (
    Opened,
    Proof,
)
from passerelle.core.policy import Agreement, Correspondent
from tests.fakes.demands import demand


class FakeCipher:
    """A lock that closes nothing: `Locked: n` before the mail, and never the same n twice, as S/MIME."""

    def __init__(self, means: str = "signature") -> None:
        self.means = means
        self.closed = 0
        self.expired: set[str] = set()  # addresses whose certificates are over

    def open(self, mail: bytes, sender: Correspondent, now: datetime) -> Opened:
        demand(now.tzinfo is not None, "times are aware")
        head, _, content = mail.partition(b"\n")
        if head.startswith(b"FORGED"):
            raise UntrustedError("cipher.signer", "The signature is not the sender's.")
        if head.startswith(b"UNSIGNED"):
            return Opened(content, Proof("nothing"))
        if not head.startswith(b"Locked:"):
            raise MalformedError("cipher.form", "The mail is not locked.")
        return Opened(content, Proof(self.means, sender.address, hashlib.sha256(head).hexdigest(), "FAKE"))

    def close(self, mail: bytes, agreement: Agreement, now: datetime) -> bytes:
        demand(now.tzinfo is not None, "times are aware")
        if agreement.recipient.address in self.expired:
            raise UntrustedError("cipher.expired", "The recipient's certificate is over.")
        self.closed += 1
        return b"Locked: %d\n" % self.closed + mail
