"""The contract of the register, on its fake, on moto and on ministack."""

import re
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from passerelle.adapters.ledger import DynamoLedger
from passerelle.adapters.register import SIDES, DynamoRegister
from passerelle.core.receipts import chain
from passerelle.core.receipts.delivery import Delivery, Event, moved
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.marks import Kind
from passerelle.local.cloud.clients import Cloud
from passerelle.steps.audit.ports import By, Register
from passerelle.steps.ports import KEPT, Ledger
from tests.adapters import clouds
from tests.fakes import FakeLedger, FakeRegister

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PARTS = ["fake", "moto", pytest.param("emulator", marks=pytest.mark.emulator)]
ANY = "1"


@dataclass
class Books:
    """A ledger to write into, and its register to read."""

    ledger: Ledger
    register: Register

    def open(self, number: int, at: datetime = NOON, **marks: Any) -> Delivery:  # noqa: ANN401 - fields of Delivery
        """Open a delivery some seconds after noon."""
        one = Delivery(uuid.uuid4().hex, State.RECEIVED, at + timedelta(seconds=number), wake_at=at, **marks)
        event = chain.linked(Event(uuid.uuid4().hex, at, "accept", one.state), one)
        one = replace(one, head=chain.digest(event))
        assert self.ledger.open(one, event)
        return one

    def move(self, one: Delivery, state: State, reason: str) -> Delivery:
        """Move a delivery on."""
        after = moved(one, state, reason=reason, wake_at=None)
        event = chain.linked(Event(uuid.uuid4().hex, NOON, "translate", state, reason), after)
        self.ledger.record(after, event)
        return after

    def leaves(self, by: By, value: str, most: int) -> list[tuple[Delivery, ...]]:
        """Return all leaves of an index."""
        found, place = [], None
        while True:
            leaf = self.register.leaf(by, value, place, most)
            found.append(leaf.deliveries)
            place = leaf.place
            if place is None:
                return found


@pytest.fixture(params=PARTS)
def books(request: pytest.FixtureRequest) -> Books:
    if request.param == "fake":
        fake = FakeLedger()
        return Books(fake, FakeRegister(fake))
    cloud: Cloud = request.getfixturevalue(f"{request.param}_cloud")
    table, client = clouds.table(cloud, f"ledger-{uuid.uuid4().hex}"), cloud.client("dynamodb")
    return Books(DynamoLedger(client, table), DynamoRegister(client, table))


def test_a_day_is_told_newest_first_each_delivery_once(books: Books) -> None:
    put = [books.open(number) for number in range(7)]
    books.open(0, NOON + timedelta(days=1))
    leaves = books.leaves(By.DAY, "2026-11-22", 3)
    assert [one for leaf in leaves for one in leaf] == put[::-1]
    assert [len(leaf) for leaf in leaves if leaf] == [3, 3, 1]


def test_deliveries_of_the_same_moment_are_all_told(books: Books) -> None:
    put = {books.open(0).id for _ in range(5)}
    found = [one.id for leaf in books.leaves(By.DAY, "2026-11-22", 2) for one in leaf]
    assert len(found) == len(put)
    assert set(found) == put


def test_a_day_without_deliveries_has_none(books: Books) -> None:
    assert books.leaves(By.DAY, "2026-11-23", 3) == [()]


def test_what_waits_stands_in_its_index_only_while_it_waits(books: Books) -> None:
    books.open(0)
    held = books.move(books.open(1), State.HELD, "policy.held")
    quarantined = books.move(books.open(2), State.QUARANTINED, "cipher.signer")
    assert books.leaves(By.WAITING, ANY, 9) == [(quarantined, held)]
    books.move(held, State.RECEIVED, "operator.retried")
    assert books.leaves(By.WAITING, ANY, 9) == [(quarantined,)]


@pytest.mark.parametrize("kind", Kind)
def test_a_mark_finds_its_deliveries_as_they_stand_now(books: Books, kind: Kind) -> None:
    put = [books.open(number, NOON, **{kind.value: "a" * 32}) for number in range(5)]
    books.open(9, NOON, **{kind.value: "b" * 32})
    books.open(8)
    put[2] = books.move(put[2], State.HELD, "policy.held")
    found = [one for leaf in books.leaves(By(kind.value), "a" * 32, 2) for one in leaf]
    assert found == put[::-1]


