"""Of two attempts at once one goes on, and one that comes too late sends nothing."""

from dataclasses import replace
from typing import cast

from passerelle.core.receipts.delivery import Delivery, group
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.reception import named
from passerelle.steps.deliver import (
    ATTEMPT,
    LEASE,
    deliver,
)
from passerelle.steps.ports import Ledger
from tests.steps.delivering import ready
from tests.steps.faults import Meanwhile
from tests.steps.office import DOCTOR, Office


def test_two_attempts_at_once_send_once() -> None:
    office = Office()
    first = ready(office)
    seen = []
    office.relay.meanwhile = lambda: seen.append(deliver(office.delivering, first.id).state)
    assert deliver(office.delivering, first.id).state is State.ACCEPTED
    assert seen == [State.CLAIMED]
    assert len(office.relay.inbox) == 1


def test_an_attempt_that_wakes_after_its_lease_sends_nothing() -> None:
    office = Office()
    first = ready(office)

    def sleep() -> None:
        office.clock.now += LEASE

    office.relay.meanwhile = sleep
    assert deliver(office.delivering, first.id).state is State.CLAIMED
    assert not office.relay.inbox


def test_an_attempt_has_the_name_that_receipts_know_it_by() -> None:
    office = Office()
    office.relay.plan.extend(["postpone", "accept"])
    first = ready(office)
    deliver(office.delivering, first.id)
    office.settle()
    assert office.relay.errands == [f"{first.id}.1", f"{first.id}.2"]
    assert named(tuple(office.relay.errands), "passerelle.example") == (first.id, first.id)


def test_where_too_little_time_is_left_the_next_invocation_makes_the_attempt() -> None:
    office = Office()
    first = ready(office)
    office.queue.wakes.clear()
    assert deliver(office.delivering, first.id, lambda: ATTEMPT - 1) == first
    assert list(office.queue.wakes) == [("deliver", first.id)]
    assert office.queue.groups == {first.id: group(DOCTOR.address.rpartition("@")[2])}
    assert deliver(office.delivering, first.id, lambda: ATTEMPT).state is State.ACCEPTED


def test_an_attempt_that_was_overtaken_sends_nothing() -> None:
    office = Office()
    first = ready(office)

    def stall() -> None:
        office.relay.meanwhile = lambda: None
        office.clock.now += LEASE
        assert deliver(office.delivering, first.id).state is State.ACCEPTED
        office.clock.now -= LEASE  # a machine whose clock is late: the ledger must stop it

    office.relay.meanwhile = stall
    assert deliver(office.delivering, first.id).state is State.ACCEPTED
    assert len(office.relay.inbox) == 1


def test_two_claims_at_once_let_one_through() -> None:
    office = Office()
    first = ready(office)

    def claim(found: Delivery) -> None:
        if found.state is State.READY:
            deliver(office.delivering, found.id)

    racing = replace(office.delivering, ledger=cast("Ledger", Meanwhile(office.ledger, "get", claim)))
    assert deliver(racing, first.id).state is State.ACCEPTED
    assert len(office.relay.inbox) == 1
