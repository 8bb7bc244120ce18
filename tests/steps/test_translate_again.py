"""Who translates a mail a second time, or cannot: nothing is frozen twice, and an operator is told in the end."""

from dataclasses import replace

import pytest

from passerelle.core.errors import UnavailableError
from passerelle.core.policy import Doubt
from passerelle.core.receipts.backoff import LONGEST
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.sweep import sweep
from passerelle.steps.translate import FAULT, GRACE, MOST_FAULTS, MOST_RETRIES, STALLED, translate
from tests.fakes import Killed
from tests.steps.faults import Fault
from tests.steps.office import CANARIES, INWARD, OUTWARD, Office, letter


def test_a_second_run_only_wakes_deliver_again() -> None:
    office = Office()
    ready = translate(office.translating, office.open(letter()).id)
    office.queue.wakes.clear()
    before = office.ledger.history(ready.id)
    assert translate(office.translating, ready.id) == ready
    assert office.ledger.history(ready.id) == before
    assert list(office.queue.wakes) == [("deliver", ready.id)]


@pytest.mark.parametrize("state", [s for s in State if s not in {State.RECEIVED, State.READY}])
def test_a_delivery_in_any_other_state_is_left_alone(state: State) -> None:
    office = Office()
    forced = office.force(office.open(letter()), state)
    office.queue.wakes.clear()
    assert translate(office.translating, forced.id) == forced
    assert not office.queue.wakes


def test_the_run_that_comes_second_stops_and_freezes_nothing() -> None:
    office = Office()
    opened = office.open(letter())
    agreements = office.agreements

    class Meanwhile:
        """Agreements during whose reading another run does all the work."""

        def __init__(self) -> None:
            self.done = False

        def between(self, *who: object) -> object:
            if not self.done:
                self.done = True
                translate(office.translating, opened.id)
            return agreements.between(*who)  # type: ignore[arg-type]

        correspondent = agreements.correspondent

    slow = replace(office.translating, agreements=Meanwhile())  # type: ignore[arg-type]
    delivery = translate(slow, opened.id)
    assert delivery == office.ledger.get(opened.id)
    assert office.states(delivery) == [State.RECEIVED, State.READY]


def test_what_does_not_answer_is_asked_again_after_a_wait_that_the_ledger_keeps() -> None:
    office = Office(fault=(fault := Fault(-1, after=False, kind=UnavailableError)))
    opened = office.open(letter())
    fault.at = fault.calls + 1  # the call after `ledger.get`
    waiting = translate(office.translating, opened.id)
    assert (waiting.state, waiting.reason) == (State.RECEIVED, "fault.planted")
    assert waiting.wake_at is not None
    assert office.clock.now < waiting.wake_at <= office.clock.now + LONGEST
    assert translate(office.translating, opened.id) == waiting, "an early wake-up changes nothing"
    office.clock.now = waiting.wake_at
    ready = translate(office.translating, opened.id)
    assert (ready.state, ready.attempts, ready.reason) == (State.READY, 0, "")


def test_a_ledger_that_does_not_answer_is_the_queues_business() -> None:
    office = Office(fault=(fault := Fault(-1, after=False, kind=UnavailableError)))
    opened = office.open(letter())
    fault.at = fault.calls
    with pytest.raises(UnavailableError):
        translate(office.translating, opened.id)


def test_a_bug_ends_with_an_operator_after_its_retries_and_says_nothing_of_the_mail() -> None:
    office = Office()
    office.open(letter(bug="Camille CANARI"))
    office.settle()
    held = office.only()
    assert (held.state, held.reason, held.attempts) == (State.HELD, FAULT, MOST_FAULTS)
    faults = [dict(event.details).get("fault") for event in office.ledger.history(held.id)]
    assert faults.count("ZeroDivisionError") == MOST_FAULTS + 1
    assert not any(canary in office.all_text() for canary in CANARIES)


def test_what_never_answers_ends_with_an_operator_too() -> None:
    office = Office()
    opened = office.open(letter())
    del office.mailroom.mails[office.mailroom.envelope(opened.envelope).mail]
    office.settle()
    held = office.only()
    assert (held.state, held.reason, held.attempts) == (State.HELD, "mailroom.missing", MOST_RETRIES)


def test_a_mail_that_kills_every_process_is_counted_before_it_kills() -> None:
    office = Office()
    opened = office.open(letter())

    class Deadly:
        def read(self, *_: object) -> object:
            raise Killed

        write = read

    deadly = replace(office.translating, forms=dict.fromkeys(office.translating.forms, Deadly()))  # type: ignore[arg-type]
    for _ in range(MOST_FAULTS + 1):
        with pytest.raises(Killed):
            translate(deadly, opened.id)
        office.clock.now += GRACE
        assert sweep(office.desk) == 1
    held = translate(deadly, opened.id)
    assert (held.state, held.reason) == (State.HELD, STALLED)


def test_a_held_mail_that_an_operator_gives_back_is_translated() -> None:
    office = Office(replace(OUTWARD, doubt=Doubt.HOLD), INWARD)
    held = translate(office.translating, office.open(letter(("CANARI", "Camille", None))).id)
    office.agreements.agreements = [OUTWARD]
    office.force(held, State.RECEIVED, reason="", attempts=0, wake_at=office.clock.now + GRACE)
    assert translate(office.translating, held.id).state is State.READY


def test_a_mail_that_grows_too_large_on_its_way_is_refused_at_once_not_after_five_days() -> None:
    office = Office()
    delivery = office.open(mail := letter())
    office.mailroom.largest = len(mail)  # the other network's form of it is longer
    refused = translate(office.translating, delivery.id)
    assert (refused.state, refused.reason) == (State.REFUSED, "mail.size")