@pytest.mark.parametrize("most", [1, 2, 3, 9])
def test_a_partner_s_deliveries_are_told_of_both_sides_each_once(books: Books, most: int) -> None:
    sides = ({"group": "p" * 16}, {"origin": "p" * 16}, {"group": "p" * 16, "origin": "p" * 16})
    put = [books.open(number, NOON, **sides[number % 3]) for number in range(7)]
    put += [books.open(6, group="p" * 16) for _ in range(2)]  # of the same moment
    books.open(3, group="q" * 16, origin="r" * 16)
    books.open(4)
    found = [one for leaf in books.leaves(By.PARTNER, "p" * 16, most) for one in leaf]
    assert found == sorted(put, key=lambda one: (one.opened_at, one.id), reverse=True)


def test_a_delivery_stands_on_the_shelf_of_its_day_and_end(books: Books) -> None:
    at_work = [books.open(number) for number in range(3)]
    refused = books.move(books.open(9), State.REFUSED, "xdm.missing")
    ready = books.move(at_work[1], State.READY, "")
    assert books.leaves(By.STANDING, "2026-11-22#AT-WORK", 9) == [(at_work[2], ready, at_work[0])]
    assert books.leaves(By.STANDING, "2026-11-22#REFUSED", 9) == [(refused,)]
    assert books.leaves(By.STANDING, "2026-11-21#REFUSED", 9) == [()]


@pytest.mark.parametrize(("most", "complete", "told"), [(3, False, 3), (9, True, 4)])
def test_a_day_is_counted_by_state_and_reason(books: Books, most: int, told: int, *, complete: bool) -> None:
    for number in range(3):
        books.open(number)
    books.move(books.open(9), State.REFUSED, "xdm.missing")
    tally = books.register.tally(NOON.date(), most)
    assert (tally.total, tally.complete) == (told, complete)
    assert tally.counts[State.REFUSED, "xdm.missing"] == 1
    assert tally.counts[State.RECEIVED, ""] == told - 1


def test_a_day_is_counted_by_where_its_mails_come_from_and_go_to_and_what_their_fields_say(books: Books) -> None:
    said: dict[str, Any] = {"source": "mssante", "sender_domain": "ch.example", "recipient_domain": "labo.example"}
    for number in range(2):
        books.open(number, **said, codes="11488-4", qualified="N", product="none")
    books.open(3)
    between = ("mssante", "ch.example", "labo.example", State.RECEIVED)
    assert books.register.tally(NOON.date(), 9).crossings == {
        (*between, "11488-4", "N", "none"): 2,
        ("", "", "", State.RECEIVED, "", "", ""): 1,
    }


def test_a_question_is_written_once_as_an_event_of_its_own(books: Books) -> None:
    asked = Delivery("audit-1", State.ABSORBED, NOON, reason="audit.delivery")
    event = chain.linked(Event(uuid.uuid4().hex, NOON, "audit", asked.state, asked.reason), asked)
    books.register.note(event, NOON + KEPT)
    assert books.leaves(By.DAY, "2026-11-22", 9) == [()]
    if isinstance(books.register, DynamoRegister):
        books.register.note(event, NOON + KEPT)
        assert list(books.ledger.logged(NOON, NOON + timedelta(seconds=1))) == [event]
        (item,) = books.register.client.scan(TableName=books.register.table)["Items"]
        assert item["expires"]["N"] == str(int((NOON + KEPT).timestamp()))


def test_audit_may_ask_every_index_that_a_question_is_put_to() -> None:
    asked = {by.value for by in By} - {By.PARTNER.value} | set(SIDES)
    made = {index["IndexName"] for index in clouds.resource("LedgerTable")["GlobalSecondaryIndexes"]}
    rights = str(clouds.resource("AuditRole")["Policies"])
    assert asked <= made
    assert [name for name in asked if f"/index/{re.sub('.*_mark', '*_mark', name)}'" not in rights] == []
