"""What runs out, told to the operator: counted for the alarms, and named in the log by its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from passerelle.adapters import telemetry
from passerelle.core.errors import PasserelleError
from passerelle.core.trust import expiry, ground
from passerelle.steps.ports import Clock, Identity, Keyring

OFTEN = timedelta(minutes=30)
"""After how long the end of one of the bridge's own certificates is told again: alarms look at an hour."""


def tell(due: Mapping[int, list[str]]) -> None:
    """Count what ends within each number of days, and log where it lies; never a name in a certificate."""
    for days, labels in due.items():
        telemetry.count(f"EndsIn{days}Days" if days else "Ended", len(labels))
        for label in labels:
            telemetry.logger.warning("runs out", extra={"place": place(label), "days": days})


def place(label: str) -> str:
    """Return a label without the name of a person: which certificate it is stands in the configuration bucket."""
    return "certificates" if label.startswith("certificates/") else label


@dataclass(frozen=True, slots=True)
class WatchedKeyring:
    """A keyring that tells of the end of the bridge's own certificates, where they are used: refresh sees no key."""

    keyring: Keyring
    now: Clock
    _told: dict[str, datetime] = field(default_factory=dict, repr=False)

    def identity(self, name: str) -> Identity:
        """Return one of the bridge's own identities."""
        found, now = self.keyring.identity(name), self.now()
        if name not in self._told or now - self._told[name] >= OFTEN:
            self._told[name] = now
            tell(expiry.due(_terms(f"keys/{name}", found), now))
        return found

    def password(self, name: str) -> str:
        """Return one of the bridge's own passwords."""
        return self.keyring.password(name)

    def certificate(self, name: str) -> bytes:
        """Return the certificate of a correspondent, PEM."""
        return self.keyring.certificate(name)

    def anchors(self, name: str) -> bytes:
        """Return the trust anchors of a network, PEM."""
        return self.keyring.anchors(name)


def _terms(label: str, identity: Identity) -> list[expiry.Term]:
    """Return the terms of the certificates in use; those of former keys are over, as they should be."""
    chains = [identity.chain, *([identity.signing.chain] if identity.signing else [])]
    try:
        return [term for one in chains for term in expiry.of_certificates(label, ground.load(one, None).authorities)]
    except PasserelleError:  # who uses it says so
        return []
