"""Everything that happened is sealed once, in an order that its chains allow, whatever fails and whoever else seals."""

from dataclasses import replace
from datetime import timedelta

import pytest

from passerelle.core.errors import UnavailableError, UntrustedError
from passerelle.core.receipts import note
from passerelle.core.receipts.verification import Trust, verify
from passerelle.steps import seal as step
from passerelle.steps.seal import Sealed, gathering, seal
from tests.fakes import FakeArchive, FakeStamper
from tests.steps.sealing import KEY, OTHER, Crashing, Registry, check, late


def test_all_that_happened_is_sealed_and_nothing_twice() -> None:
    registry = Registry()
    registry.happen(100)
    assert registry.seal() == Sealed(300, 300)
    check(registry)
    assert registry.seal() == Sealed(300, 0)
    registry.happen(7)
    assert registry.seal() == Sealed(321, 21)
    check(registry)
    assert sorted(registry.archive.files)[:4] == [
        "checkpoint",
        "checkpoints/000000000300",
        "checkpoints/000000000321",
        "events/000000000000.jsonl",
    ]


def test_nothing_to_seal_is_no_seal() -> None:
    registry = Registry()
    assert registry.seal() == Sealed(0, 0)
    assert list(registry.archive.names("checkpoint")) == []


def test_what_may_still_be_written_waits() -> None:
    registry = Registry()
    registry.happen(1)
    assert registry.seal(timedelta(minutes=29)).size == 0
    assert registry.seal(timedelta(minutes=2)).size == 3


def test_a_delivery_goes_on_over_several_seals() -> None:
    registry = Registry()
    (delivery,) = registry.happen(1, steps=1)
    for hours in (1, 2, 50, 1000):
        registry.seal(timedelta(hours=hours))
        delivery = registry.go_on(delivery)
    assert registry.seal() == Sealed(5, 1)
    check(registry)


def test_a_large_seal_is_cut_into_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "MOST_EVENTS", 7)
    registry = Registry()
    registry.happen(10)
    assert registry.seal().size == 30
    assert len(list(registry.archive.names("events/"))) == 5
    check(registry)


def test_what_has_waited_for_long_is_taken_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST", 7)
    registry = Registry()
    deliveries = registry.happen(10)
    for _ in range(30):
        registry.clock.forward(hours=1)
        deliveries += registry.happen(1)
    broken = registry.ledger._events[deliveries[3].id]
    broken[1] = replace(broken[1], reason="another")
    assert registry.seal() == Sealed(117, 117, broken=(deliveries[3].id,))
    assert len(registry.sealed()) == len(set(registry.sealed())) == 117
    assert verify(registry.archive, Trust((KEY.verifier,))).wrong is None


def test_what_the_index_shows_late_is_sealed_late() -> None:
    registry = Registry()
    delivery, other = registry.happen(2)
    missing = registry.ledger.history(delivery.id)[-1], *registry.ledger.history(other.id)
    registry.desk = replace(registry.desk, ledger=late(registry, *missing))
    assert registry.seal().size == 2
    registry.desk = replace(registry.desk, ledger=registry.ledger)
    assert registry.seal() == Sealed(6, 4)
    check(registry)


def test_a_gap_in_the_index_is_filled_from_the_delivery_itself() -> None:
    registry = Registry()
    (delivery,) = registry.happen(1)
    registry.desk = replace(registry.desk, ledger=late(registry, registry.ledger.history(delivery.id)[1]))
    assert registry.seal().size == 3
    check(registry)


def test_a_clock_that_is_behind_puts_no_event_before_its_predecessor() -> None:
    registry = Registry()
    (delivery,) = registry.happen(1, steps=1)
    registry.clock.forward(seconds=-30)
    registry.go_on(delivery)
    registry.clock.forward(seconds=60)
    registry.seal()
    check(registry)


def test_a_predecessor_from_a_clock_ahead_comes_with_its_successor() -> None:
    registry = Registry()
    (delivery,) = registry.happen(1, steps=1)
    registry.clock.forward(minutes=-10)
    registry.go_on(delivery)
    assert registry.seal(timedelta(minutes=31)).size == 2
    check(registry)


@pytest.mark.parametrize("after", [False, True])
def test_a_seal_that_is_cut_off_anywhere_is_finished_with_the_same_bytes(*, after: bool) -> None:
    registry = Registry()
    registry.happen(200)
    registry.seal()
    registry.happen(30)
    before, expected = dict(registry.archive.files), registry
    expected.seal()
    whole = dict(expected.archive.files)
    for boundary in range(1, len(whole) - len(before) + 3):
        files = dict(before)
        crashing = replace(registry.desk, archive=Crashing(files, boundary, after=after))
        try:
            seal(crashing)
        except UnavailableError:
            registry.happen(1)
            seal(replace(registry.desk, archive=FakeArchive(files)))
        assert files == whole


def test_sealers_at_the_same_time_make_one_log() -> None:
    """One of two has looked before the other one kept anything, and keeps its own after."""
    registry = Registry()
    registry.happen(5)
    registry.clock.forward(hours=1)

    class Slow(FakeArchive):
        def keep(self, name: str, content: bytes) -> bytes:
            if name.startswith("events/") and not self.files.get(name):
                registry.happen(1)
                registry.clock.forward(hours=1)
                seal(registry.desk)
            return super().keep(name, content)

    assert seal(replace(registry.desk, archive=Slow(registry.archive.files))).size == 18
    check(registry)


def test_a_new_key_goes_on_where_the_former_signed() -> None:
    registry = Registry()
    registry.happen(1)
    registry.seal()
    registry.signatory.now = OTHER
    registry.happen(1)
    with pytest.raises(UntrustedError):
        registry.seal()
    registry.signatory.now = replace(OTHER, former=(KEY.verifier,))
    assert registry.seal() == Sealed(6, 3)
    assert note.verify(registry.archive.files["checkpoint"], OTHER.verifier)[0].size == 6
    assert len(list(registry.archive.names("keys/"))) == 2


def test_a_timestamp_is_asked_for_until_there_is_one() -> None:
    registry, stamper = Registry(), FakeStamper()
    registry.desk = replace(registry.desk, stamper=stamper)
    assert registry.seal() == Sealed(0, 0)
    registry.happen(1)
    stamper.fault = UnavailableError("stamp.unavailable", "No authority answers.")
    assert registry.seal() == Sealed(3, 3, "stamp.unavailable")
    stamper.fault = None
    assert registry.seal() == registry.seal() == Sealed(3, 0)
    assert (stamper.stamped, list(registry.archive.names("timestamps/"))) == (1, ["timestamps/000000000003.tsr"])
