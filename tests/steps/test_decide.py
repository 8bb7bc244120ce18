"""What a person may decide, in which states, and what follows; each decision is an event with its author."""

from dataclasses import replace

import pytest

from passerelle.core.errors import MalformedError, UnsupportedError
from passerelle.core.policy import Ambiguity, Doubt
from passerelle.core.receipts.delivery import Delivery
from passerelle.core.receipts.lifecycle import State, allows
from passerelle.steps.decide import CHOICES, REASONS, Author, Decision, decide
from tests.steps.office import OUTWARD, PATIENT, Office, letter

ANNE = Author("anne.durand")
TAKEN = {
    State.RECEIVED: (Decision.HOLD, Decision.RETRY),
    State.READY: (Decision.HOLD, Decision.RETRY),
    State.HELD: (Decision.RELEASE, Decision.RETRY, Decision.REFUSE),
    State.QUARANTINED: (Decision.RETRY, Decision.REFUSE),
}
assert TAKEN == CHOICES
UNBORN = (*PATIENT[:2], None)


def doubtful(office: Office) -> Delivery:
    """Return a delivery that is held because its patient has no birth date."""
    delivery = office.open(letter(UNBORN))
    office.settle()
    return office.ledger.get(delivery.id)


def strict() -> Office:
    return Office(replace(OUTWARD, doubt=Doubt.HOLD))


def test_what_is_held_and_released_crosses_past_what_held_it() -> None:
    office = strict()
    held = doubtful(office)
    assert held.state is State.HELD
    decide(office.desk, held.id, Decision.RELEASE, ANNE)
    office.settle()
    assert office.ledger.get(held.id).state is State.ACCEPTED
    assert len(office.relay.inbox) == 1


def test_what_is_held_and_tried_again_is_judged_by_the_same_rules() -> None:
    office = strict()
    held = doubtful(office)
    decide(office.desk, held.id, Decision.RETRY, ANNE)
    office.settle()
    assert office.ledger.get(held.id).state is State.HELD


def test_what_is_held_and_refused_goes_back_to_its_sender() -> None:
    office = strict()
    held = doubtful(office)
    decide(office.desk, held.id, Decision.REFUSE, ANNE)
    office.settle()
    ((_, notice),) = office.relay.inbox
    assert office.ledger.get(held.id).state is State.REFUSED
    assert b"operator.refused" in notice


def test_what_waits_is_held_before_it_is_sent() -> None:
    office = Office()
    office.relay.plan.append("postpone")
    delivery = office.open(letter())
    office.pump()
    decide(office.desk, delivery.id, Decision.HOLD, ANNE)
    office.settle()
    assert office.ledger.get(delivery.id).state is State.HELD
    assert office.relay.inbox == []
    decide(office.desk, delivery.id, Decision.RELEASE, ANNE)
    office.settle()
    assert len(office.relay.inbox) == 1


def test_what_waits_is_tried_now() -> None:
    office = Office()
    office.relay.plan.extend(["postpone"] * 3)
    delivery = office.open(letter())
    office.pump()
    before = office.clock.now
    for _ in range(3):
        decide(office.desk, delivery.id, Decision.RETRY, ANNE)
        office.pump()
    assert (office.ledger.get(delivery.id).state, office.clock.now) == (State.ACCEPTED, before)


def ambiguous() -> tuple[Office, Delivery]:
    office = Office(replace(OUTWARD, ambiguity=Ambiguity.HOLD))
    office.relay.plan.append("lose the mail")
    delivery = office.open(letter())
    office.settle()
    return office, office.ledger.get(delivery.id)


def test_what_is_ambiguous_is_sent_again_with_the_same_bytes_when_released() -> None:
    office, held = ambiguous()
    assert (held.state, held.reason) == (State.HELD, "delivery.ambiguous")
    decide(office.desk, held.id, Decision.RELEASE, ANNE)
    office.settle()
    after = office.ledger.get(held.id)
    assert (after.state, after.outgoing) == (State.ACCEPTED, held.outgoing)


def test_a_decision_wakes_in_the_group_of_its_delivery() -> None:
    office = Office()
    held = office.force(office.open(letter()), State.HELD, group="ab12")
    decide(office.desk, held.id, Decision.RETRY, ANNE)
    assert office.queue.groups == {held.id: "ab12"}


def test_what_is_ambiguous_is_never_called_refused() -> None:
    office, held = ambiguous()
    decide(office.desk, held.id, Decision.REFUSE, ANNE)
    office.settle()
    assert office.ledger.get(held.id).state is State.FAILED
    assert len(office.relay.inbox) == 1  # the notice


def test_nobody_releases_what_has_no_proven_origin() -> None:
    office = Office()
    delivery = office.open(b"FORGED\n" + letter())
    office.settle()
    assert office.ledger.get(delivery.id).state is State.QUARANTINED
    with pytest.raises(UnsupportedError, match="takes no such decision"):
        decide(office.desk, delivery.id, Decision.RELEASE, ANNE)
    decide(office.desk, delivery.id, Decision.RETRY, ANNE)
    office.settle()
    assert office.ledger.get(delivery.id).state is State.QUARANTINED
    decide(office.desk, delivery.id, Decision.REFUSE, ANNE)
    office.settle()
    assert office.ledger.get(delivery.id).state is State.REFUSED


@pytest.mark.parametrize("decision", Decision)
@pytest.mark.parametrize("state", State)
def test_a_decision_is_in_the_table_or_refused(state: State, decision: Decision) -> None:
    office = Office()
    before = office.force(office.open(letter()), state)
    if decision in TAKEN.get(state, ()):
        after = decide(office.desk, before.id, decision, ANNE)
        assert after.state is state or allows(state, after.state)
        assert office.reasons(after)[-1] == REASONS[decision]
        return
    with pytest.raises(UnsupportedError, match=r"decision\.state"):
        decide(office.desk, before.id, decision, ANNE)
    assert office.ledger.get(before.id) == before


def test_the_event_names_the_author_and_the_actor() -> None:
    office = strict()
    held = doubtful(office)
    decide(office.desk, held.id, Decision.RELEASE, ANNE)
    event = office.ledger.history(held.id)[-1]
    assert (event.actor, event.reason, event.details) == (
        "operator",
        "operator.released",
        (("author", "anne.durand"),),
    )


@pytest.mark.parametrize("name", ["", "Anne Durand", "anne@ch.example", "x" * 65, "a\nb"])
def test_an_author_is_a_name_without_blanks_and_without_an_address(name: str) -> None:
    with pytest.raises(MalformedError, match="author"):
        Author(name)


def test_the_longest_name_is_one() -> None:
    assert Author("x" * 64).name
