"""The layers of an S/MIME entity (RFC 8551 §3.7, RFC 2634 §1.1): signed, enveloped, compressed, as far as it proves.

An envelope counts only with a signature inside it: what CBC gives without one may be of somebody else's making (EFAIL),
and a signature around an envelope says nothing of who wrote what is in it. Sign–envelop–sign (triple wrap) is opened.
"""

from dataclasses import dataclass

from passerelle.core.cms import compressed, enveloped, keys, signed, structure
from passerelle.core.errors import MalformedError, UnsupportedError, UntrustedError
from passerelle.core.mail import smime

MOST = 4  # the three of a triple wrap, and a compression


@dataclass(frozen=True, slots=True)
class Opened:
    """An entity without its layers, and every signature that held, the innermost last."""

    entity: bytes
    signatures: tuple[signed.Signed, ...]
    secret: bool  # it came in an envelope, and was signed inside it


@dataclass(frozen=True, slots=True)
class _Peeled:
    """What lies under signatures and compressions: an envelope, or an entity."""

    entity: bytes
    signatures: tuple[signed.Signed, ...]
    envelope: bytes
    left: int  # layers that may still come


def bare(entity: bytes, *own: keys.Key) -> Opened:
    """Return what the layers hold; an UntrustedError for everything that fails inside an envelope.

    Left to the caller: whose the signatures are.
    """
    outer = _peeled(entity, MOST)
    if not outer.envelope:
        return Opened(outer.entity, _some(outer.signatures), secret=False)
    inner = _decrypted(outer, own)
    return Opened(inner.entity, outer.signatures + _some(inner.signatures), secret=True)


def _decrypted(outer: _Peeled, own: tuple[keys.Key, ...]) -> _Peeled:
    """Return what an envelope holds; whatever fails here, quarantine, and no answer goes out.

    Each answer that told one failure from another would be a question to the key.
    """
    content = enveloped.unseal(outer.envelope, *own)
    try:
        inner = _peeled(content, outer.left)
        if inner.envelope:
            raise _too_many()
    except (MalformedError, UnsupportedError) as error:
        raise UntrustedError(error.code, error.text) from error
    return inner


def _peeled(entity: bytes, most: int) -> _Peeled:
    signatures: list[signed.Signed] = []
    for left in range(most, 0, -1):
        locked = smime.unwrap(entity)
        if locked is None:
            return _Peeled(entity, tuple(signatures), b"", left)
        kind = structure.kind(locked.cms)
        if kind == "enveloped":
            return _Peeled(b"", tuple(signatures), locked.cms, left - 1)
        if kind == "compressed":
            entity = compressed.inflate(locked.cms)
        else:
            signatures.append(signed.verify(locked.cms, locked.detached))
            entity = signatures[-1].content
    if smime.unwrap(entity) is not None:
        raise _too_many()
    return _Peeled(entity, tuple(signatures), b"", 0)


def _some(signatures: tuple[signed.Signed, ...]) -> tuple[signed.Signed, ...]:
    if not signatures:
        raise UntrustedError("cipher.unsigned", "A mail, or what its envelope holds, is not signed (RFC 8551 §3.5).")
    return signatures


def _too_many() -> MalformedError:
    return MalformedError("cipher.layers", f"A mail has more than one envelope, or more than {MOST} layers.")
