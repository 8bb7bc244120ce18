"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint) with Ed25519.

A note is text, an empty line, and signature lines `— name base64(key id ‖ signature)`. A checkpoint is a note of three
lines: the name of the log, its size, and its root.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from passerelle.core.errors import MalformedError, UntrustedError
from passerelle.core.receipts.tree import HASH

LARGEST = 4096
"""Bytes of a checkpoint with its signatures."""

_ED25519 = b"\x01"  # the signature type of C2SP signed-note
_KEY_ID = 4
_SIGNATURE = 64
_NAME = re.compile(r"[!-*,-~]{1,128}")  # no blank, no plus
_LINE = re.compile(r"— ([!-*,-~]{1,128}) ([A-Za-z0-9+/]+={0,2})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")

Sign = Callable[[bytes], bytes]
"""Return the Ed25519 signature of bytes."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and the name of the log that it signs."""

    name: str
    public: bytes  # 32 bytes, raw

    def __post_init__(self) -> None:
        """Refuse what cannot be written into a note."""
        if not _NAME.fullmatch(self.name) or len(self.public) != HASH:
            raise MalformedError("note.key", "A key of a log has a name without blanks and plus, and 32 bytes.")

    @property
    def key_id(self) -> bytes:
        """Return the four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_KEY_ID]

    def text(self) -> str:
        """Return the key as C2SP writes it: name, key id, and type with key, with plus between."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"


def verifier(text: str) -> Verifier:
    """Return the key of a text `name+keyid+key`; MalformedError `note.key` for any other."""
    name, _, rest = text.strip().partition("+")
    key_id, _, key = rest.partition("+")
    content = _decoded(key)
    if content[:1] != _ED25519:
        raise MalformedError("note.key", "A key of a log is Ed25519, as C2SP signed-note writes it.")
    found = Verifier(name, content[1:])
    if found.key_id.hex() != key_id:
        raise MalformedError("note.key", "A key of a log is damaged: its key id is another one.")
    return found


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log was at a time: its name, its size, its root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> bytes:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()


def signed(checkpoint: Checkpoint, key: Verifier, sign: Sign) -> bytes:
    """Return a checkpoint as a signed note."""
    text = checkpoint.text()
    signature = base64.b64encode(key.key_id + sign(text)).decode()
    return text + f"\n— {key.name} {signature}\n".encode()


def verify(note: bytes, *keys: Verifier) -> tuple[Checkpoint, Verifier]:
    """Return the checkpoint of a note, and the first of the keys that signed it; UntrustedError `note.signature`."""
    text, signing = opened(note, *keys)
    checkpoint = _read(text)
    named = [key for key in signing if key.name == checkpoint.origin]
    if not named:
        raise _unsigned()
    return checkpoint, named[0]


def opened(note: bytes, *keys: Verifier) -> tuple[bytes, tuple[Verifier, ...]]:
    """Return the text of a note, and those of the keys that signed it.

    A signature of a key that is not asked for is passed over; one that names a known key and is wrong is not.
    """
    text, lines = _divided(note)
    found = []
    for name, content in lines:
        for key in keys:
            if (name, content[:_KEY_ID]) == (key.name, key.key_id):
                _check(key, content[_KEY_ID:], text)
                found.append(key)
    return text, tuple(found)


def _divided(note: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Return the text of a note, and name and content of each signature."""
    text, gap, rest = note.rpartition(b"\n\n")
    lines = rest.decode("utf-8", "replace").split("\n")
    matches = [_LINE.fullmatch(line) for line in lines[:-1]]
    if len(note) > LARGEST or not gap or not matches or lines[-1] or None in matches:
        raise _malformed()
    return text + b"\n", [(match[1], _decoded(match[2])) for match in matches if match]


def _check(key: Verifier, signature: bytes, text: bytes) -> None:
    try:
        if len(signature) != _SIGNATURE:
            raise _unsigned()
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text)
    except InvalidSignature as error:
        raise _unsigned() from error


def _read(text: bytes) -> Checkpoint:
    lines = text.decode("utf-8", "replace").split("\n")
    if len(lines) < len(("origin", "size", "root", "")) or not _NAME.fullmatch(lines[0]):  # what follows is extensions
        raise _malformed()
    root = _decoded(lines[2])
    if not _SIZE.fullmatch(lines[1]) or len(root) != HASH:
        raise _malformed()
    return Checkpoint(lines[0], int(lines[1]), root)


def _decoded(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed() from error
    if base64.b64encode(found).decode() != text:
        raise _malformed()
    return found


def _malformed() -> MalformedError:
    return MalformedError("note.form", "A checkpoint is not a signed note (C2SP signed-note, tlog-checkpoint).")


def _unsigned() -> UntrustedError:
    return UntrustedError("note.signature", "A checkpoint is not signed by a key that is trusted.")
