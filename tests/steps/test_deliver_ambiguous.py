"""Where nobody knows whether a mail has arrived: it is flagged, waits, and is sent again or held."""

from dataclasses import replace

import pytest

from passerelle.core.policy import Ambiguity
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.deliver import (
    AMBIGUOUS,
    DSN_WAIT,
    LEASE,
    MOST_RESENDS,
    deliver,
)
from tests.fakes import Killed
from tests.steps.delivering import ready
from tests.steps.office import OUTWARD, Office


def test_a_lost_answer_is_flagged_then_sent_again_after_the_wait_for_a_dsn() -> None:
    office = Office()
    office.relay.plan.append("lose the answer")
    first = ready(office)
    waiting = deliver(office.delivering, first.id)
    assert (waiting.state, waiting.reason) == (State.READY, AMBIGUOUS)
    assert waiting.wake_at == office.clock.now + DSN_WAIT
    office.settle()
    one, two = office.relay.inbox
    assert one == two, "the same bytes, hence the same Message-ID"
    assert AMBIGUOUS in office.reasons(first)


def test_a_lost_answer_is_held_where_the_agreement_says_so() -> None:
    office = Office(replace(OUTWARD, ambiguity=Ambiguity.HOLD))
    office.relay.plan.append("lose the answer")
    held = deliver(office.delivering, ready(office).id)
    assert (held.state, held.reason, held.wake_at) == (State.HELD, AMBIGUOUS, None)
    office.settle()
    assert len(office.relay.inbox) == 1


def test_a_peer_that_loses_every_answer_gets_so_many_copies_and_no_more() -> None:
    office = Office()
    office.relay.plan.extend(["lose the answer"] * 50)
    first = ready(office)
    office.settle()
    assert office.ledger.get(first.id).state is State.HELD
    assert len(office.relay.inbox) == MOST_RESENDS + 1


def test_an_ambiguous_attempt_at_the_end_of_the_five_days_is_held() -> None:
    office = Office()
    office.relay.plan.append("lose the answer")
    first = office.force(ready(office), State.READY, give_up_at=office.clock.now + DSN_WAIT)
    assert deliver(office.delivering, first.id).state is State.HELD


def test_a_crash_before_the_dot_is_a_free_retry_once_the_lease_is_over() -> None:
    office = Office()
    office.relay.plan.append("be killed")
    first = ready(office)
    with pytest.raises(Killed):
        deliver(office.delivering, first.id)
    claimed = office.ledger.get(first.id)
    assert claimed.state is State.CLAIMED
    office.clock.now += LEASE * 0.99
    assert deliver(office.delivering, first.id) == claimed, "its lease still runs"
    office.settle()
    assert len(office.relay.inbox) == 1
    assert AMBIGUOUS not in office.reasons(first)


def test_a_crash_after_the_dot_is_ambiguous_once_the_lease_is_over() -> None:
    office = Office()
    office.relay.plan.append("be killed after the dot")
    first = ready(office)
    with pytest.raises(Killed):
        deliver(office.delivering, first.id)
    sending = office.ledger.get(first.id)
    assert sending.state is State.SENDING
    office.clock.now += LEASE * 0.99
    assert deliver(office.delivering, first.id) == sending, "its lease still runs"
    office.settle()
    assert office.ledger.get(first.id).state is State.ACCEPTED
    assert AMBIGUOUS in office.reasons(first)
