"""Agreements without a file."""

from passerelle.core.message import (
    Network,
)
from passerelle.core.policy import Agreement, Correspondent


class FakeAgreements:
    """Agreements in a list."""

    def __init__(self, *agreements: Agreement) -> None:
        self.agreements = list(agreements)

    def between(self, network: Network, sender: str, recipient: str) -> Agreement | None:
        for agreement in self.agreements:
            known = (agreement.sender.address.casefold(), agreement.recipient.alias.casefold())
            if agreement.sender.network is network and known == (sender.casefold(), recipient.casefold()):
                return agreement
        return None

    def correspondent(self, network: Network, address: str) -> Correspondent | None:
        people = [person for agreement in self.agreements for person in (agreement.sender, agreement.recipient)]
        found = (p for p in people if p.network is network and p.address.casefold() == address.casefold())
        return next(found, None)
