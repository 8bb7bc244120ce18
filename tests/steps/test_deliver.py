"""What `deliver` decides: free retries, ambiguous ones, and whose turn it is."""

from dataclasses import replace

import pytest

from passerelle.core.errors import UnavailableError
from passerelle.core.receipts.backoff import HORIZON
from passerelle.core.receipts.delivery import Delivery, Event
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.deliver import (
    ACCEPTED,
    AMBIGUOUS,
    EXPIRED,
    POSTPONED,
    REJECTED,
    deliver,
)
from tests.steps.delivering import ready
from tests.steps.office import CANARIES, DOCTOR, Office


def test_an_accepted_mail_says_code_enhanced_code_and_queue_id() -> None:
    office = Office()
    delivery = deliver(office.delivering, ready(office).id)
    assert (delivery.state, delivery.reason, delivery.wake_at) == (State.ACCEPTED, ACCEPTED, None)
    assert office.said(delivery) == {"code": "250", "enhanced": "2.0.0", "queue": "Q1"}
    assert office.states(delivery)[-3:] == [State.CLAIMED, State.SENDING, State.ACCEPTED]
    ((envelope, mail),) = office.relay.inbox
    assert envelope.recipients == (DOCTOR.address,)
    assert mail == office.mailroom.read(envelope.mail)


def test_what_the_peer_says_outside_the_form_of_a_code_is_not_repeated() -> None:
    office = Office()
    delivery = ready(office)
    relay = office.relay

    class Talkative:
        def send(self, *arguments: object) -> object:
            reply = relay.send(*arguments)  # type: ignore[arg-type]
            return replace(reply, enhanced="5.1.1 <CANARI>", queue_id="jean.canari@medical59")

    chatty = replace(office.delivering, relays=dict.fromkeys(office.delivering.relays, Talkative()))  # type: ignore[arg-type]
    assert office.said(deliver(chatty, delivery.id)) == {"code": "250"}
    assert not any(canary in office.all_text() for canary in CANARIES)


def test_a_second_run_sends_nothing() -> None:
    office = Office()
    done = deliver(office.delivering, ready(office).id)
    assert deliver(office.delivering, done.id) == done
    assert len(office.relay.inbox) == 1


@pytest.mark.parametrize("word", ["postpone", "not answer", "break"])
def test_a_mail_that_is_postponed_waits_in_ready_and_goes_out_later_with_the_same_bytes(word: str) -> None:
    office = Office()
    office.relay.plan.append(word)
    first = ready(office)
    waiting = deliver(office.delivering, first.id)
    assert (waiting.state, waiting.reason, waiting.attempts) == (State.READY, POSTPONED, 1)
    assert waiting.wake_at is not None
    assert (waiting.wake_at - office.clock.now).total_seconds() == 15, "half of 30 s"
    assert deliver(office.delivering, first.id) == waiting, "an early wake-up changes nothing"
    office.settle()
    ((envelope, _),) = office.relay.inbox
    assert envelope == office.mailroom.envelope(first.outgoing)


def test_a_bug_before_the_dot_is_named_by_its_class_only() -> None:
    office = Office()
    office.relay.plan.append("break")
    assert office.said(deliver(office.delivering, ready(office).id)) == {"fault": "ZeroDivisionError"}


def test_the_waits_grow_to_the_hour_and_end_after_five_days_with_the_sender_told() -> None:
    office = Office()
    office.relay.plan.extend(["postpone"] * 500)
    first = ready(office)
    waits = []
    while (delivery := deliver(office.delivering, first.id)).state is State.READY:
        assert delivery.wake_at is not None
        waits.append((delivery.wake_at - office.clock.now).total_seconds())
        office.clock.now = delivery.wake_at
    assert waits[:9] == [15, 30, 60, 120, 240, 480, 960, 1800, 1800]
    assert (delivery.state, delivery.reason) == (State.FAILED, EXPIRED)
    assert office.clock.now <= first.opened_at + HORIZON
    assert office.queue.wakes[-1] == ("acknowledge", delivery.id)


