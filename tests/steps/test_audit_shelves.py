"""A partner, and a day's state, have shelves of their own: one question is one look, whatever else the ledger holds."""

from datetime import timedelta

import pytest

from passerelle.core.errors import MalformedError, UnavailableError
from passerelle.core.receipts.delivery import Delivery, group
from passerelle.core.receipts.lifecycle import State
from passerelle.steps import audit
from passerelle.steps.audit.ports import Asker, By, Question, Role
from tests.steps.asking import AUDITOR, CLOCK, DAY, PARTNER, TODAY, Archive, made
from tests.steps.office import DOCTOR


@pytest.fixture
def archive() -> Archive:
    return made()


def test_a_partner_sees_what_goes_to_his_own_domain_and_nothing_else(archive: Archive) -> None:
    mine = archive.put(1, group=group("labo.example"))
    theirs = archive.put(2, group=group(DOCTOR.address.rpartition("@")[2]))
    archive.put(3)
    assert audit.deliveries(archive.desk, PARTNER, DAY).deliveries == (mine,)
    assert audit.delivery(archive.desk, PARTNER, mine.id).delivery == mine
    said = []
    for unseen in (theirs.id, "f" * 32):
        with pytest.raises(UnavailableError) as caught:
            audit.delivery(archive.desk, PARTNER, unseen)
        said.append(str(caught.value))
    assert said[0] == said[1]


def test_a_partner_sees_what_comes_from_him_beside_what_goes_to_him_day_by_day(archive: Archive) -> None:
    his, day = group("labo.example"), timedelta(days=1)
    to, own = archive.put(1, group=his), archive.put(3, group=his, origin=his)
    back = archive.put(2, origin=his)
    before = archive.put(4, origin=his, opened_at=CLOCK.now - day)
    archive.put(5, group=his, opened_at=CLOCK.now + day)
    assert audit.deliveries(archive.desk, PARTNER, DAY).deliveries == (own, back, to)
    yesterday = Question(By.DAY, (TODAY - day).isoformat())
    assert audit.deliveries(archive.desk, PARTNER, yesterday).deliveries == (before,)


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_the_pages_of_a_partner_s_day_end_with_the_day(archive: Archive, size: int) -> None:
    his, found, at = group("labo.example"), list[Delivery](), ""
    put = [archive.put(number, **{("group", "origin")[number % 2]: his}) for number in range(6)]
    archive.put(9, group=his, opened_at=CLOCK.now - timedelta(days=1))
    for _ in range(-(-6 // size) + 1):
        page = audit.deliveries(archive.desk, PARTNER, DAY, at, size)
        found, at = [*found, *page.deliveries], page.cursor
        if not at:
            break
    assert (found, at) == (put[::-1], "")


@pytest.mark.parametrize("name", ["labo.example", "LABO.example ", "biologie@labo.example"])
def test_deliveries_are_found_by_a_partner_s_domain(archive: Archive, name: str) -> None:
    his = group("labo.example")
    put = [archive.put(1, group=his), archive.put(2, origin=his, opened_at=CLOCK.now - timedelta(days=90))]
    archive.put(3, group=group("other.example"))
    assert audit.search(archive.desk, AUDITOR, (By.PARTNER, name)).deliveries == tuple(put)
    assert "labo" not in repr(archive.register.asked)


def test_a_partner_finds_of_another_what_they_wrote_to_each_other_only(archive: Archive) -> None:
    other, his = group("other.example"), group("labo.example")
    both = archive.put(1, group=other, origin=his)
    archive.put(2, group=other, origin=group("third.example"))
    assert audit.search(archive.desk, PARTNER, (By.PARTNER, "other.example")).deliveries == (both,)


@pytest.mark.parametrize("wanted", [(By.PARTNER, ""), (By.PARTNER, "labo@"), (By.SENDER, "a@labo.example")])
def test_nothing_is_not_looked_for(archive: Archive, wanted: tuple[By, str]) -> None:
    with pytest.raises(MalformedError):
        audit.search(archive.desk, AUDITOR, wanted)


@pytest.mark.parametrize("state", State)
def test_a_day_and_a_state_are_asked_of_their_own_shelf(archive: Archive, state: State) -> None:
    """What is rare is found by one leaf, however much of the day there is."""
    rare = [archive.put(number, state=state) for number in range(3)]
    for number in range(10, 10 + 2 * audit.LEAF):
        other = State.ABSORBED if state is State.ACCEPTED else State.ACCEPTED
        archive.put(number, state=other)
    page = audit.deliveries(archive.desk, AUDITOR, Question(By.DAY, DAY.value, state), most=3)
    assert page.deliveries == tuple(rare[::-1])
    assert len(archive.register.leaves) == 1


def test_a_partner_of_no_domain_sees_nothing(archive: Archive) -> None:
    archive.put(1, group=group(""))
    archive.put(2)
    assert audit.deliveries(archive.desk, Asker("x", frozenset({Role.PARTNER})), DAY).deliveries == ()
