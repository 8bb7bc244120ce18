"""Keys and certificates by name."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RemoteIdentity:
    """A certificate whose private key stays elsewhere (KMS): its chain (PEM), its public key (DER), how to ask it."""

    chain: bytes = field(repr=False)
    public: bytes = field(repr=False)
    sign: Callable[[bytes, str], bytes] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate with its chain and its private key, PEM; `repr` shows neither, and it cannot be pickled.

    Where signing has a key of its own, it stands in `signing`; keys that mail may still be enveloped for, in `former`.
    """

    chain: bytes = field(repr=False)
    key: bytes = field(repr=False)
    signing: "Identity | RemoteIdentity | None" = field(default=None, repr=False)
    former: tuple["Identity", ...] = field(default=(), repr=False)

    def __reduce__(self) -> str:
        """Refuse to leave the process: a pickle is a file."""
        msg = "An identity is not pickled: it holds a private key."
        raise TypeError(msg)


class Keyring(Protocol):
    """Keys and certificates by name; private keys never leave the process."""

    def identity(self, name: str) -> Identity:
        """Return one of the bridge's own identities; UnavailableError `keyring.missing` where there is none."""

    def password(self, name: str) -> str:
        """Return one of the bridge's own passwords; UnavailableError `keyring.missing` where there is none."""

    def certificate(self, name: str) -> bytes:
        """Return the certificate of a correspondent, PEM."""

    def anchors(self, name: str) -> bytes:
        """Return the trust anchors of a network, PEM."""
