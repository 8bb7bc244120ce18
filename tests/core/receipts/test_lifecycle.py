"""The table of a delivery's life, held against its own rules."""

from itertools import product

import pytest

from passerelle.core.receipts.lifecycle import AT_WORK, TOLD, TRANSITIONS, State, allows

ENDS = {State.RECEIPTED, State.REFUSED, State.FAILED, State.ABSORBED}
WITH_A_PERSON = {State.HELD, State.QUARANTINED}


def test_every_state_has_its_line_in_the_table() -> None:
    assert set(TRANSITIONS) == set(State)


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_a_move_is_allowed_exactly_where_the_table_has_it(before: State, after: State) -> None:
    assert allows(before, after) is (after in TRANSITIONS[before])


def test_what_ended_moves_only_where_the_recipient_s_side_says_otherwise() -> None:
    spoken_of = {State.RECEIPTED: {State.FAILED}, State.FAILED: {State.RECEIPTED}}
    assert all(TRANSITIONS[state] == spoken_of.get(state, set()) for state in ENDS)


@pytest.mark.parametrize("state", [state for state in State if state not in ENDS])
def test_every_other_state_has_a_way_to_an_end(state: State) -> None:
    reached = {state}
    for _ in State:
        reached |= {after for before in reached for after in TRANSITIONS[before]}
    assert reached & ENDS


def test_sending_follows_only_a_claim() -> None:
    assert {before for before in State if allows(before, State.SENDING)} == {State.CLAIMED}


@pytest.mark.parametrize("end", [State.ACCEPTED, State.RECEIPTED])
def test_what_was_never_tried_has_not_arrived(end: State) -> None:
    tried = {State.READY, State.CLAIMED, State.SENDING, State.HELD, State.ACCEPTED, State.FAILED}
    late = {State.FAILED} if end is State.ACCEPTED else set()
    assert {before for before in State if allows(before, end)} == tried - {end} - late


def test_what_waits_for_a_person_is_never_sent_without_him() -> None:
    for state in WITH_A_PERSON:
        assert not TRANSITIONS[state] & {State.CLAIMED, State.SENDING}
        assert state not in AT_WORK


def test_what_may_have_arrived_is_never_refused() -> None:
    assert not any(allows(state, State.REFUSED) for state in (State.SENDING, State.ACCEPTED, State.READY))


def test_the_sender_is_told_of_the_ends_that_are_not_a_receipt() -> None:
    assert {State.REFUSED, State.FAILED} == TOLD == ENDS - {State.RECEIPTED, State.ABSORBED}
