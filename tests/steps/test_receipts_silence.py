"""Silence is told: to the sender and to an operator, once, and not before its reader had his time."""

from datetime import timedelta

import pytest

from passerelle.core.receipts.delivery import stopped
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.reception import DISPLAYED
from passerelle.steps.decide import Author, Decision, decide
from passerelle.steps.sweep import sweep
from tests.steps.correspondence import ASKS_MDN, came_back, mdn, notices, sent
from tests.steps.office import DOCTOR, OUTWARD, Office


def test_silence_past_the_agreed_delay_is_told_to_the_sender_and_to_an_operator_once() -> None:
    office = Office()
    first = sent(office, ASKS_MDN)
    assert first.answer_by is not None
    assert first.answer_by - office.clock.now == OUTWARD.silence
    office.clock.now = first.answer_by - timedelta(seconds=1)
    sweep(office.desk)
    office.pump()
    assert notices(office) == []
    office.settle()
    (notice,) = notices(office)
    assert "receipt.silent" in notice.as_string()
    after = office.ledger.get(first.id)
    assert (after.state, after.wake_at) == (State.ACCEPTED, None)
    assert stopped(after)


@pytest.mark.parametrize("held", [False, True])
def test_the_reader_has_his_time_from_when_the_mail_was_taken(held: bool) -> None:  # noqa: FBT001 - a parameter
    office = Office()
    office.relay.plan.append("postpone")
    first = sent(office, ASKS_MDN)
    assert first.wake_at is not None
    office.clock.now = first.wake_at + timedelta(days=4)
    if held:
        for decision in (Decision.HOLD, Decision.RELEASE):
            office.clock.forward(days=30)
            decide(office.desk, first.id, decision, Author("exploitant"))
    sweep(office.desk)
    office.pump()
    after = office.ledger.get(first.id)
    assert after.state is State.ACCEPTED
    taken = next(event.at for event in office.ledger.history(first.id) if event.state is State.ACCEPTED)
    assert after.answer_by == taken + OUTWARD.silence
    assert notices(office) == []


def test_an_answer_after_the_silence_still_counts() -> None:
    office = Office()
    first = sent(office, ASKS_MDN)
    office.settle()
    came_back(office, mdn(first), sender=DOCTOR.address)
    office.settle()
    assert office.ledger.get(first.id).reason == DISPLAYED
    assert len(notices(office)) == 2
    assert not stopped(office.ledger.get(first.id))
