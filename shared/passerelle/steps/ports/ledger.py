"""Where each delivery stands, and how it came there."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Protocol

from passerelle.core.receipts import chain
from passerelle.core.receipts.delivery import Delivery, Event
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.ports.clock import Mint

Details = tuple[tuple[str, str], ...]
"""What an event says beside its reason: short strings without patient data."""


KEPT = timedelta(days=397)
"""How long the ledger keeps a delivery, by default: 13 months; docs/retention.md says why."""


def ending(opened_at: datetime, kept: timedelta) -> datetime:
    """Return when the ledger forgets what was opened at a time: a whole second, as DynamoDB has it."""
    return (opened_at + kept).replace(microsecond=0)


def alone(actor: str, reason: str, details: Details, mint: Mint, now: datetime) -> Event:
    """Return an event that belongs to no delivery, in the form of a delivery's first."""
    one = Delivery(f"{actor}-{mint()}", State.ABSORBED, now, reason=reason)
    return chain.linked(Event(mint(), now, actor, one.state, reason, details), one)


class Diary(Protocol):
    """Where events stand that belong to no delivery (DynamoDB)."""

    def note(self, event: Event, expires: datetime) -> None:
        """Write an event; written twice, it is one. The ledger forgets it some day."""


class Ledger(Protocol):
    """The truth about every delivery (DynamoDB): state and event in one transaction."""

    def open(self, delivery: Delivery, event: Event) -> bool:
        """Write a new delivery with its first event; return False where it is there already."""

    def get(self, delivery_id: str) -> Delivery:
        """Return a delivery; UnavailableError `ledger.missing` where there is none."""

    def find(self, delivery_id: str) -> Delivery | None:
        """Return a delivery, or None where there is none."""

    def record(self, delivery: Delivery, event: Event) -> None:
        """Write the next state and its event, where `delivery.version - 1` still stands; OvertakenError otherwise.

        A write of this very event that already happened (a lost response) counts as done.
        """

    def history(self, delivery_id: str) -> tuple[Event, ...]:
        """Return the events of a delivery, oldest first."""

    def logged(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Return the events from a time until before another, in the order of time; the newest may be missing yet."""

    def due(self, now: datetime) -> Iterator[Delivery]:
        """Return the deliveries whose `wake_at` has come."""

    def claim(self, key: str, delivery_id: str, now: datetime) -> str:
        """Return the delivery that stands under a key: this one, where none has in the last 30 days."""

    def gather(self, key: str, member: str, most: int, now: datetime) -> int:
        """Add a member to the set of a key, and return how many it has; one that is full stays at `most`."""

    def opened_on(self, day: date) -> Iterator[Delivery]:
        """Return the deliveries that were opened on a day (UTC), oldest first."""
