"""The figures of a month: each delivery once, by domain and state; and what MSSanté's fields say, in codes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from passerelle.core.errors import MalformedError, UnsupportedError
from passerelle.core.message import Dispatch, Labels, Message, Network, Opened, Written
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.audit import MOST_COUNTED
from passerelle.steps.audit import statistics as counting
from passerelle.steps.audit.ports import AuditDesk, Crossing, Tally
from passerelle.steps.audit.statistics import Flow, Label, statistics
from tests.fakes import FakeForm, FakeMint, FakeRegister
from tests.steps.asking import AUDITOR, CLOCK, OPERATOR, PARTNER, Archive, made
from tests.steps.office import DOCTOR, HOSPITAL, Office, letter

MONTH = "2026-11"
LABELS = Labels("34112-3,PRESC-BIO", "O", "DEV935997")


class Labelled(FakeForm):
    """A network whose mails have X-MSS-… fields."""

    def read(self, opened: Opened, /) -> Message:
        return replace(super().read(opened), labels=LABELS)

    def write(self, message: Message, dispatch: Dispatch, /) -> Written:
        return replace(super().write(message, dispatch), labels=Labels("11488-4", "N", "none"))


@pytest.fixture
def archive() -> Archive:
    return made()


def office() -> Office:
    """Return an office whose MSSanté is labelled."""
    made = Office()
    made.translating = replace(made.translating, forms={**made.translating.forms, Network.MSSANTE: Labelled()})
    return made


def test_a_month_is_counted_by_domain_state_and_field() -> None:
    here = office()
    here.open(letter())
    here.open(letter(sender=DOCTOR.address, id="back@source.example"), sender=DOCTOR.address)
    here.open(letter(id="lost@source.example"), "nobody@elsewhere.example")
    here.settle()
    desk = AuditDesk(clock=here.clock, mint=FakeMint(), ledger=here.ledger, register=FakeRegister(here.ledger))
    found = statistics(desk, AUDITOR, MONTH)
    hospital, doctor = "ch-exemple.mssante.example", "medical59.apicrypt.example"
    assert set(found.flows) == {
        Flow("mssante", hospital, doctor, State.ACCEPTED, 1),
        Flow("apicrypt", doctor, hospital, State.ACCEPTED, 1),
        Flow("mssante", "", "", State.REFUSED, 1),
        Flow("", "", "", State.ACCEPTED, 1),  # the notice
    }
    assert {(one.source, one.field, one.value) for one in found.labels if one.source} == {
        ("mssante", "X-MSS-CODECDA", "34112-3"),
        ("mssante", "X-MSS-CODECDA", "PRESC-BIO"),
        ("mssante", "X-MSS-INS", "O"),
        ("mssante", "X-MSS-NIL", "DEV935997"),
        ("apicrypt", "X-MSS-CODECDA", "11488-4"),
        ("apicrypt", "X-MSS-INS", "N"),
        ("apicrypt", "X-MSS-NIL", "none"),
    }
    assert Label("", "X-MSS-NIL", "DEV000000", 1) in found.labels
    assert found.complete


def test_the_event_of_a_mail_that_crossed_says_what_is_counted() -> None:
    here = office()
    opened = here.open(letter())
    here.settle()
    (ready,) = [event for event in here.ledger.history(opened.id) if event.state is State.READY]
    said = dict(ready.details)
    assert (said["codecda"], said["ins"], said["nil"]) == ("34112-3,PRESC-BIO", "O", "DEV935997")
    assert (said["from"], said["to"]) == tuple(one.address.partition("@")[2] for one in (HOSPITAL, DOCTOR))
    (envelope, mail), *_ = here.relay.inbox
    assert said["size"] == str(len(mail))
    assert envelope.recipients == (DOCTOR.address,)


def test_each_delivery_is_counted_once_and_only_in_its_month(archive: Archive) -> None:
    for number in range(3):
        archive.put(number, sender_domain="ch.example", recipient_domain="labo.example", source="mssante")
    archive.put(9, opened_at=CLOCK.now - timedelta(days=22))
    (flow,) = statistics(archive.desk, AUDITOR, MONTH).flows
    assert flow == Flow("mssante", "ch.example", "labo.example", State.ACCEPTED, 3)
    assert [one.number for one in statistics(archive.desk, AUDITOR, "2026-10").flows] == [1]


@pytest.mark.parametrize(("more", "complete"), [(0, True), (1, False)])
def test_a_day_with_too_many_is_not_complete(archive: Archive, more: int, *, complete: bool) -> None:
    for number in range(MOST_COUNTED + more):
        archive.put(number, opened_at=CLOCK.now + timedelta(milliseconds=number))
    found = statistics(archive.desk, AUDITOR, MONTH)
    assert (found.complete, found.flows[0].number) == (complete, MOST_COUNTED)


@pytest.mark.parametrize(("more", "complete"), [(0, True), (1, False)])
def test_an_answer_has_so_many_lines(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, more: int, *, complete: bool
) -> None:
    monkeypatch.setattr(counting, "MOST_LINES", 3)
    for number in range(3 + more):
        archive.put(number, sender_domain=f"{number}.example")
    archive.put(100, sender_domain="0.example")
    found = statistics(archive.desk, AUDITOR, MONTH)
    assert (len(found.flows), found.flows[0].number, found.complete) == (3, 2, complete)


def test_a_month_that_the_ledger_forgets_is_not_complete(archive: Archive) -> None:
    assert statistics(archive.desk, AUDITOR, "2025-11").complete
    assert not statistics(archive.desk, AUDITOR, "2025-10").complete


def test_days_to_come_are_not_asked_for(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, tally = list[str](), archive.register.tally

    def listening(day: date, most: int) -> Tally:
        asked.append(day.isoformat())
        return tally(day, most)

    monkeypatch.setattr(archive.register, "tally", listening)
    statistics(archive.desk, AUDITOR, MONTH)
    assert asked == [f"{MONTH}-{day:02}" for day in range(1, 23)]
    statistics(archive.desk, AUDITOR, "2026-02")
    assert len(asked) == 22 + 28
    assert statistics(archive.desk, AUDITOR, "9999-12").flows == ()
    assert len(asked) == 22 + 28


def test_figures_are_asked_for_as_an_event_by_staff_only(archive: Archive) -> None:
    statistics(archive.desk, OPERATOR, MONTH)
    assert [event.reason for event in archive.register.asked] == ["audit.statistics"]
    with pytest.raises(UnsupportedError):
        statistics(archive.desk, PARTNER, MONTH)


@pytest.mark.parametrize("month", ["", "2026", "2026-13", "2026-1", "1999-12", "0000-01", "2026-11-22"])
def test_what_is_no_month_is_told(archive: Archive, month: str) -> None:
    with pytest.raises(MalformedError) as refused:
        statistics(archive.desk, AUDITOR, month)
    assert refused.value.code == "audit.month"


def test_a_delivery_is_counted_by_what_it_says(archive: Archive) -> None:
    one = archive.put(1, source="apicrypt", codes="11488-4", qualified="N", product="DEV000000")
    assert Crossing.of(one) == ("apicrypt", "", "", State.ACCEPTED, "11488-4", "N", "DEV000000")
