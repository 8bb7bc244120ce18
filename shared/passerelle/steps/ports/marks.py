"""What hides the values that deliveries are found by."""

from typing import Protocol

from passerelle.core.receipts.marks import Kind


class Marks(Protocol):
    """What makes marks (KMS): the same of the same value, and nothing that can be read back."""

    def of(self, kind: Kind, value: str) -> str:
        """Return the mark of a value."""


class Unmarked:
    """No marks: deliveries are found by their days only."""

    def of(self, _kind: Kind, _value: str) -> str:
        """Return nothing."""
        return ""
