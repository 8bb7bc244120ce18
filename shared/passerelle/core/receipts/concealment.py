"""Addresses, sealed under the key of their month: who destroys the key erases all persons of that month.

1. AES-256-GCM. What is sealed is bound to its delivery, its month and its key: moved elsewhere, it does not open.
2. The nonce is a keyed digest (HMAC) of all that is sealed and all that it is bound to: the same words give the same
   text, so that a run that is repeated writes the same event, and no two different texts share a nonce.
3. An event holds the text, and its hash covers it: chain, seals and proofs stand when nobody can read it any more.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from passerelle.core.errors import UntrustedError
from passerelle.core.receipts import persons
from passerelle.core.receipts.persons import Addresses

KEY_SIZE = 32
"""Bytes of a month's key."""

LONGEST = 32768
"""Characters of a sealed text: the longest addresses, each character escaped, fit in."""

_NONCE, _TAG = 12, 16
_TEXT = re.compile(r"([0-9]{4}-(?:0[1-9]|1[0-2]))\.([0-9a-f]{16})\.([A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class Name:
    """Which key: its month, and its id, for a month whose key was destroyed may get another."""

    month: str
    id: str


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a month; `repr` does not show it."""

    name: Name
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what is no key of AES-256 or of no month."""
        if len(self.secret) != KEY_SIZE or not persons.is_month(self.name.month):
            msg = "the key of a month has 32 bytes, and the month its form"
            raise ValueError(msg)


def name(month: str, wrapped: bytes) -> Name:
    """Return the name of a key that is kept wrapped in these bytes."""
    return Name(month, hashlib.sha256(wrapped).hexdigest()[:16])


def key_of(text: str) -> Name:
    """Return the name of the key that a text is sealed under; MalformedError `persons.form` for no such text."""
    return _parts(text)[0]


def seal(key: Key, delivery_id: str, addresses: Addresses) -> str:
    """Return the addresses of a delivery, sealed."""
    clear, bound = persons.written(addresses), _bound(key.name, delivery_id)
    nonce = hmac.new(_part(key, b"nonce"), bound + b"\n" + clear, hashlib.sha256).digest()[:_NONCE]
    closed = nonce + AESGCM(_part(key, b"seal")).encrypt(nonce, clear, bound)
    return f"{key.name.month}.{key.name.id}.{base64.urlsafe_b64encode(closed).decode().rstrip('=')}"


def unseal(key: Key, delivery_id: str, text: str) -> Addresses:
    """Return the addresses that were sealed for a delivery; UntrustedError `persons.seal` for any other text."""
    named, closed = _parts(text)
    try:
        if named == key.name:
            nonce, rest = closed[:_NONCE], closed[_NONCE:]
            return persons.read(AESGCM(_part(key, b"seal")).decrypt(nonce, rest, _bound(named, delivery_id)))
    except InvalidTag as error:
        raise _forged() from error
    raise _forged()


def _parts(text: str) -> tuple[Name, bytes]:
    match = _TEXT.fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        raise persons.malformed()
    try:
        closed = base64.b64decode(match[3] + "=" * (-len(match[3]) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise persons.malformed() from error
    again = base64.urlsafe_b64encode(closed).decode().rstrip("=")
    if len(closed) <= _NONCE + _TAG or again != match[3]:  # bits beyond the last byte: two texts would be one
        raise persons.malformed()
    return Name(match[1], match[2]), closed


def _bound(key: Name, delivery_id: str) -> bytes:
    """Return what a text is bound to."""
    return f"passerelle persons 1\n{key.month}\n{key.id}\n{delivery_id}".encode()


def _part(key: Key, use: bytes) -> bytes:
    """Return the key for one use (one step of HKDF-Expand, RFC 5869 §2.3)."""
    return hmac.new(key.secret, b"passerelle persons 1 " + use + b"\x01", hashlib.sha256).digest()


def _forged() -> UntrustedError:
    return UntrustedError("persons.seal", "Sealed addresses are not those that were sealed for this delivery.")
