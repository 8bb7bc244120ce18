"""What keeps addresses as long as they may be known."""

from datetime import datetime
from typing import Protocol

from passerelle.core.receipts.persons import Addresses


class Persons(Protocol):
    """Who seals addresses under the key of a month, and can destroy it (KMS, S3)."""

    def seal(self, delivery_id: str, opened_at: datetime, addresses: Addresses) -> str:
        """Return the addresses of a delivery, sealed under the key of the month in which it was opened."""

    def unseal(self, delivery_id: str, text: str) -> Addresses | None:
        """Return what was sealed for a delivery; None where its key is destroyed: the persons are forgotten.

        UntrustedError `persons.seal` for what was not sealed for it, MalformedError `persons.form` for no such text.
        """

    def months(self) -> tuple[str, ...]:
        """Return the months that have a key, oldest first."""

    def forget(self, month: str) -> None:
        """Destroy the key of a month, for ever; where there is none, nothing changes."""


class Unsealed:
    """No seals: nobody's address is kept."""

    def seal(self, _delivery_id: str, _opened_at: datetime, _addresses: Addresses) -> str:
        """Return nothing."""
        return ""

    def unseal(self, _delivery_id: str, _text: str) -> None:
        """Return that nobody is known."""

    def months(self) -> tuple[str, ...]:
        """Return none."""
        return ()

    def forget(self, _month: str) -> None:
        """Have nothing to forget."""
