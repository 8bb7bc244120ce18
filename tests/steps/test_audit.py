"""Who may ask what, what he is told, and that each question is an event before its answer."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.errors import MalformedError, UnavailableError, UnsupportedError
from passerelle.core.receipts import chain
from passerelle.core.receipts.delivery import Delivery
from passerelle.core.receipts.lifecycle import State
from passerelle.steps import audit
from passerelle.steps.audit import Act, cursor
from passerelle.steps.audit.ports import Asker, AuditDesk, By, Place, Question, Role
from tests.fakes import FakeMint, FakeRegister
from tests.steps.asking import AUDITOR, CLOCK, DAY, OPERATOR, PARTNER, TODAY, Archive, made
from tests.steps.office import Office, letter


@pytest.fixture
def archive() -> Archive:
    return made()


def test_one_delivery_comes_with_all_that_happened_to_it() -> None:
    office = Office()
    opened = office.open(letter())
    office.settle()
    desk = AuditDesk(clock=office.clock, mint=FakeMint(), ledger=office.ledger, register=FakeRegister(office.ledger))
    account = audit.delivery(desk, AUDITOR, opened.id)
    assert account.delivery == office.ledger.get(opened.id)
    assert [event.state for event in account.events][-1] is State.ACCEPTED


def test_pages_hold_every_delivery_once_newest_first(archive: Archive) -> None:
    put = [archive.put(number) for number in range(23)]
    found, at = list[Delivery](), ""
    for _ in range(5):
        page = audit.deliveries(archive.desk, AUDITOR, DAY, at, 5)
        found, at = [*found, *page.deliveries], page.cursor
    assert found == put[::-1]
    assert at == ""


@pytest.mark.parametrize("size", [1, 3, 7, 50])
def test_pages_that_leave_deliveries_out_are_filled_all_the_same(archive: Archive, size: int) -> None:
    wanted = [archive.put(number, state=State.FAILED if number % 7 == 0 else State.ACCEPTED) for number in range(50)]
    question, found, at = Question(By.DAY, DAY.value, State.FAILED), list[Delivery](), ""
    while True:
        page = audit.deliveries(archive.desk, AUDITOR, question, at, size)
        found, at = [*found, *page.deliveries], page.cursor
        if not at:
            break
        assert len(page.deliveries) == size
    assert found == wanted[::7][::-1]


def test_what_is_rare_takes_bounded_time_and_can_be_gone_on_with(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "LEAF", 2)
    rare = archive.put(0, reason="delivery.expired")
    for number in range(1, 3 + 2 * audit.LOOKS):
        archive.put(number)
    question = Question(By.DAY, DAY.value, reason="delivery.")
    first = audit.deliveries(archive.desk, AUDITOR, question)
    assert first.deliveries == ()
    second = audit.deliveries(archive.desk, AUDITOR, question, first.cursor)
    assert (second.deliveries, second.cursor) == ((rare,), "")


@pytest.mark.parametrize("asked", [0, -1, audit.LONGEST_PAGE, audit.LONGEST_PAGE + 1])
def test_a_page_has_one_to_two_hundred(archive: Archive, asked: int) -> None:
    for number in range(audit.LONGEST_PAGE + 1):
        archive.put(number)
    found = audit.deliveries(archive.desk, AUDITOR, DAY, most=asked).deliveries
    assert len(found) == min(max(asked, 1), audit.LONGEST_PAGE)


def test_what_waits_for_a_person_is_found_whatever_its_day(archive: Archive) -> None:
    held = archive.put(1, state=State.HELD, opened_at=CLOCK.now - timedelta(days=40))
    archive.put(2)
    page = audit.deliveries(archive.desk, OPERATOR, Question(By.WAITING, audit.ANY))
    assert page.deliveries == (held,)


def test_volumes_are_counted_day_by_day_and_their_causes_by_number(archive: Archive) -> None:
    for number in range(3):
        archive.put(number, state=State.FAILED, reason="delivery.expired")
    archive.put(4, state=State.REFUSED, reason="xdm.missing", opened_at=CLOCK.now - timedelta(days=1))
    archive.put(5)
    tallies = audit.volumes(archive.desk, AUDITOR, TODAY, 3)
    assert [(one.day, one.total) for one in tallies] == [
        (TODAY - timedelta(days=2), 0),
        (TODAY - timedelta(days=1), 1),
        (TODAY, 4),
    ]
    wrong = frozenset({State.FAILED, State.REFUSED})
    assert audit.causes(tallies, wrong) == (("delivery.expired", 3), ("xdm.missing", 1))


@pytest.mark.parametrize(("asked", "counted"), [(0, 1), (audit.MOST_DAYS, 31), (audit.MOST_DAYS + 1, 31)])
def test_volumes_speak_of_one_month_at_most(archive: Archive, asked: int, counted: int) -> None:
    assert len(audit.volumes(archive.desk, AUDITOR, TODAY, asked)) == counted


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("act", Act)
def test_a_role_has_its_rights_and_no_other(archive: Archive, role: Role, act: Act) -> None:
    asker = Asker("anne", frozenset({role}))
    if act in audit.RIGHTS[role]:
        audit.permit(archive.desk, asker, act)
        assert archive.register.asked == []
    else:
        with pytest.raises(UnsupportedError):
            audit.permit(archive.desk, asker, act)
        (refused,) = archive.register.asked
        assert (refused.reason, dict(refused.details)["value"]) == ("audit.refused", act.name.lower())


def test_rights_add_up_and_without_a_role_there_are_none() -> None:
    both = Asker("anne", frozenset({Role.AUDITOR, Role.OPERATOR}))
    assert [act for act in Act if not audit.may(both, act)] == []
    assert [act for act in Act if audit.may(Asker("anne", frozenset()), act)] == []


def test_each_question_is_an_event_of_its_own_chain(archive: Archive) -> None:
    one = archive.put(1)
    audit.deliveries(archive.desk, AUDITOR, DAY)
    audit.delivery(archive.desk, AUDITOR, one.id)
    audit.volumes(archive.desk, OPERATOR, TODAY, 7)
    told = [(event.actor, event.reason, *(said for _, said in event.details)) for event in archive.register.asked]
    assert told == [
        ("audit", "audit.deliveries", "anne.durand", "auditor", TODAY.isoformat()),
        ("audit", "audit.delivery", "anne.durand", "auditor", one.id),
        ("audit", "audit.volumes", "karim", "operator", f"{TODAY.isoformat()} 7"),
    ]
    assert len({event.delivery for event in archive.register.asked}) == 3
    for event in archive.register.asked:
        chain.check([event])


def test_a_question_that_cannot_be_recorded_is_not_answered(archive: Archive) -> None:
    class Deaf(FakeRegister):
        def note(self, *_: object) -> None:
            raise UnavailableError("ledger.unavailable", "Planted.")

    one = archive.put(1)
    desk = AuditDesk(clock=CLOCK, mint=FakeMint(), ledger=archive.ledger, register=Deaf(archive.ledger))
    with pytest.raises(UnavailableError):
        audit.delivery(desk, AUDITOR, one.id)


def test_an_event_does_not_keep_what_is_no_id(archive: Archive) -> None:
    with pytest.raises(UnavailableError):
        audit.delivery(archive.desk, AUDITOR, "camille.canari@patient.example")
    assert "canari" not in repr(archive.register.asked)


@pytest.mark.parametrize(
    "other",
    [
        (Question(By.DAY, "2026-11-21"), AUDITOR),
        (Question(By.WAITING, DAY.value), AUDITOR),
        (Question(By.DAY, DAY.value, State.HELD), AUDITOR),
        (Question(By.DAY, DAY.value, reason="x"), AUDITOR),
        (DAY, PARTNER),
    ],
)
def test_a_cursor_is_good_for_its_own_question_only(other: tuple[Question, Asker]) -> None:
    place = Place(CLOCK.now, "0" * 32)
    given = cursor.write(DAY, AUDITOR, place)
    assert cursor.read(DAY, OPERATOR, given) == place
    with pytest.raises(MalformedError):
        cursor.read(*other, given)


@given(st.one_of(st.text(max_size=300), st.binary(max_size=100).map(bytes.hex)))
def test_whatever_is_no_cursor_is_refused(text: str) -> None:
    if text:
        with pytest.raises(MalformedError):
            cursor.read(DAY, AUDITOR, text)


@given(st.datetimes(), st.integers(0, 2**128 - 1))
def test_a_cursor_names_its_place(at: object, number: int) -> None:
    place = Place(at.replace(tzinfo=CLOCK.now.tzinfo), f"{number:032x}")  # type: ignore[attr-defined]
    assert cursor.read(DAY, AUDITOR, cursor.write(DAY, AUDITOR, place)) == place
