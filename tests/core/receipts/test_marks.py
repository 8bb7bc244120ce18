"""Marks: equal for what is the same, different for what is not, and of nothing nothing."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.receipts.marks import LONGEST, Kind, mark

KEY = b"k" * 32


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (Kind.SENDER, "Anne@Labo.example", " anne@labo.example\n"),
        (Kind.READER, "STRASSE@x.example", "straße@x.example"),
        (Kind.MESSAGE, "<1.A@x.example>", "1.A@x.example "),
        (Kind.PATIENT, "1 80 02 59 123 456 78", "180025912345678"),
    ],
)
def test_one_value_has_one_mark_however_it_is_written(kind: Kind, one: str, other: str) -> None:
    assert mark(KEY, kind, one) == mark(KEY, kind, other)


def test_a_message_id_keeps_its_case() -> None:
    assert mark(KEY, Kind.MESSAGE, "A@x.example") != mark(KEY, Kind.MESSAGE, "a@x.example")


@given(st.text(min_size=1), st.sampled_from(list(Kind)))
def test_a_mark_is_an_hmac_and_of_another_key_another_one(value: str, kind: Kind) -> None:
    found = mark(KEY, kind, value)
    if found:
        assert len(found) == 32
        assert found != mark(b"o" * 32, kind, value)
    else:
        assert not value.strip().strip("<>")


def test_kinds_do_not_mix() -> None:
    assert len({mark(KEY, kind, "a@x.example") for kind in Kind}) == len(Kind)


def test_the_form_is_what_it_was() -> None:
    """Marks that stand in a ledger must be found again for ever."""
    said = b"sender_mark\nanne@labo.example"
    assert mark(KEY, Kind.SENDER, "Anne@labo.example") == hmac.new(KEY, said, hashlib.sha256).hexdigest()[:32]


@pytest.mark.parametrize("value", ["", " ", "\t\n"])
def test_of_nothing_there_is_no_mark(value: str) -> None:
    assert [mark(KEY, kind, value) for kind in Kind] == [""] * len(Kind)


def test_a_value_counts_up_to_the_length_of_a_line() -> None:
    whole = "a" * LONGEST
    assert mark(KEY, Kind.SENDER, whole) == mark(KEY, Kind.SENDER, whole + "b")
    assert mark(KEY, Kind.SENDER, whole[:-1]) != mark(KEY, Kind.SENDER, whole)
