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


def derived(client: Macs, key: str, label: bytes) -> bytes:
    """Return the key that a key of KMS makes for one use: the same for every process."""
    with answering("marks"):
        made: bytes = client.generate_mac(KeyId=key, MacAlgorithm="HMAC_SHA_256", Message=label)["Mac"]
    return made


@dataclass(slots=True)
class KmsMarks:
    """A key of KMS (GENERATE_VERIFY_MAC, HMAC_256)."""

    client: Macs
    key: str
    _derived: bytes = field(default=b"", repr=False)

    def of(self, kind: Kind, value: str) -> str:
        """Return the mark of a value."""
        if not self._derived:
            self._derived = derived(self.client, self.key, _LABEL)
        return mark(self._derived, kind, value)
