"""What `seal` needs of the world; each port has one adapter and one fake of the same name."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from passerelle.core.receipts.signing import SealKey
from passerelle.steps.ports import Clock, Ledger


class Archive(Protocol):
    """Where seals lie (S3 with object lock): what was kept is never changed."""

    def read(self, name: str) -> bytes | None:
        """Return what stands under a name; None where nothing does."""

    def names(self, prefix: str, after: str = "") -> Iterator[str]:
        """Return the names that start so and come after another, in their order."""

    def keep(self, name: str, content: bytes) -> bytes:
        """Keep content where nothing stands yet, and return what stands there: this, or what came first."""

    def point(self, name: str, content: bytes) -> None:
        """Keep content in the place of what stood there, which stays as an earlier version."""


class Signatory(Protocol):
    """Who signs checkpoints (Secrets Manager, KMS)."""

    def key(self) -> SealKey:
        """Return the key; UnavailableError `keyring.missing` where there is none."""


class Stamper(Protocol):
    """A time-stamping authority (RFC 3161)."""

    def stamp(self, content: bytes) -> bytes:
        """Return its answer about content, checked; UnavailableError or UntrustedError `stamp.…` without a good one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealDesk:
    """What `seal` needs."""

    clock: Clock
    ledger: Ledger
    archive: Archive
    signatory: Signatory
    stamper: Stamper | None = None
    delay: timedelta = timedelta(minutes=30)  # longer than any function lives: nothing older is still being written
