"""The key that signs checkpoints: at hand, or one that stays where it is (KMS)."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_private_key

from passerelle.core.errors import MalformedError
from passerelle.core.receipts.note import Sign, Verifier


@dataclass(frozen=True, slots=True)
class SealKey:
    """Who signs checkpoints now, and the public keys that did before; `repr` does not show how."""

    verifier: Verifier
    sign: Sign = field(repr=False)
    former: tuple[Verifier, ...] = ()


def local(name: str, pem: bytes, former: tuple[Verifier, ...] = ()) -> SealKey:
    """Return the signer of an Ed25519 private key (PEM, PKCS #8, no password)."""
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError) as error:
        raise _unfit() from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _unfit()
    return SealKey(Verifier(name, key.public_key().public_bytes_raw()), key.sign, former)


def remote(name: str, public: bytes, sign: Sign, former: tuple[Verifier, ...] = ()) -> SealKey:
    """Return the signer of a key elsewhere, by its public key (DER, SubjectPublicKeyInfo)."""
    try:
        key = load_der_public_key(public)
    except ValueError as error:
        raise _unfit() from error
    if not isinstance(key, Ed25519PublicKey):
        raise _unfit()
    return SealKey(Verifier(name, key.public_bytes_raw()), sign, former)


def _unfit() -> MalformedError:
    return MalformedError("seal.key", "The key that signs seals is not Ed25519, or cannot be read.")
