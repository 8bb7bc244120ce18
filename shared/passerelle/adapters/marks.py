"""Marks under a key that never leaves KMS: it makes, once for each process, the key that marks are made with here."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from passerelle.adapters.answers import answering
from passerelle.core.receipts.marks import Kind, mark

_LABEL = b"passerelle marks 1"


class Macs(Protocol):
    """What this needs of KMS; boto3 makes its clients at run time."""

    def generate_mac(self, **given: Any) -> Any:  # noqa: ANN401 - same
        """Return a message authentication code."""


@dataclass(slots=True)
class KmsMarks:
    """A key of KMS (GENERATE_VERIFY_MAC, HMAC_256)."""

    client: Macs
    key: str
    _derived: bytes = field(default=b"", repr=False)

    def of(self, kind: Kind, value: str) -> str:
        """Return the mark of a value."""
        if not self._derived:
            with answering("marks"):
                made = self.client.generate_mac(KeyId=self.key, MacAlgorithm="HMAC_SHA_256", Message=_LABEL)
            self._derived = made["Mac"]
        return mark(self._derived, kind, value)
