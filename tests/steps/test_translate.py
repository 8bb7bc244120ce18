"""What `translate` decides, and what it leaves behind when it cannot decide."""

from dataclasses import replace

import pytest

from passerelle.core.errors import UnavailableError
from passerelle.core.message import Letters
from passerelle.core.policy import MOST_PATIENTS, Ambiguity, Doubt
from passerelle.core.receipts.backoff import HORIZON, LONGEST
from passerelle.core.receipts.delivery import delivery_id
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.sweep import sweep
from passerelle.steps.translate import FAULT, GRACE, MOST_FAULTS, MOST_RETRIES, STALLED, translate
from tests.fakes import Killed
from tests.steps.office import (
    CANARIES,
    DOCTOR,
    HOSPITAL,
    INWARD,
    OTHER,
    OUTWARD,
    PATIENT,
    Fault,
    Office,
    letter,
)


def test_a_mail_that_may_cross_is_frozen_and_ready() -> None:
    office = Office()
    delivery = translate(office.translating, office.open(letter()).id)
    assert delivery.state is State.READY
    envelope = office.mailroom.envelope(delivery.outgoing)
    assert (envelope.network, envelope.sender, envelope.recipients) == (
        DOCTOR.network,
        HOSPITAL.alias,
        (DOCTOR.address,),
    )
    assert office.said(delivery)["mail"] == envelope.mail
    assert (delivery.attempts, delivery.wake_at) == (0, office.clock.now)
    assert delivery.give_up_at == office.clock.now + HORIZON
    assert office.queue.wakes[-1] == ("deliver", delivery.id)


def test_the_other_way_uses_the_other_locks_and_the_other_network() -> None:
    office = Office()
    delivery = translate(office.translating, office.open(letter(sender=DOCTOR.address), sender=DOCTOR.address).id)
    envelope = office.mailroom.envelope(delivery.outgoing)
    assert (envelope.network, envelope.recipients) == (HOSPITAL.network, (HOSPITAL.address,))
    assert (office.smime.closed, office.channel.closed) == (0, 1)


def test_the_message_id_is_the_delivery_at_the_bridge_and_the_date_is_of_its_opening() -> None:
    office = Office()
    opened = office.open(letter())
    office.clock.forward(minutes=3)
    office.settle()
    (mail,) = office.sent()
    assert mail["id"] == f"{opened.id}@passerelle.example"
    assert mail["date"] == opened.opened_at.isoformat()


def test_the_senders_own_codes_of_tests_go_with_his_mail() -> None:
    office = Office()
    office.open(letter(sender=DOCTOR.address), sender=DOCTOR.address)
    office.open(letter())
    office.settle()
    assert sorted((mail["codes"] for mail in office.sent()), key=len) == [[], ["NA"]]


def test_what_the_agreement_asks_of_a_mail_goes_with_it() -> None:
    office = Office(OUTWARD, replace(INWARD, letters=Letters.N3, account=True, prescriber=True))
    office.open(letter(sender=DOCTOR.address), sender=DOCTOR.address)
    office.open(letter())
    office.settle()
    assert sorted(mail["asked"] for mail in office.sent()) == [["n1", False, False], ["n3", True, True]]


def test_ready_says_what_proved_the_origin_and_counts_the_losses_by_code() -> None:
    office = Office()
    opened = office.open(letter(losses=["text.outside-cp1252", "text.outside-cp1252", "Camille CANARI"]))
    said = office.said(translate(office.translating, opened.id))
    assert said["proof"] == "channel"
    assert len(said["certificate"]) == 64
    assert {name: said[name] for name in said if name.startswith("loss.")} == {
        "loss.form.subject": "1",
        "loss.text.outside-cp1252": "2",
        "loss.unnamed": "1",
    }
    assert said["at.text.outside-cp1252"] == "line 1"
    assert not any(canary in office.all_text() for canary in CANARIES)


TOO_MANY = [("CANARI", str(n), "1980-01-01") for n in range(MOST_PATIENTS + 1)]
EMPTY = b'Locked:\n{"id": "a@b.example", "from": "%s", "patients": []}' % DOCTOR.address.encode()
UNSIGNED = letter(sender=DOCTOR.address).replace(b"Locked: 0", b"UNSIGNED")


