"""What `translate` decides, and what it leaves behind when it cannot decide."""

from dataclasses import replace

import pytest

from passerelle.core.message import Letters
from passerelle.core.policy import MOST_PATIENTS, Ambiguity, Doubt
from passerelle.core.receipts.backoff import HORIZON
from passerelle.core.receipts.delivery import delivery_id
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.translate import translate
from tests.steps.office import (
    CANARIES,
    DOCTOR,
    HOSPITAL,
    INWARD,
    OTHER,
    OUTWARD,
    PATIENT,
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
