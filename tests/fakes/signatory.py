"""A seal's key without KMS."""

from dataclasses import dataclass

from passerelle.core.receipts.signing import SealKey


@dataclass
class FakeSignatory:
    """A key at hand."""

    now: SealKey

    def key(self) -> SealKey:
        return self.now
