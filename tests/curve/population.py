"""A ledger of any size, always the same: every shelf of an index grows with it, and the busiest ones most.

A quarter of all mail comes on one day, a third goes to one partner, a tenth comes from one sender, and a patient in
forty is the same: the shelves that are asked are longer than any of a real ledger.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from passerelle.adapters import entries
from passerelle.core.receipts.delivery import Delivery, Event, delivery_id, group
from passerelle.core.receipts.lifecycle import TOLD, State

PER_DELIVERY = 4
"""Events of a delivery: about what one has in real life."""

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 100
BUSIEST_DAY = FIRST.date()
PARTNER = "ville.example"
RARE = "delivery.expired"

_SECONDS = 86_400_000_000  # microseconds of a day
_ENDS = (
    (State.REFUSED, "xdm.missing", 0.10),
    (State.HELD, "policy.held", 0.02),
    (State.QUARANTINED, "cipher.signer", 0.005),
    (State.FAILED, RARE, 0.001),
    (State.FAILED, "receipt.failed", 0.01),
)
_DETAILS = (
    ("accept", (("network", "mssante"), ("mail", "ab" * 32), ("concerning", "s" * 180))),
    ("translate", (("mail", "cd" * 32), ("proof", "channel"), ("loss.text.outside-cp1252", "2"))),
    ("deliver", (("attempt", "1"),)),
    ("deliver", (("code", "250"), ("enhanced", "2.0.0"), ("queue", "4XyZ12abc"))),
)


def mark(kind: str, rank: int) -> str:
    """Return the mark of somebody by his rank; 0 is the busiest."""
    return hashlib.sha256(f"{kind} {rank}".encode()).hexdigest()[:32]


def items(first: int, until: int) -> Iterator[entries.Item]:
    """Yield the items of the deliveries of these numbers, each with its events."""
    for number in range(first, until):
        one = delivery(number)
        yield entries.of_delivery(one)
        for place, (actor, details) in enumerate(_DETAILS):
            at = one.opened_at + timedelta(seconds=place)
            reason = one.reason if place == one.version else ""
            event = Event(f"{number:031x}{place}", at, actor, one.state, reason, details, one.id, place, "ef" * 32)
            yield entries.of_event(replace(one, version=place), event)


def delivery(number: int) -> Delivery:
    """Return the delivery of a number as it stands in the end."""
    chance = random.Random(number)  # noqa: S311 - no secret
    state, reason = _end(chance.random())
    day = 0 if chance.random() < 0.25 else chance.randrange(1, DAYS)
    opened_at = FIRST + timedelta(days=day, microseconds=chance.randrange(_SECONDS))
    return Delivery(
        name(number),
        state,
        opened_at,
        envelope=f"inbox/2026-01-01/00-00/{'e' * 64}.json",
        outgoing=f"outgoing/{'f' * 64}.json",
        attempts=1,
        give_up_at=opened_at + timedelta(days=5),
        group=group(PARTNER if chance.random() < 0.33 else f"cabinet-{chance.randrange(300)}.example"),
        origin=group(f"hopital-{chance.randrange(30)}.example"),
        sender_mark=mark("sender", _rank(chance, 0.1)),
        recipient_mark=mark("recipient", _rank(chance, 0.1)),
        reader_mark=mark("reader", _rank(chance, 0.1)),
        patient_mark=mark("patient", _rank(chance, 0.025)),
        message_mark=mark("message", number),
        reason=reason,
        notice="0" * 32 if state in TOLD else "",
        version=PER_DELIVERY - 1,
        head="ab" * 32,
    )


def name(number: int) -> str:
    """Return the id of the delivery of a number."""
    return delivery_id("curve", number)


def _end(draw: float) -> tuple[State, str]:
    for state, reason, share in _ENDS:
        if draw < share:
            return state, reason
        draw -= share
    return State.ACCEPTED, "delivery.accepted"


def _rank(chance: random.Random, busiest: float) -> int:
    """Return who it is: the busiest in this share of all cases, else one of many."""
    return 0 if chance.random() < busiest else chance.randrange(1, 20_000)
