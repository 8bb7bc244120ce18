"""What `sweep` wakes, and that nothing needs the queue to remember."""

from datetime import timedelta

import pytest

from passerelle.core.receipts.lifecycle import AT_WORK, TOLD, State
from passerelle.steps.sweep import VERBS, sweep
from tests.steps.office import Office, letter


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
    assert set(VERBS) == AT_WORK | TOLD


def test_a_delivery_that_is_not_due_is_left_alone() -> None:
    office = Office()
    office.force(office.open(letter()), State.READY, wake_at=office.clock.now + timedelta(seconds=1))
    assert sweep(office.desk) == 0


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
