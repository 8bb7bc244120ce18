"""What a delivery is named, and how it moves."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.receipts.delivery import Delivery, delivery_id, moved, noted, notice_id, stopped
from passerelle.core.receipts.lifecycle import TOLD, State

DELIVERY = Delivery("d" * 32, State.RECEIVED, datetime(2026, 11, 22, tzinfo=UTC))

ENVELOPES = st.text("0123456789abcdef", min_size=64, max_size=64)
PLACES = st.tuples(ENVELOPES, st.integers(0, 99), st.integers(0, 99))


@given(one=PLACES, other=PLACES)
def test_the_id_is_the_same_for_the_same_mail_recipient_and_part_only(
    one: tuple[str, int, int], other: tuple[str, int, int]
) -> None:
    assert (delivery_id(*one) == delivery_id(*other)) is (one == other)


def test_the_id_stays_for_ever() -> None:
    assert delivery_id("0" * 64, 0) == "54c2ef0076201d8b4ee875c3c579a662"
    assert notice_id("d" * 32) == "48f189e1df4d8d39dd044eea09358cbb"


def test_a_notice_has_an_id_of_its_own() -> None:
    assert notice_id(DELIVERY.id) not in {DELIVERY.id, notice_id("e" * 32), delivery_id(DELIVERY.id, 0)}


def test_a_move_changes_state_and_version_and_what_is_asked() -> None:
    ready = moved(DELIVERY, State.READY, outgoing="key")
    assert (ready.state, ready.version, ready.outgoing) == (State.READY, 1, "key")
    assert (DELIVERY.state, DELIVERY.version) == (State.RECEIVED, 0)


def test_a_move_that_is_not_in_the_table_is_a_bug() -> None:
    with pytest.raises(ValueError, match="RECEIVED → ACCEPTED"):
        moved(DELIVERY, State.ACCEPTED)


def test_a_note_changes_the_version_and_never_the_state() -> None:
    seen = noted(DELIVERY, attempts=1)
    assert (seen.state, seen.version, seen.attempts) == (State.RECEIVED, 1, 1)
    with pytest.raises(TypeError):
        noted(DELIVERY, state=State.READY)


@pytest.mark.parametrize("state", State)
def test_a_delivery_has_stopped_where_only_a_person_moves_it_on(state: State) -> None:
    waits = replace(DELIVERY, state=state, wake_at=DELIVERY.opened_at)
    assert stopped(waits) is (state in {State.HELD, State.QUARANTINED})
    ended = replace(waits, wake_at=None)
    assert stopped(ended) is (state in {State.HELD, State.QUARANTINED} | TOLD)


@pytest.mark.parametrize("state", [state for state in State if state in TOLD])
def test_a_delivery_whose_sender_was_told_has_not_stopped(state: State) -> None:
    assert not stopped(replace(DELIVERY, state=state, notice=notice_id(DELIVERY.id)))
