"""Signed notes and checkpoints: a published one, our own there and back, and every way to be wrong."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.errors import MalformedError, UntrustedError
from passerelle.core.receipts import note
from passerelle.core.receipts.note import Checkpoint, Verifier

# The example in the documentation of Go's golang.org/x/mod/sumdb/note, on which C2SP signed-note stands.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = b"If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
GO_NOTE = GO_TEXT + f"\n— PeterNeumann {GO_SIGNATURE}\n".encode()
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = Verifier("passerelle.example/remises", SECRET.public_key().public_bytes_raw())
OTHER = Verifier("passerelle.example/remises", Ed25519PrivateKey.generate().public_key().public_bytes_raw())
POINT = Checkpoint(KEY.name, 1000, bytes(range(32)))
NOTE = note.signed(POINT, KEY, SECRET.sign)


def test_the_note_of_another_implementation_opens() -> None:
    key = note.verifier(GO_KEY)
    assert (key.name, key.text()) == ("PeterNeumann", GO_KEY)
    assert note.opened(GO_NOTE, key) == (GO_TEXT, (key,))


def test_another_implementation_opens_ours() -> None:
    aics_tlog = pytest.importorskip(
        "aics_tlog", reason="NOT CHECKED: aics-tlog needs Python 3.12 (make test PYTHON=python3.13)"
    )
    found = aics_tlog.verify_checkpoint(aics_tlog.parse_note(NOTE), aics_tlog.parse_vkey(KEY.text()))
    assert found.ok
    assert (found.origin, found.size, found.root) == (POINT.origin, POINT.size, POINT.root)


@settings(max_examples=50)
@given(st.integers(0, 10**18), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_comes_back_with_its_key(size: int, root: bytes) -> None:
    point = Checkpoint(KEY.name, size, root)
    assert note.verify(note.signed(point, KEY, SECRET.sign), OTHER, KEY) == (point, KEY)


def test_a_key_comes_back_from_its_text() -> None:
    assert note.verifier(KEY.text()) == KEY


def test_every_changed_byte_is_refused() -> None:
    for place in range(len(NOTE)):
        changed = NOTE[:place] + bytes([NOTE[place] ^ 1]) + NOTE[place + 1 :]
        with pytest.raises((MalformedError, UntrustedError)):
            note.verify(changed, KEY)


def test_a_note_of_another_key_is_not_trusted() -> None:
    with pytest.raises(UntrustedError):
        note.verify(NOTE, OTHER)
    with pytest.raises(UntrustedError):
        note.verify(NOTE)


def test_the_key_of_another_log_does_not_speak_for_this_one() -> None:
    point = Checkpoint("another.example/log", 1, bytes(32))
    with pytest.raises(UntrustedError):
        note.verify(note.signed(point, KEY, SECRET.sign), KEY)


def test_a_witness_may_sign_too() -> None:
    witness = "— witness.example AAAAAAAA\n".encode()
    assert note.verify(NOTE + witness, KEY) == (POINT, KEY)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        NOTE[:-1],
        NOTE.replace(b"1000", b"01000"),
        NOTE + b"\n",
        NOTE.replace(b"\n\n", b"\n"),
        b"x\n" * note.LARGEST + NOTE,
        "n\n\n— n AAAAAAAA\n".encode(),
    ],
)
def test_what_is_no_checkpoint_is_refused(bad: bytes) -> None:
    with pytest.raises((MalformedError, UntrustedError)):
        note.verify(bad, KEY)


@pytest.mark.parametrize(
    "bad", ["", "a", "a+b+c", KEY.text()[:-4], KEY.text().replace("+", "+0", 1), "n+00000000+AQ=="]
)
def test_what_is_no_key_is_refused(bad: str) -> None:
    with pytest.raises(MalformedError):
        note.verifier(bad)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "é", "x" * 129])
def test_a_name_that_no_note_can_carry_is_refused(name: str) -> None:
    with pytest.raises(MalformedError):
        Verifier(name, bytes(32))
