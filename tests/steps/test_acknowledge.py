"""Who is told what, once."""

import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage
from typing import cast

import pytest

from passerelle.core.receipts.delivery import Delivery, group, notice_id
from passerelle.core.receipts.lifecycle import OWING, State
from passerelle.steps.accept import accept
from passerelle.steps.acknowledge import acknowledge
from passerelle.steps.ports import Ledger
from passerelle.steps.translate import translate
from tests.steps.faults import Meanwhile
from tests.steps.office import CANARIES, DOCTOR, HOSPITAL, Office, letter

NOBODY = "nobody@passerelle.mssante.example"


def refused(office: Office, mail: bytes = b"", sender: str = HOSPITAL.address) -> Delivery:
    return translate(office.translating, office.open(mail or letter(), NOBODY, sender=sender).id)


def arrived(office: Office) -> EmailMessage:
    ((_, mail),) = office.relay.inbox
    message = email.message_from_bytes(mail, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_refusal_opens_a_notice_that_is_ready_to_go_to_the_sender_on_his_own_network() -> None:
    office = Office()
    told = acknowledge(office.acknowledging, refused(office).id)
    assert (told.state, told.reason, told.wake_at) == (State.REFUSED, "policy.unknown-recipient", None)
    notice = office.ledger.get(told.notice)
    assert (notice.id, notice.notice_of, notice.state) == (notice_id(told.id), told.id, State.READY)
    envelope = office.mailroom.envelope(notice.outgoing)
    assert (envelope.network, envelope.sender, envelope.recipients) == (HOSPITAL.network, "", (HOSPITAL.address,))
    assert office.queue.wakes[-1] == ("deliver", notice.id)
    shared = group(HOSPITAL.address.rpartition("@")[2])
    assert (notice.group, office.queue.groups[notice.id]) == (shared, shared)
    assert office.said(told) == {"notice": notice.id, "says": "failed"}
    assert office.said(notice)["notice-of"] == told.id


def test_the_notice_arrives_with_reason_and_recipient_and_nothing_of_the_mail() -> None:
    office = Office()
    mail = b"Message-ID: <one@canari.example>\r\nFrom: a@b.example\r\nSubject: Camille SERIN\r\n\r\nbody of SERIN"
    refused(office, mail)
    office.settle()
    notice = arrived(office)
    text = notice.as_string()
    assert notice["In-Reply-To"] == "<one@canari.example>"
    assert "policy.unknown-recipient" in text
    assert NOBODY in text
    assert "5.1.1" in text
    assert "serin" not in text.casefold()
    assert notice["X-MSS-NIL"] == "DEV000000"


def test_a_notice_to_apicrypt_has_no_header_of_mssante() -> None:
    office = Office()
    refused(office, sender=DOCTOR.address)
    office.settle()
    assert arrived(office)["X-MSS-NIL"] is None


def test_a_failure_is_told_too() -> None:
    office = Office()
    office.relay.plan.append("reject")
    office.open(letter())
    office.settle()
    assert "delivery.rejected" in arrived(office).as_string()


def test_a_mail_too_large_to_be_read_is_refused_and_its_sender_told() -> None:
    office = Office()
    key = office.post(letter(text="x" * 5000))
    office.mailroom.largest = 4000
    accept(office.desk, key)
    office.settle()
    assert "5.3.4" in arrived(office).as_string()
    assert "mail.size" in arrived(office).as_string()


def test_a_second_run_tells_nobody_again() -> None:
    office = Office()
    told = acknowledge(office.acknowledging, refused(office).id)
    office.clock.forward(hours=1)
    assert acknowledge(office.acknowledging, told.id) == told
    office.settle()
    assert len(office.relay.inbox) == 1


def test_two_runs_at_once_send_one_notice() -> None:
    office = Office()
    delivery = refused(office)

    def tell(found: Delivery) -> None:
        acknowledge(office.acknowledging, found.id)
        office.clock.forward(seconds=1)

    racing = replace(office.acknowledging, ledger=cast("Ledger", Meanwhile(office.ledger, "get", tell)))
    assert acknowledge(racing, delivery.id).notice == notice_id(delivery.id)
    office.settle()
    assert len(office.relay.inbox) == 1


def test_a_null_sender_is_never_answered() -> None:
    office = Office()
    told = acknowledge(office.acknowledging, refused(office, sender="").id)
    assert (told.state, told.notice, told.wake_at) == (State.REFUSED, "", None)
    assert office.said(told) == {"notice": "none"}
    assert len(office.ledger.everything()) == 1


def test_a_notice_that_fails_is_never_answered() -> None:
    office = Office()
    office.relay.plan.extend(["reject"] * 5)
    refused(office)
    office.settle()
    original, notice = sorted(office.ledger.everything(), key=lambda d: d.notice_of)
    assert (original.state, notice.state) == (State.REFUSED, State.FAILED)
    assert (notice.notice, notice.wake_at) == ("", None)


@pytest.mark.parametrize("state", [s for s in State if s not in OWING])
def test_a_delivery_in_any_other_state_is_left_alone(state: State) -> None:
    office = Office()
    forced = office.force(office.open(letter()), state)
    assert acknowledge(office.acknowledging, forced.id) == forced
    assert len(office.ledger.everything()) == 1


def test_no_event_names_anybody() -> None:
    office = Office()
    refused(office)
    office.settle()
    assert not any(canary in office.all_text() for canary in CANARIES)
