"""Deliveries and events in memory."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from threading import RLock

from passerelle.core.errors import OvertakenError, UnavailableError
from passerelle.core.receipts.delivery import Delivery, Event
from passerelle.core.receipts.lifecycle import State, allows
from tests.fakes.demands import demand

_FIXED = ("id", "opened_at", "envelope", "recipient", "part", "notice_of")


class FakeLedger:
    """State and event in one transaction; versions, the lifecycle and what never changes are enforced."""

    def __init__(self) -> None:
        self._deliveries: dict[str, Delivery] = {}
        self._events: dict[str, list[Event]] = {}
        self._ids: set[str] = set()
        self._waking: dict[str, datetime] = {}
        self._claims: dict[str, tuple[str, datetime]] = {}
        self._gathered: dict[str, set[str]] = {}
        self._lock = RLock()

    def open(self, delivery: Delivery, event: Event) -> bool:
        with self._lock:
            if delivery.id in self._deliveries:
                return False
            demand(delivery.version == 0, "a delivery opens at version 0")
            demand(delivery.state in {State.RECEIVED, State.READY}, "a delivery opens in RECEIVED or READY")
            self._write(delivery, event)
            return True

    def get(self, delivery_id: str) -> Delivery:
        with self._lock:
            if delivery_id not in self._deliveries:
                raise UnavailableError("ledger.missing", "No delivery of this id.")
            return self._deliveries[delivery_id]

    def find(self, delivery_id: str) -> Delivery | None:
        with self._lock:
            return self._deliveries.get(delivery_id)

    def claim(self, key: str, delivery_id: str, now: datetime) -> str:
        with self._lock:
            holder, until = self._claims.get(key, ("", now))
            if not holder or until < now:
                holder = delivery_id
                self._claims[key] = (holder, now + timedelta(days=30))
            return holder

    def gather(self, key: str, member: str, most: int, now: datetime) -> int:
        demand(now.tzinfo is not None, "times are aware")
        with self._lock:
            members = self._gathered.setdefault(key, set())
            if len(members) < most:
                members.add(member)
            return len(members)

    def record(self, delivery: Delivery, event: Event) -> None:
        with self._lock:
            stored = self._deliveries.get(delivery.id)
            if event in self._events.get(delivery.id, ()):
                return
            if stored is None or stored.version != delivery.version - 1:
                raise OvertakenError("ledger.version", "Another attempt has moved this delivery on.")
            same = stored.state is delivery.state
            demand(same or allows(stored.state, delivery.state), f"{stored.state} → {delivery.state}")
            for name in _FIXED:
                demand(getattr(stored, name) == getattr(delivery, name), f"{name} never changes")
            self._write(delivery, event)

    def _write(self, delivery: Delivery, event: Event) -> None:
        demand(event.state is delivery.state, "an event says the state that it leads to")
        demand(event.id not in self._ids, "an event's id is its own")
        demand(event.at.tzinfo is not None, "times are aware")
        demand(
            delivery.state not in {State.CLAIMED, State.SENDING}
            or (delivery.token != "" and delivery.wake_at is not None),
            "an attempt has a token and a lease",
        )
        self._ids.add(event.id)
        self._deliveries[delivery.id] = delivery
        self._waking.pop(delivery.id, None)
        if delivery.wake_at is not None:
            self._waking[delivery.id] = delivery.wake_at
        self._events.setdefault(delivery.id, []).append(event)

    def history(self, delivery_id: str) -> tuple[Event, ...]:
        with self._lock:
            return tuple(self._events.get(delivery_id, ()))

    def logged(self, since: datetime, until: datetime) -> Iterator[Event]:
        with self._lock:
            found = [event for events in self._events.values() for event in events]
        yield from sorted((event for event in found if since <= event.at < until), key=lambda event: event.at)

    def due(self, now: datetime) -> Iterator[Delivery]:
        with self._lock:
            yield from [self._deliveries[name] for name, at in self._waking.items() if at <= now]

    def opened_on(self, day: date) -> Iterator[Delivery]:
        with self._lock:
            found = [d for d in self._deliveries.values() if d.opened_at.astimezone(UTC).date() == day]
        yield from sorted(found, key=lambda d: (d.opened_at, d.id))

    def everything(self) -> tuple[Delivery, ...]:
        """Return all deliveries, for tests."""
        return tuple(self._deliveries.values())
