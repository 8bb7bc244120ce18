"""The same content goes to the same recipient once, and to very many only when a person says so."""

from dataclasses import replace

import pytest

from passerelle.core.receipts.lifecycle import State
from passerelle.steps.ports import TranslateDesk
from tests.fakes import FakeAgreements
from tests.steps.correspondence import mail
from tests.steps.office import DOCTOR, HOSPITAL, OUTWARD, Office, letter


def again(number: int, text: str = "") -> bytes:
    """Return the same content in another mail: another Message-ID, another header."""
    return mail(f"X-Copy: {number}", text=text)


def states(office: Office) -> list[State]:
    return [delivery.state for delivery in office.ledger.everything()]


def test_the_same_content_under_another_message_id_is_recorded_and_not_forwarded() -> None:
    office = Office()
    office.post(again(1))
    office.post(again(2))
    office.settle()
    first, second = office.ledger.everything()
    assert (first.state, second.state) == (State.ACCEPTED, State.ABSORBED)
    assert (second.reason, office.said(second)["earlier"]) == ("duplicate.suppressed", first.id)
    assert len(office.relay.inbox) == 1


def test_other_content_is_no_repetition() -> None:
    office = Office()
    office.post(again(1, "un"))
    office.post(again(2, "deux"))
    office.settle()
    assert states(office) == [State.ACCEPTED] * 2


def test_the_same_content_for_another_recipient_is_no_repetition() -> None:
    other = replace(DOCTOR, address="b@medical59.apicrypt.example", alias="b@passerelle.mssante.example")
    office = Office(OUTWARD, replace(OUTWARD, recipient=other))
    office.post(again(1), DOCTOR.alias)
    office.post(again(2), other.alias)
    office.settle()
    assert states(office) == [State.ACCEPTED] * 2


def test_what_failed_may_be_sent_again() -> None:
    office = Office()
    office.relay.plan.append("reject")
    office.post(again(1))
    office.settle()
    office.post(again(2))
    office.settle()
    assert [d.state for d in office.ledger.everything() if not d.notice_of] == [State.FAILED, State.ACCEPTED]


@pytest.mark.parametrize("failures", [1, 3])
def test_what_failed_and_was_sent_again_is_not_sent_a_third_time(failures: int) -> None:
    office = Office()
    office.relay.plan.extend(["reject", "accept"] * failures)  # each failure, then its notice
    for copy in range(failures + 3):
        office.post(again(copy))
        office.settle()
    ends = [d.state for d in office.ledger.everything() if not d.notice_of]
    assert ends == [*[State.FAILED] * failures, State.ACCEPTED, State.ABSORBED, State.ABSORBED]


def test_after_a_month_the_same_content_is_news() -> None:
    office = Office()
    office.post(again(1))
    office.settle()
    office.clock.forward(days=31)
    office.post(again(2))
    office.settle()
    assert states(office) == [State.ACCEPTED] * 2


def crowd(number: int, mass: int) -> Office:
    """Return an office where the hospital may write to so many, and so many at most get the same in a day."""
    people = [
        replace(DOCTOR, address=f"d{place}@medical59.apicrypt.example", alias=f"d{place}@passerelle.mssante.example")
        for place in range(number)
    ]
    office = Office()
    office.agreements.agreements[:] = FakeAgreements(*(replace(OUTWARD, recipient=one) for one in people)).agreements
    desk: TranslateDesk = office.translating
    office.translating = replace(desk, bridge=replace(desk.bridge, mass=mass))
    return office


@pytest.mark.parametrize(("recipients", "held"), [(3, 0), (4, 1), (6, 3)])
def test_the_same_content_in_many_mails_waits_for_a_person(recipients: int, held: int) -> None:
    office = crowd(recipients, mass=3)
    for place in range(recipients):
        office.post(again(place), f"d{place}@passerelle.mssante.example")
    office.settle()
    assert states(office).count(State.HELD) == held
    assert states(office).count(State.ACCEPTED) == recipients - held


def test_one_mail_to_many_waits_as_a_whole() -> None:
    office = crowd(4, mass=3)
    office.post(again(0), *(f"d{place}@passerelle.mssante.example" for place in range(4)))
    office.settle()
    assert states(office) == [State.HELD] * 4
    assert {delivery.reason for delivery in office.ledger.everything()} == {"policy.mass-mailing"}


def test_what_a_person_released_goes_out() -> None:
    office = crowd(4, mass=3)
    office.post(again(0), *(f"d{place}@passerelle.mssante.example" for place in range(4)))
    office.settle()
    held = office.ledger.everything()[0]
    office.force(held, State.RECEIVED, released=True)
    office.handle("translate", held.id)
    assert office.ledger.get(held.id).state is State.READY


def test_tomorrow_is_another_day() -> None:
    office = crowd(4, mass=3)
    for place in range(4):
        office.post(again(place), f"d{place}@passerelle.mssante.example")
        office.settle()
        office.clock.forward(hours=12)
    assert states(office) == [State.ACCEPTED] * 4


def test_the_ledger_s_keys_hold_nothing_of_the_mail() -> None:
    office = Office()
    office.post(letter())
    office.settle()
    keys = repr((office.ledger._claims, office.ledger._gathered)).casefold()
    assert HOSPITAL.address.casefold() not in keys
    assert "canari" not in keys
