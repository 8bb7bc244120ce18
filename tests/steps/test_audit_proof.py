"""What is proven of a delivery: chained, sealed, stamped, or not yet; and what stands against it."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from passerelle.core.errors import UnavailableError, UntrustedError
from passerelle.core.receipts import archive, chain, slip, timestamp
from passerelle.core.receipts.delivery import Delivery
from passerelle.core.receipts.verification import Trust
from passerelle.steps import audit
from passerelle.steps.audit import proof
from passerelle.steps.audit.ports import Asker, AuditDesk, Role
from passerelle.steps.audit.proof import Proof
from passerelle.steps.seal.stamping import checker
from tests.fakes import FakeArchive, FakeRegister
from tests.steps.sealing import KEY, Registry
from tests.vectors import tsa

ANNE = Asker("anne", frozenset({Role.AUDITOR}))


class Bench:
    """A bridge that seals, and somebody who asks it."""

    def __init__(self) -> None:
        self.registry = Registry()
        self.desk = AuditDesk(
            clock=self.registry.clock,
            mint=self.registry.mint,
            ledger=self.registry.ledger,
            register=FakeRegister(self.registry.ledger),
            archive=self.registry.archive,
            sealing=self.registry.desk.delay,
        )

    def prove(self, delivery: Delivery) -> Proof:
        return proof.prove(self.desk, audit.delivery(self.desk, ANNE, delivery.id))


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_what_is_not_sealed_yet_says_when_it_will_be(bench: Bench) -> None:
    (one,) = bench.registry.happen()
    found = bench.prove(one)
    due = bench.registry.clock.now + bench.desk.sealing + proof.EVERY
    assert found == Proof(3, chained=True, kept=True, due=due)


def test_what_is_sealed_names_the_first_checkpoint_that_holds_all_of_it(bench: Bench) -> None:
    one, *_ = bench.registry.happen(2)
    until = bench.registry.clock.now
    bench.registry.seal()
    bench.registry.happen(300)
    bench.registry.seal()
    assert bench.prove(one) == Proof(3, chained=True, kept=True, sealed=3, checkpoint=6, until=until)


def test_what_went_on_after_the_seal_waits_for_the_next(bench: Bench) -> None:
    (one,) = bench.registry.happen(steps=1)
    bench.registry.seal()
    one = bench.registry.go_on(one)
    found = bench.prove(one)
    assert (found.events, found.sealed, found.late) == (2, 1, False)
    bench.registry.clock.now += 3 * proof.EVERY + bench.desk.sealing
    assert bench.prove(one).late
    bench.registry.seal()
    assert bench.prove(one).sealed == 2


def test_without_an_archive_only_the_chain_is_told(bench: Bench) -> None:
    (one,) = bench.registry.happen()
    bench.desk = replace(bench.desk, archive=None)
    assert bench.prove(one) == Proof(3, chained=True)


def test_a_timestamp_of_a_later_checkpoint_speaks_for_what_came_before(bench: Bench) -> None:
    one, *_ = bench.registry.happen(2)
    bench.registry.seal()
    bench.registry.happen(2)
    bench.registry.seal()
    authority = tsa.made()
    answer = authority.answer(timestamp.request(bench.registry.archive.files[archive.checkpoint(12)], 1))
    bench.registry.archive.files[archive.timestamp(12)] = answer
    assert bench.prove(one).stamped is None
    bench.desk = replace(bench.desk, stamps=lambda: checker(authority.anchor))
    found = bench.prove(one)
    assert isinstance(found.stamped, datetime)
    assert (found.checkpoint, found.fault) == (6, "")


def test_a_foreign_timestamp_is_told_as_a_contradiction(bench: Bench) -> None:
    one, *_ = bench.registry.happen(2)
    bench.registry.seal()
    answer = tsa.made().answer(timestamp.request(b"something else", 1))
    bench.registry.archive.files[archive.timestamp(6)] = answer
    bench.desk = replace(bench.desk, stamps=lambda: checker(tsa.made().anchor))
    found = bench.prove(one)
    assert (found.fault, found.contradicted) == ("stamp.content", True)


def test_an_event_that_was_changed_in_the_ledger_breaks_the_chain(bench: Bench) -> None:
    (one,) = bench.registry.happen()
    events = bench.registry.ledger._events[one.id]
    events[1] = replace(events[1], reason="policy.other")
    assert not bench.prove(one).chained


def test_a_whole_chain_that_was_forged_after_its_seal_is_not_in_the_archive(bench: Bench) -> None:
    (one,) = bench.registry.happen()
    bench.registry.seal()
    forged, delivery = [], Delivery(one.id, one.state, one.opened_at)
    for event in bench.registry.ledger._events[one.id]:
        other = chain.linked(replace(event, actor="forger"), delivery)
        delivery = replace(delivery, version=delivery.version + 1, head=chain.digest(other))
        forged.append(other)
    bench.registry.ledger._events[one.id] = forged
    bench.registry.ledger._deliveries[one.id] = replace(one, head=chain.digest(forged[-1]))
    bench.registry.clock.now += 2 * proof.EVERY + bench.desk.sealing
    found = bench.prove(one)
    assert (found.chained, found.sealed, found.late) == (True, 0, True)


@pytest.mark.parametrize("name", ["checkpoint", "tile/0/000.p/3"])
def test_an_archive_that_is_not_what_was_signed_is_a_contradiction(bench: Bench, name: str) -> None:
    (one,) = bench.registry.happen()
    bench.registry.seal()
    content = bench.registry.archive.files[name]
    bench.registry.archive.files[name] = content[:-2] + bytes([content[-2] ^ 1]) + content[-1:]
    found = bench.prove(one)
    assert found.chained
    assert found.fault
    assert found.contradicted


def test_an_archive_that_does_not_answer_is_no_contradiction(bench: Bench) -> None:
    class Silent(FakeArchive):
        def read(self, name: str) -> bytes | None:  # noqa: ARG002 - the port's
            raise UnavailableError("archive.unavailable", "The archive did not answer as it should.")

    (one,) = bench.registry.happen()
    bench.desk = replace(bench.desk, archive=Silent())
    found = bench.prove(one)
    assert (found.chained, found.fault, found.contradicted) == (True, "archive.unavailable", False)


def test_a_slip_is_made_for_who_may_see_the_delivery_and_its_asking_is_an_event(bench: Bench) -> None:
    (one,) = bench.registry.happen()
    with pytest.raises(UnavailableError, match="sealed yet"):
        proof.receipt(bench.desk, ANNE, one.id)
    bench.registry.seal()
    checked = slip.check(proof.receipt(bench.desk, ANNE, one.id), Trust((KEY.verifier,)))
    assert (checked.delivery, len(checked.events)) == (one.id, 3)
    register = bench.desk.register
    assert isinstance(register, FakeRegister)
    assert [event.reason for event in register.asked] == ["audit.slip", "audit.slip"]
    stranger = Asker("labo", frozenset({Role.PARTNER}), "labo.example")
    with pytest.raises(UnavailableError) as missing:
        proof.receipt(bench.desk, stranger, one.id)
    assert missing.value.code == "ledger.missing"


def test_a_slip_of_another_key_is_not_believed(bench: Bench) -> None:
    (one,) = bench.registry.happen()
    bench.registry.seal()
    del bench.registry.archive.files[f"keys/{KEY.verifier.key_id.hex()}"]
    found = bench.prove(one)
    assert found.contradicted or found.fault
    with pytest.raises(UntrustedError):
        proof.receipt(bench.desk, ANNE, one.id)


def test_seal_runs_as_often_as_is_said() -> None:
    template = (Path(__file__).parents[2] / "template.yaml").read_text("utf-8")
    assert timedelta(hours=1) == proof.EVERY
    assert "Schedule: rate(1 hour), Description: What is sealed" in template
