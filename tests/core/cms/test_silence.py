"""Whatever fails behind a key fails in one way: the same words, and the same work (RFC 3218, padding oracles)."""

import secrets
import sys
from collections import Counter
from collections.abc import Callable

import pytest
from asn1crypto import algos, cms, core
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from passerelle.core.cms import enveloped, keys, recipients
from passerelle.core.errors import UntrustedError
from tests.vectors import pki

PLAIN = b"Content-Type: text/plain\r\n\r\nTout va bien.\r\n"
CONTENT_KEY = bytes(range(32))


def owner(kind: str) -> pki.Identity:
    return pki.person() if kind == "RSA" else pki.elliptic("marie@x.example", 256)


def cbc(padding: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(CONTENT_KEY), modes.CBC(bytes(16))).encryptor()
    return encryptor.update(PLAIN + padding) + encryptor.finalize()


def envelope(info: cms.RecipientInfo, content: bytes) -> bytes:
    algorithm = algos.EncryptionAlgorithm({"algorithm": "aes256_cbc", "parameters": core.OctetString(bytes(16))})
    encrypted = {"content_type": "data", "content_encryption_algorithm": algorithm, "encrypted_content": content}
    found = {"version": "v0", "recipient_infos": [info], "encrypted_content_info": encrypted}
    return bytes(cms.ContentInfo({"content_type": "enveloped_data", "content": cms.EnvelopedData(found)}).dump())


def block(told: Callable[[int], bytes]) -> cms.RecipientInfo:
    """Return a content key in a block of RSA that is not as PKCS#1 v1.5 says."""
    public = pki.person().certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    numbers = public.public_numbers()
    info = wrapped("RSA").copy()
    info.chosen["encrypted_key"] = pow(int.from_bytes(told(256), "big"), numbers.e, numbers.n).to_bytes(256, "big")
    return info


def wrapped(kind: str, content_key: bytes = CONTENT_KEY) -> cms.RecipientInfo:
    return recipients.wrap(content_key, owner(kind).certificate, oaep=False)


GOOD = b"\x05" * 5  # PLAIN lacks 5 bytes of whole blocks
FAILURES: dict[str, Callable[[str], bytes]] = {
    "padding of 17": lambda kind: envelope(wrapped(kind), cbc(b"\x11" * 5)),
    "padding of 0": lambda kind: envelope(wrapped(kind), cbc(bytes(5))),
    "padding of two minds": lambda kind: envelope(wrapped(kind), cbc(b"\x04" + b"\x05" * 4)),
    "a key of another length": lambda kind: envelope(wrapped(kind, bytes(16)), cbc(GOOD)),
    "another key": lambda kind: envelope(wrapped(kind, b"\xaa" * 32), cbc(GOOD)),
}
BLOCKS: dict[str, Callable[[int], bytes]] = {
    "type 1": lambda size: b"\0\1" + b"\xff" * (size - 35) + b"\0" + CONTENT_KEY,
    "no end": lambda size: b"\0\2" + b"\xff" * (size - 2),
    "short padding": lambda size: b"\0\2" + b"\xff" * 7 + b"\0" + b"\xff" * (size - 42) + CONTENT_KEY,
    "first byte": lambda size: b"\1\2" + b"\xff" * (size - 35) + b"\0" + CONTENT_KEY,
    "zero": lambda size: bytes(size - 1) + b"\1",
}


def said(data: bytes, kind: str) -> tuple[str, Counter[str]]:
    """Return what is said of a message, and how often each function was called for it."""
    calls: Counter[str] = Counter()
    key = keys.load(owner(kind).chain_pem, owner(kind).key_pem)

    def count(frame: object, event: str, _: object) -> None:
        if event == "call":
            calls[frame.f_code.co_qualname] += 1  # type: ignore[attr-defined]

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        enveloped.unseal(data, key)
    except UntrustedError as error:
        return str(error), calls
    finally:
        sys.setprofile(before)
    return "opened", calls


@pytest.fixture(autouse=True)
def _spare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the same spare key each time: one of 256 would give a padding that is right."""
    monkeypatch.setattr(secrets, "token_bytes", lambda size: b"\x77" * size)


@pytest.mark.parametrize("kind", ["RSA", "P-256"])
def test_every_failure_behind_a_key_is_said_and_worked_alike(kind: str) -> None:
    said(FAILURES["another key"](kind), kind)  # asn1crypto sets its classes up at their first use
    found = {name: said(make(kind), kind) for name, make in FAILURES.items()}
    if kind == "RSA":
        found |= {name: said(envelope(block(told), cbc(GOOD)), kind) for name, told in BLOCKS.items()}
    assert {words for words, _ in found.values()} == {"A CMS message does not decrypt. [cms.cannot-decrypt]"}
    first, *others = (calls for _, calls in found.values())
    assert first["unwrap"] == 2  # whom the key is of, then how it is wrapped
    assert [other - first for other in others] == [Counter()] * len(others)
    assert [first - other for other in others] == [Counter()] * len(others)


def test_the_same_message_unharmed_opens() -> None:
    for kind in ("RSA", "P-256"):
        key = keys.load(owner(kind).chain_pem, owner(kind).key_pem)
        assert enveloped.unseal(envelope(wrapped(kind), cbc(GOOD)), key) == PLAIN
