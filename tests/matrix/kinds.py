"""A kind of message: who makes it, who opens it, and what must come of it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from subprocess import CalledProcessError

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from passerelle.core.cms import compressed, enveloped, keys, signed
from passerelle.core.errors import PasserelleError
from tests.vectors import openssl, pki

OPENED = "opened"
CONTENT = b"Content-Type: text/plain\r\n\r\n" + b"Compte rendu de biologie\r\n" * 60
TIME = ("-attime", str(int(pki.NOW.timestamp())))


@dataclass(frozen=True)
class Desk:
    """A folder where the openssl command finds certificates and keys."""

    folder: Path

    def own(self, identity: pki.Identity) -> tuple[str, str]:
        """Return the files of an identity."""
        return openssl.store(self.folder, f"{identity.certificate.serial_number:x}", identity)

    def file(self, content: bytes) -> str:
        """Return a file with this content."""
        path = self.folder / secrets.token_hex(8)
        path.write_bytes(content)
        return str(path)


@dataclass(frozen=True)
class Kind:
    """One row of the matrix; `run` returns `opened` or the code of the refusal."""

    name: str
    maker: str
    opener: str
    expected: str
    run: Callable[[Desk], str]


def ours(name: str, maker: str, expected: str, opens: Callable[[Desk], bytes]) -> Kind:
    """Return a kind that the bridge opens or refuses: `opens` must return the content."""

    def run(desk: Desk) -> str:
        try:
            content = opens(desk)
        except PasserelleError as error:
            return error.code
        return OPENED if content == CONTENT else "another content"

    return Kind(name, maker, "bridge", expected, run)


def theirs(name: str, opener: str, opens: Callable[[Desk], bytes]) -> Kind:
    """Return a kind that the bridge makes and somebody else opens."""

    def run(desk: Desk) -> str:
        try:
            content = opens(desk)
        except CalledProcessError as error:
            return str(error.stderr[-80:])
        return OPENED if content == CONTENT else "another content"

    return Kind(name, "bridge", opener, OPENED, run)


def unseal(data: bytes, identity: pki.Identity) -> bytes:
    """Return what the bridge finds in an envelope with this key."""
    return enveloped.unseal(data, _key(identity))


def verify(data: bytes, detached: bytes | None = None) -> bytes:
    """Return what the bridge finds signed."""
    return signed.verify(data, detached).content


inflate = compressed.inflate


@cache
def _key(identity: pki.Identity) -> keys.Key:
    return keys.load(identity.chain_pem, identity.key_pem)


key = _key


@cache
def holder(private: str) -> pki.Identity:
    """Return somebody with a key of this kind."""
    made: dict[str, Callable[[], pki.PrivateKey]] = {
        "RSA-1024": lambda: pki.rsa_key("weak", 1024),
        "RSA-2048": lambda: pki.rsa_key(pki.JEAN),
        "RSA-3072": lambda: pki.rsa_key("matrix", 3072),
        "RSA e=3": lambda: rsa.generate_private_key(3, 2048),
        "P-224": lambda: pki.ec_key("weak", 224),
        "P-256": lambda: pki.ec_key("matrix", 256),
        "P-384": lambda: pki.ec_key("matrix", 384),
        "P-521": lambda: pki.ec_key("matrix", 521),
        "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
        "brainpoolP256r1": lambda: ec.generate_private_key(ec.BrainpoolP256R1()),
        "Ed25519": lambda: pki.ed_key("matrix"),
    }
    subject = pki.Subject(f"Titulaire {private.replace('=', ' ')}", emails=(pki.JEAN,), agrees=True)
    return pki.issue(subject, made[private](), pki.authority())
