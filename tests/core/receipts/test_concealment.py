"""Addresses come back out of their seal, and out of no other: not changed, not moved, not under another key."""

import base64
import hashlib
import hmac
import json
from dataclasses import asdict

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.errors import MalformedError, UntrustedError
from passerelle.core.receipts import concealment, persons
from passerelle.core.receipts.concealment import Key, Name
from passerelle.core.receipts.persons import Addresses

KEY = Key(Name("2026-11", "0123456789abcdef"), b"k" * 32)
ID, OTHER = "0" * 32, "1" * 32
SOME = Addresses("anne@labo.example", "jean.59@passerelle.example", "jean@ville.example", "1@labo.example")

short = st.text(max_size=persons.LONGEST_ADDRESS)
addresses = st.builds(Addresses, short, short, short, st.text(max_size=persons.LONGEST_MESSAGE_ID))


@given(addresses)
def test_what_is_sealed_comes_back_and_stands_in_no_clear(said: Addresses) -> None:
    text = concealment.seal(KEY, ID, said)
    assert concealment.unseal(KEY, ID, text) == said
    assert concealment.key_of(text) == KEY.name
    assert len(text) <= concealment.LONGEST
    assert text.isascii()
    assert text == concealment.seal(KEY, ID, said)


def test_no_address_is_shown_by_its_value_nor_by_its_seal() -> None:
    shown = repr(SOME) + repr(KEY) + concealment.seal(KEY, ID, SOME)
    assert "@" not in shown
    assert "kkk" not in shown


@given(st.data())
def test_any_changed_character_is_refused(data: st.DataObject) -> None:
    text = concealment.seal(KEY, ID, SOME)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda one: one != text[at]))
    with pytest.raises((UntrustedError, MalformedError), match=r"persons\.(seal|form)"):
        concealment.unseal(KEY, ID, text[:at] + other + text[at + 1 :])


@given(st.integers(0, 300))
def test_a_text_that_is_cut_is_refused(length: int) -> None:
    text = concealment.seal(KEY, ID, SOME)
    with pytest.raises((UntrustedError, MalformedError), match=r"persons\.(seal|form)"):
        concealment.unseal(KEY, ID, text[: min(length, len(text) - 1)])


@pytest.mark.parametrize(
    ("key", "delivery"),
    [
        (KEY, OTHER),
        (Key(KEY.name, b"o" * 32), ID),
        (Key(Name("2026-12", KEY.name.id), KEY.secret), ID),
        (Key(Name(KEY.name.month, "f" * 16), KEY.secret), ID),
    ],
    ids=["delivery", "secret", "month", "id"],
)
def test_what_was_sealed_for_another_delivery_or_under_another_key_does_not_open(key: Key, delivery: str) -> None:
    text = concealment.seal(KEY, ID, SOME)
    moved = f"{key.name.month}.{key.name.id}.{text.rpartition('.')[2]}"
    with pytest.raises(UntrustedError, match=r"persons\.seal"):
        concealment.unseal(key, delivery, moved)


def test_a_text_under_another_name_is_not_tried() -> None:
    with pytest.raises(UntrustedError, match=r"persons\.seal"):
        concealment.unseal(Key(Name("2026-12", KEY.name.id), KEY.secret), ID, concealment.seal(KEY, ID, SOME))


def test_no_two_texts_share_a_nonce() -> None:
    said = [Addresses(f"{number}@labo.example") for number in range(50)]
    nonces = {concealment.seal(KEY, name, one).split(".")[2][:16] for one in said for name in (ID, OTHER)}
    assert len(nonces) == 100


def test_lengths_tell_no_more_than_blocks_of_64_bytes() -> None:
    lengths = {len(concealment.seal(KEY, ID, Addresses("a" * number))) for number in range(1, 49)}
    assert len(lengths) == 1


@pytest.mark.parametrize("room", ["sender", "recipient", "reader", "message"])
def test_addresses_end_at_their_caps(room: str) -> None:
    most = persons.LONGEST_MESSAGE_ID if room == "message" else persons.LONGEST_ADDRESS
    full = Addresses(**{room: "é" * most})
    assert concealment.unseal(KEY, ID, concealment.seal(KEY, ID, full)) == full
    with pytest.raises(MalformedError, match=r"persons\.length"):
        Addresses(**{room: "é" * (most + 1)})


def test_the_longest_addresses_fit() -> None:
    address, message = "\U0001f600" * persons.LONGEST_ADDRESS, "\U0001f600" * persons.LONGEST_MESSAGE_ID
    longest = Addresses(address, address, address, message)
    assert concealment.unseal(KEY, ID, concealment.seal(KEY, ID, longest)) == longest


def test_a_text_ends_at_its_cap() -> None:
    start = "2026-11.0123456789abcdef."
    full = start + "A" * (concealment.LONGEST - len(start))
    assert concealment.key_of(full) == KEY.name
    with pytest.raises(MalformedError, match=r"persons\.form"):
        concealment.key_of(full + "AAAA")


def test_what_one_event_knows_adds_to_what_another_does() -> None:
    first, second = Addresses("a@x.example", "b@x.example"), Addresses(reader="c@y.example", message="1@x.example")
    assert first.joined(second) == Addresses("a@x.example", "b@x.example", "c@y.example", "1@x.example")


def other_forms() -> list[bytes]:
    plain = persons.written(Addresses("a@x.example"))
    return [
        plain.rstrip(),
        plain + b" " * 64,
        b"[]".ljust(64),
        b"{".ljust(64),
        json.dumps({"stranger": "x"}).encode().ljust(64),
        json.dumps({"sender": "a" * 255}).encode().ljust(320),
        b'{"sender":1}'.ljust(64),
        b'{"sender": "a@x.example"}'.ljust(64),
        ("[" * 5000).encode(),
    ]


@pytest.mark.parametrize("number", range(9))
def test_another_form_of_the_same_is_refused_even_well_sealed(number: int) -> None:
    with pytest.raises(MalformedError, match=r"persons\.form"):
        persons.read(other_forms()[number])


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "26-11", "2026-11-01", ""])
def test_a_key_is_of_a_month_and_of_32_bytes(month: str) -> None:
    with pytest.raises(ValueError, match="month"):
        Key(Name(month, "0" * 16), b"k" * 32)
    with pytest.raises(ValueError, match="32"):
        Key(KEY.name, b"k" * 31)


def test_an_independent_reading_finds_the_same() -> None:
    """AES-256-GCM as any library has it, under the key for sealing."""
    text = concealment.seal(KEY, ID, SOME)
    month, name, closed = text.split(".")
    raw = base64.urlsafe_b64decode(closed + "=" * (-len(closed) % 4))
    secret = hmac.new(KEY.secret, b"passerelle persons 1 seal\x01", hashlib.sha256).digest()
    clear = AESGCM(secret).decrypt(raw[:12], raw[12:], f"passerelle persons 1\n{month}\n{name}\n{ID}".encode())
    assert json.loads(clear) == asdict(SOME)
