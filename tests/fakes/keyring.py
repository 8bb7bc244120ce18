"""Keys without a safe."""

from dataclasses import dataclass, field
from typing import TypeVar

from passerelle.core.errors import UnavailableError
from passerelle.steps.ports import Identity

Thing = TypeVar("Thing")


@dataclass
class FakeKeyring:
    """Keys and certificates in dictionaries."""

    identities: dict[str, Identity] = field(default_factory=dict)
    certificates: dict[str, bytes] = field(default_factory=dict)
    trusted: dict[str, bytes] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)

    def identity(self, name: str) -> Identity:
        return _found(self.identities, name)

    def password(self, name: str) -> str:
        return _found(self.passwords, name)

    def certificate(self, name: str) -> bytes:
        return _found(self.certificates, name)

    def anchors(self, name: str) -> bytes:
        return _found(self.trusted, name)


def _found(things: dict[str, Thing], name: str) -> Thing:
    if name not in things:
        raise UnavailableError("keyring.missing", "No key or certificate of this name.")
    return things[name]
