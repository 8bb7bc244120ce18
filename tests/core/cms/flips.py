"""Every message with one bit flipped, where no bit may flip: GCM content, tag, nonce; signatures and what they cover.

`make flips` tries all of them (16,424); the tests try a seeded sample.
"""

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from asn1crypto import cms

from passerelle.core.cms import enveloped, keys, signed
from passerelle.core.errors import PasserelleError
from tests.matrix import peers
from tests.matrix.kinds import CONTENT, holder
from tests.vectors import pki

__all__ = ["BODY", "CONTENT", "Target", "sample", "survivors", "targets"]

BODY = b"Content-Type: text/plain\r\n\r\nCompte rendu de biologie, tout va bien.\r\n"


@dataclass(frozen=True)
class Target:
    """A message, how it is opened, and the bytes of it where no bit may flip."""

    name: str
    data: bytes
    opens: Callable[[bytes], bytes]
    parts: tuple[bytes, ...]

    def bits(self) -> list[int]:
        """Return the places of all these bits."""
        starts = [(self.data.index(part), len(part)) for part in self.parts]
        return [bit for start, length in starts for bit in range(start * 8, (start + length) * 8)]

    def flipped(self, bit: int) -> str:
        """Return the code of the refusal with this bit flipped; empty where the message opens."""
        data = bytearray(self.data)
        data[bit // 8] ^= 1 << bit % 8
        try:
            self.opens(bytes(data))
        except PasserelleError as error:
            return error.code
        return ""


def _key(owner: str) -> keys.Key:
    return keys.load(holder(owner).chain_pem, holder(owner).key_pem)


def _sealed(owner: str) -> Target:
    data = enveloped.seal(BODY, (holder(owner).certificate,), enveloped.MODERN)
    content = cms.ContentInfo.load(data)["content"]
    info = content["auth_encrypted_content_info"]
    nonce = info["content_encryption_algorithm"]["parameters"].parse(enveloped.GcmParameters)["nonce"].native
    parts = (info["encrypted_content"].native, content["mac"].native, nonce)
    key = _key(owner)
    return Target(f"AuthEnvelopedData, {owner}", data, lambda data: enveloped.unseal(data, key), parts)


def _signed(name: str, data: bytes) -> Target:
    signer = cms.ContentInfo.load(data)["content"]["signer_infos"][0]
    content = cms.ContentInfo.load(data)["content"]["encap_content_info"]["content"].native
    parts = (signer["signature"].native, signer["signed_attrs"].dump(), content[:60])
    return Target(f"SignedData, {name}", data, lambda data: signed.verify(data).content, parts)


def targets() -> Iterator[Target]:
    """Yield a message of every kind."""
    yield from map(_sealed, ("RSA-2048", "P-256", "P-384"))
    yield _signed("RSA", signed.sign(BODY, _key("RSA-2048"), pki.NOW))
    yield _signed("RSA-PSS", signed.sign(BODY, _key("RSA-2048"), pki.NOW, pss=True))
    yield _signed("ECDSA P-256", signed.sign(BODY, _key("P-256"), pki.NOW))
    yield _signed("ECDSA P-384", signed.sign(BODY, _key("P-384"), pki.NOW))
    yield _signed("Ed25519", peers.sign("Ed25519", "sha512"))


def survivors(target: Target, bits: list[int]) -> tuple[Counter[str], list[int]]:
    """Return how often each code was given, and the bits whose flip was not seen."""
    codes: Counter[str] = Counter()
    open_bits = []
    for bit in bits:
        code = target.flipped(bit)
        codes[code] += 1
        if not code:
            open_bits.append(bit)
    return codes, open_bits


def sample(target: Target, count: int) -> list[int]:
    """Return some of the bits, the same each time."""
    return random.Random(4).sample(target.bits(), count)  # noqa: S311 - a sample, drawn again the same


def main() -> int:
    """Flip every bit; return 1 where one flip was not seen."""
    total = seen = 0
    for target in targets():
        bits = target.bits()
        codes, open_bits = survivors(target, bits)
        total, seen = total + len(bits), seen + len(bits) - len(open_bits)
        told = ", ".join(f"{code} {count}" for code, count in codes.most_common())
        print(f"{target.name:28} {len(bits):5} bits: {told}")  # noqa: T201 - for people
    print(f"\n{seen} of {total} flipped bits are refused.")  # noqa: T201 - for people
    return int(seen != total)


if __name__ == "__main__":
    sys.exit(main())
