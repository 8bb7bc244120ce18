"""Who may write to whom."""

from typing import Protocol

from passerelle.core.message import Network
from passerelle.core.policy import Agreement, Correspondent


class Agreements(Protocol):
    """The validated file that says who may write to whom."""

    def between(self, network: Network, sender: str, recipient: str) -> Agreement | None:
        """Return the agreement of a sender's address and a recipient's alias on the sender's network, if any."""

    def correspondent(self, network: Network, address: str) -> Correspondent | None:
        """Return who has this address on this network, if anybody."""
