"""A log that was changed, has a hole or a fork is not continued."""

from dataclasses import replace

import pytest

from passerelle.core.errors import MalformedError, UnavailableError, UntrustedError
from passerelle.core.receipts import chain
from passerelle.steps.seal import Sealed
from tests.steps.sealing import Registry, check


def test_a_tile_with_other_bytes_is_a_fork() -> None:
    registry = Registry()
    registry.happen(1)
    registry.seal()
    registry.happen(1)
    registry.archive.files["tile/0/000.p/6"] = bytes(32 * 6)
    with pytest.raises(UntrustedError) as caught:
        registry.seal()
    assert caught.value.code == "archive.forked"


@pytest.mark.parametrize("name", ["tile/0/000.p/3", "checkpoint", "checkpoints/000000000003"])
def test_a_log_that_was_changed_is_not_continued(name: str) -> None:
    registry = Registry()
    registry.happen(1)
    registry.seal()
    content = registry.archive.files[name]
    registry.archive.files[name] = content[:-3] + b"xx\n"
    registry.happen(1)
    with pytest.raises((UntrustedError, MalformedError)):
        registry.seal()


@pytest.mark.parametrize("name", ["tile/0/000.p/3", "tile/entries/000.p/3", "events/000000000000.jsonl"])
def test_a_log_with_a_hole_is_not_continued(name: str) -> None:
    registry = Registry()
    registry.happen(1)
    registry.seal()
    del registry.archive.files[name]
    registry.happen(1)
    with pytest.raises((UnavailableError, UntrustedError)):
        registry.seal()


def test_a_newest_checkpoint_that_lags_behind_is_passed_over() -> None:
    registry = Registry()
    registry.happen(1)
    registry.seal()
    old = registry.archive.files["checkpoint"]
    registry.happen(1)
    registry.seal()
    registry.archive.files["checkpoint"] = old
    registry.happen(1)
    assert registry.seal() == Sealed(9, 3)
    check(registry)


def test_an_event_that_was_changed_in_the_ledger_stays_out_and_is_told() -> None:
    registry = Registry()
    broken, good = registry.happen(2)
    events = registry.ledger._events[broken.id]
    events[1] = replace(events[1], reason="another")
    assert registry.seal() == Sealed(3, 3, broken=(broken.id,))
    assert {chain.read(entry).delivery for entry in registry.sealed()} == {good.id}


def test_an_event_that_is_changed_after_its_seal_is_told() -> None:
    registry = Registry()
    (delivery,) = registry.happen(1)
    registry.seal()
    events = registry.ledger._events[delivery.id]
    events[-1] = replace(events[-1], reason="another")
    assert registry.seal() == Sealed(3, 0, broken=(delivery.id,))