@pytest.mark.parametrize(
    ("mail", "state", "reason"),
    [
        (b"Locked:\nno json", State.REFUSED, "form.json"),
        (b"clear", State.REFUSED, "cipher.form"),
        (EMPTY, State.REFUSED, "policy.no-document"),
        (b"FORGED\n", State.QUARANTINED, "cipher.signer"),
        (UNSIGNED, State.QUARANTINED, "policy.unsigned"),
        (letter(sender="another.canari@apicrypt.example"), State.QUARANTINED, "policy.sender-differs"),
        (letter(*TOO_MANY, sender=DOCTOR.address), State.REFUSED, "policy.too-many-patients"),
    ],
)
def test_a_mail_that_cannot_cross_ends_in_the_state_of_its_reason(mail: bytes, state: State, reason: str) -> None:
    office = Office()
    delivery = translate(office.translating, office.open(mail, sender=DOCTOR.address).id)
    assert (delivery.state, delivery.reason) == (state, reason)
    assert (("acknowledge", delivery.id) in office.queue.wakes) is (state is State.REFUSED)
    assert (delivery.wake_at is not None) is (state is State.REFUSED)
    assert not office.relay.inbox
    assert not any(canary in office.all_text() for canary in CANARIES)


def test_who_has_no_agreement_is_refused_before_the_mail_is_opened() -> None:
    office = Office()
    delivery = translate(office.translating, office.open(b"FORGED\n", "nobody@passerelle.mssante.example").id)
    assert (delivery.state, delivery.reason) == (State.REFUSED, "policy.unknown-recipient")


@pytest.mark.parametrize(
    ("doubt", "state"), [(Doubt.FLAG, State.READY), (Doubt.HOLD, State.HELD), (Doubt.REFUSE, State.REFUSED)]
)
def test_a_mail_in_doubt_follows_its_agreement_and_carries_its_reason(doubt: Doubt, state: State) -> None:
    office = Office(replace(OUTWARD, doubt=doubt))
    delivery = translate(office.translating, office.open(letter(("CANARI", "Camille", None))).id)
    assert (delivery.state, delivery.reason) == (state, "doubt.no-birth-date")


@pytest.mark.parametrize("ambiguity", Ambiguity)
def test_ready_keeps_what_the_agreement_says_of_ambiguous_attempts(ambiguity: Ambiguity) -> None:
    office = Office(replace(OUTWARD, ambiguity=ambiguity))
    assert translate(office.translating, office.open(letter()).id).resend is (ambiguity is Ambiguity.RESEND)


def test_a_recipient_whose_certificate_is_over_is_for_the_operator_not_for_the_sender() -> None:
    office = Office()
    office.smime.expired.add(DOCTOR.address)
    delivery = translate(office.translating, office.open(letter()).id)
    assert (delivery.state, delivery.reason, delivery.wake_at) == (State.HELD, "cipher.expired", None)


def test_a_mail_of_two_patients_becomes_two_mails_of_one() -> None:
    office = Office()
    opened = office.open(letter(PATIENT, OTHER, PATIENT, text="bonjour"))
    office.settle()
    envelope = office.mailroom.envelope(opened.envelope)
    assert {d.id for d in office.ledger.everything()} == {opened.id, delivery_id(envelope.id, 0, 1)}
    first, second = sorted(office.sent(), key=lambda mail: len(mail["patients"]), reverse=True)
    assert (first["patients"], second["patients"]) == ([list(PATIENT)] * 2, [list(OTHER)])
    assert (first["text"], second["text"]) == ("bonjour", "")
    ready = next(e for e in office.ledger.history(opened.id) if e.state is State.READY)
    assert dict(ready.details)["loss.policy.shared-parts"] == "1"


def test_two_patients_are_judged_apart() -> None:
    office = Office(replace(OUTWARD, doubt=Doubt.HOLD))
    office.open(letter(("CANARI", "Camille", None), OTHER))
    office.settle()
    assert sorted(d.state.value for d in office.ledger.everything()) == ["ACCEPTED", "HELD"]


def test_a_mail_in_quarantine_opens_nothing_for_its_other_patients() -> None:
    office = Office()
    office.open(letter(PATIENT, OTHER, sender="other@apicrypt.example"))
    office.settle()
    assert office.only().state is State.QUARANTINED


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
