"""A bridge that seals: a ledger, an archive, a clock and a key, all pretended."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from passerelle.core.errors import UnavailableError
from passerelle.core.receipts import chain, note, tiles, tree
from passerelle.core.receipts.delivery import Delivery, Event, delivery_id, moved, noted
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.note import Verifier
from passerelle.core.receipts.signing import SealKey
from passerelle.steps.seal import Sealed, seal
from passerelle.steps.seal.ports import SealDesk
from tests.fakes import FakeArchive, FakeClock, FakeLedger, FakeMint, FakeSignatory

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAME = "passerelle.example/remises"
KEY = SealKey(Verifier(NAME, SECRET.public_key().public_bytes_raw()), SECRET.sign)
OTHER_SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
OTHER = SealKey(Verifier(NAME, OTHER_SECRET.public_key().public_bytes_raw()), OTHER_SECRET.sign)


class Registry:
    """A ledger that things happen in, and what seals it."""

    def __init__(self) -> None:
        self.clock, self.ledger, self.archive, self.mint = FakeClock(), FakeLedger(), FakeArchive(), FakeMint()
        self.signatory = FakeSignatory(KEY)
        self.desk = SealDesk(clock=self.clock, ledger=self.ledger, archive=self.archive, signatory=self.signatory)
        self.opened = 0

    def happen(self, deliveries: int = 1, steps: int = 3) -> list[Delivery]:
        """Let mails come in and be refused, so many events each, a second apart."""
        return [self._life(steps) for _ in range(deliveries)]

    def _life(self, steps: int) -> Delivery:
        self.opened += 1
        delivery = self.write(Delivery(delivery_id("e" * 64, self.opened), State.RECEIVED, self.clock()))
        for _ in range(steps - 2):
            delivery = self.go_on(delivery)
        return self.write(moved(delivery, State.REFUSED, reason="xdm.hash")) if steps > 1 else delivery

    def go_on(self, delivery: Delivery) -> Delivery:
        """Let something be noted."""
        return self.write(noted(delivery, attempts=delivery.attempts + 1))

    def write(self, delivery: Delivery) -> Delivery:
        """Write the next state of a delivery, as a desk does."""
        self.clock.forward(seconds=1)
        event = chain.linked(Event(self.mint(), self.clock(), "translate", delivery.state, delivery.reason), delivery)
        delivery = replace(delivery, head=chain.digest(event))
        if delivery.version:
            self.ledger.record(delivery, event)
        else:
            self.ledger.open(delivery, event)
        return delivery

    def seal(self, after: timedelta = timedelta(hours=1)) -> Sealed:
        """Seal, an hour later."""
        self.clock.now += after
        return seal(self.desk)

    def everything(self) -> set[bytes]:
        """Return all that has happened, as it is written."""
        return {chain.written(event) for events in self.ledger._events.values() for event in events}

    def sealed(self) -> list[bytes]:
        """Return what the archive says, in its order."""
        found = [self.archive.files[name] for name in self.archive.names("events/")]
        return [line for content in found for line in content.splitlines()]


class Crashing(FakeArchive):
    """An archive whose n-th writing fails, before or after it has its effect."""

    def __init__(self, files: dict[str, bytes], at: int, *, after: bool) -> None:
        super().__init__(files)
        self.left, self.after = at, after

    def keep(self, name: str, content: bytes) -> bytes:
        with self._crash():
            return super().keep(name, content)

    def point(self, name: str, content: bytes) -> None:
        with self._crash():
            super().point(name, content)

    def _crash(self) -> "_Crash":
        self.left -= 1
        return _Crash(before=self.left == 0 and not self.after, after=self.left == 0 and self.after)


class _Crash:
    def __init__(self, *, before: bool, after: bool) -> None:
        self.before, self.after = before, after

    def __enter__(self) -> None:
        if self.before:
            raise _gone()

    def __exit__(self, *_: object) -> None:
        if self.after:
            raise _gone()


def _gone() -> UnavailableError:
    return UnavailableError("archive.unavailable", "The archive did not answer as it should.")


def late(registry: Registry, *missing: Event) -> FakeLedger:
    """Return the ledger as its index shows it while it lags: without some events."""

    class Late(FakeLedger):
        def logged(self, since: datetime, until: datetime) -> Iterator[Event]:
            yield from (event for event in registry.ledger.logged(since, until) if event not in missing)

        def history(self, delivery_id: str) -> tuple[Event, ...]:
            return registry.ledger.history(delivery_id)

    return Late()


def checkpoint(registry: Registry) -> note.Checkpoint:
    """Return the newest checkpoint, its signature verified."""
    return note.verify(registry.archive.files["checkpoint"], KEY.verifier)[0]


def check(registry: Registry) -> None:
    """All that happened is there once, in order, under the root that the newest checkpoint signs."""
    entries = registry.sealed()
    assert len(entries) == len(set(entries))
    assert set(entries) == registry.everything()
    seen: dict[str, str] = {}
    for event in map(chain.read, entries):
        assert event.previous == seen.get(event.delivery, chain.anchor(event.delivery))
        seen[event.delivery] = chain.digest(event)
    edge, _ = tiles.grown(tiles.Edge(), map(tree.leaf_hash, entries))
    assert checkpoint(registry) == note.Checkpoint(NAME, len(entries), edge.root())