@pytest.mark.parametrize("word", ["reject", "reject after the dot"])
def test_a_mail_that_is_rejected_has_failed_and_the_sender_is_told(word: str) -> None:
    office = Office()
    office.relay.plan.append(word)
    delivery = deliver(office.delivering, ready(office).id)
    assert (delivery.state, delivery.reason) == (State.FAILED, REJECTED)
    said = office.said(delivery)
    assert (said["code"], said["error"]) in {("550", "550"), ("554", "554")}
    assert office.queue.wakes[-1] == ("acknowledge", delivery.id)


@pytest.mark.parametrize(("word", "code"), [("reject", "rejected.550"), ("postpone", "expired.451")])
def test_the_notice_to_the_sender_names_the_agencys_code(word: str, code: str) -> None:
    office = Office()
    office.relay.plan.append(word)
    office.force(ready(office), State.READY, give_up_at=office.clock.now)
    office.settle()
    ((envelope, notice),) = office.relay.inbox
    assert not envelope.sender
    assert f"Diagnostic-Code: x-passerelle; delivery.{code}\r\n".encode() in notice


def test_a_mail_that_kills_its_process_past_the_five_days_has_failed() -> None:
    office = Office()
    first = ready(office)
    office.force(first, State.CLAIMED, token="t", wake_at=office.clock.now, give_up_at=office.clock.now)
    delivery = deliver(office.delivering, first.id)
    assert (delivery.state, delivery.reason) == (State.FAILED, EXPIRED)


def test_a_mail_that_the_bridge_held_back_for_days_gets_its_one_attempt() -> None:
    office = Office()
    first = ready(office)
    office.clock.now += HORIZON * 2
    assert deliver(office.delivering, first.id).state is State.ACCEPTED


def test_a_first_attempt_does_not_wait_for_another_machines_clock() -> None:
    office = Office()
    first = ready(office)
    office.clock.forward(seconds=-1)
    assert deliver(office.delivering, first.id).state is State.ACCEPTED


@pytest.mark.parametrize("silences", [1, 2])
@pytest.mark.parametrize("write", range(3))
def test_a_ledger_that_loses_its_answers_is_asked_again_and_nothing_is_ambiguous(write: int, silences: int) -> None:
    office = Office()
    first = ready(office)
    ledger = office.ledger

    class Mute:
        """A ledger that writes, and whose answers to one write are lost."""

        calls = 0

        def __getattr__(self, name: str) -> object:
            return getattr(ledger, name)

        def record(self, delivery: Delivery, event: Event) -> None:
            ledger.record(delivery, event)
            self.calls += 1
            if write < self.calls <= write + silences:
                raise UnavailableError("ledger.silent", "No answer.")

    mute = replace(office.delivering, ledger=Mute())  # type: ignore[arg-type]
    assert deliver(mute, first.id).state is State.ACCEPTED
    assert AMBIGUOUS not in office.reasons(first)
    assert len(office.relay.inbox) == 1


@pytest.mark.parametrize("state", [s for s in State if s not in {State.READY, State.CLAIMED, State.SENDING}])
def test_a_delivery_in_any_other_state_is_left_alone(state: State) -> None:
    office = Office()
    forced = office.force(ready(office), state, wake_at=office.clock.now)
    assert deliver(office.delivering, forced.id) == forced
    assert not office.relay.inbox


def test_a_delivery_that_failed_wakes_acknowledge_until_the_sender_is_told() -> None:
    office = Office()
    forced = office.force(ready(office), State.FAILED, reason=REJECTED, wake_at=office.clock.now)
    deliver(office.delivering, forced.id)
    assert office.queue.wakes[-1] == ("acknowledge", forced.id)
    office.settle()
    office.queue.wakes.clear()
    deliver(office.delivering, forced.id)
    assert not office.queue.wakes
