"""What `sweep` wakes, and that nothing needs the queue to remember."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.errors import UnavailableError
from passerelle.core.receipts.lifecycle import AT_WORK, OWING, State
from passerelle.steps.accept import accept
from passerelle.steps.sweep import LOOKS, VERBS, sweep
from tests.fakes import Killed
from tests.steps.faults import Fault
from tests.steps.office import DOCTOR, HOSPITAL, Office, letter


@pytest.mark.parametrize(
    ("state", "verb"),
    [
        (State.RECEIVED, "translate"),
        (State.READY, "deliver"),
        (State.CLAIMED, "deliver"),
        (State.SENDING, "deliver"),
        (State.REFUSED, "acknowledge"),
        (State.FAILED, "acknowledge"),
    ],
)
def test_a_due_delivery_wakes_the_verb_of_its_state(state: State, verb: str) -> None:
    office = Office()
    forced = office.force(office.open(letter()), state, wake_at=office.clock.now)
    office.queue.wakes.clear()
    assert sweep(office.desk) == 1
    assert list(office.queue.wakes) == [(verb, forced.id)]


@pytest.mark.parametrize("state", [s for s in State if s not in VERBS])
def test_a_delivery_that_ended_or_waits_for_a_person_wakes_nothing(state: State) -> None:
    office = Office()
    office.force(office.open(letter()), state, wake_at=office.clock.now)
    office.queue.wakes.clear()
    assert sweep(office.desk) == 0
    assert not office.queue.wakes


def test_every_state_that_works_or_must_be_told_has_a_verb() -> None:
    assert set(VERBS) == AT_WORK | OWING


def test_a_delivery_that_is_not_due_is_left_alone() -> None:
    office = Office()
    office.force(office.open(letter()), State.READY, wake_at=office.clock.now + timedelta(seconds=1))
    assert sweep(office.desk) == 0


def test_a_delivery_whose_wake_up_may_still_wait_is_woken_less_and_less_often() -> None:
    office = Office()
    office.force(office.open(letter()), State.READY, wake_at=office.clock.now)
    woken = []
    for minute in range(60):
        if sweep(office.desk):
            woken.append(minute)
        office.clock.forward(minutes=1)
    assert woken == [0, 1, 2, 4, 5, 8, 9, 15, 16, 30, 31, 45, 46]


@given(st.lists(st.floats(1, 120), min_size=20, max_size=80), st.integers(0, 79), st.floats(0, 100_000))
def test_whatever_runs_are_missed_a_late_delivery_is_woken_within_17_minutes_of_the_next(
    pauses: list[float], place: int, outage: float
) -> None:
    office = Office()
    office.force(office.open(letter()), State.READY, wake_at=office.clock.now)
    last = office.clock.now
    for number, pause in enumerate(pauses):  # up to two minutes: one run is missed, or comes late
        office.clock.forward(seconds=pause)
        if number == place:
            office.clock.forward(seconds=outage)
            last = office.clock.now
        if sweep(office.desk):
            last = office.clock.now
        assert office.clock.now - last <= timedelta(minutes=17)


def test_a_schedule_that_strikes_a_little_late_wakes_all_the_same() -> None:
    office = Office()
    office.force(office.open(letter()), State.READY, wake_at=office.clock.now)
    office.clock.forward(seconds=59.9)
    assert sweep(office.desk) == 1
    office.clock.forward(seconds=60.05)
    assert sweep(office.desk) == 1


def test_the_wake_up_of_a_delivery_says_its_group() -> None:
    office = Office()
    first = office.force(office.open(letter()), State.READY, wake_at=office.clock.now, group="ab12")
    sweep(office.desk)
    assert office.queue.groups == {first.id: "ab12"}


def test_a_queue_that_loses_every_wake_up_loses_no_mail() -> None:
    office = Office()
    office.open(letter())
    for _ in range(10):
        office.queue.wakes.clear()
        office.clock.forward(minutes=15)
        sweep(office.desk)
        while office.queue.wakes:
            office.handle(*office.queue.wakes.popleft())
            office.queue.wakes.clear()
    assert office.only().state is State.ACCEPTED
    assert len(office.relay.inbox) == 1


def test_an_envelope_of_whose_coming_nobody_was_told_is_found_after_a_quarter_of_an_hour() -> None:
    office = Office()
    key = office.post(letter())
    office.queue.wakes.clear()
    office.clock.forward(minutes=14)
    assert sweep(office.desk) == 0
    office.clock.forward(minutes=1)
    assert sweep(office.desk) == 1
    assert list(office.queue.wakes) == [("accept", key)]
    office.settle()
    assert office.only().state is State.ACCEPTED


@pytest.mark.parametrize("missed", range(len(LOOKS)))
def test_sweeps_that_never_ran_hide_no_envelope(missed: int) -> None:
    office = Office()
    came_in = office.clock.now
    key = office.post(letter())
    office.queue.wakes.clear()
    office.clock.now = came_in + LOOKS[missed]
    assert sweep(office.desk) == 1
    assert list(office.queue.wakes) == [("accept", key)]


def test_an_envelope_that_was_accepted_is_not_accepted_again() -> None:
    office = Office()
    office.open(letter())
    office.settle()
    office.queue.wakes.clear()
    office.clock.forward(minutes=15)
    assert sweep(office.desk) == 0


def test_an_envelope_whose_accept_died_half_way_is_accepted_again() -> None:
    office = Office(fault=Fault(at=4, after=True, kind=Killed))  # envelope, two marks, open, then the first wake-up
    key = office.post(letter(), DOCTOR.alias, HOSPITAL.alias)
    office.queue.wakes.clear()
    with pytest.raises(Killed):
        accept(office.desk, key)
    assert len(office.ledger.everything()) == 1
    office.queue.wakes.clear()
    office.clock.forward(minutes=15)
    sweep(office.desk)
    assert ("accept", key) in office.queue.wakes


def test_a_ledger_that_does_not_answer_is_no_ledger_without_the_envelope() -> None:
    office = Office(fault=Fault(at=2, after=False, kind=UnavailableError))  # due, the first look, find
    office.post(letter())
    office.queue.wakes.clear()
    office.clock.forward(minutes=15)
    with pytest.raises(UnavailableError, match=r"fault\.planted"):
        sweep(office.desk)
    assert not office.queue.wakes


def test_what_fails_hinders_nothing_else_and_goes_out_at_the_end() -> None:
    for at in range(len(LOOKS) + 3):
        office = Office(fault=Fault(at=at, after=False, kind=UnavailableError))
        for number in range(3):
            office.post(letter(text=str(number)))
        office.queue.wakes.clear()
        office.clock.forward(minutes=15)
        with pytest.raises(UnavailableError, match=r"fault\.planted"):
            sweep(office.desk)
        assert len(office.queue.wakes) >= (0 if at == 1 else 2), at  # 1: the look that finds all three
