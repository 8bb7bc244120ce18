"""The one written form of an event, and the chain of a delivery's events.

1. The written form is canonical JSON (RFC 8785) of strings, a few whole numbers, and lists of them: one sequence of
   bytes for one event.
2. The hash of an event is that of a leaf of the log (RFC 9162 §2.1.1), so that chain and seals share it.
3. Each event holds the hash of the one before it; the first holds the anchor of its delivery.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from passerelle.core.errors import MalformedError, UntrustedError
from passerelle.core.receipts.delivery import Delivery, Event
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.tree import leaf_hash

VERSION = 1
LONGEST = 65535
"""Bytes of a written event: what an entry of C2SP tlog-tiles may have."""


_TEXT = rb'"[ !#-\[\]-~]*"'
_PAIR = rb"\[" + _TEXT + rb"," + _TEXT + rb"\]"
_PLAIN = re.compile(
    rb'\{"actor":' + _TEXT + rb',"at":"(?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}\+00:00)"'
    rb',"delivery":"(?P<delivery>[0-9a-f]{32})","details":\[(?:' + _PAIR + rb"(?:," + _PAIR + rb")*)?\]"
    rb',"id":'
    + _TEXT
    + rb',"previous":"(?P<previous>[0-9a-f]{64})","reason":'
    + _TEXT
    + rb',"sequence":(?P<sequence>0|[1-9][0-9]{0,8}),"state":"(?P<state>[A-Z]{1,20})","v":1\}'
)
_STATES = frozenset(state.value.encode() for state in State)


def moment(at: datetime) -> str:
    """Return a time as text, in UTC to the microsecond: its order is the order of time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def anchor(delivery_id: str) -> str:
    """Return what the first event of a delivery holds in the place of a hash."""
    return hashlib.sha256(f"passerelle\nchain\n{delivery_id}".encode()).hexdigest()


def linked(event: Event, delivery: Delivery) -> Event:
    """Return the event chained to the last one of a delivery, as the next state names them."""
    return replace(
        event, delivery=delivery.id, sequence=delivery.version, previous=delivery.head or anchor(delivery.id)
    )


def written(event: Event) -> bytes:
    """Return the canonical bytes of an event."""
    value = {
        "actor": event.actor,
        "at": moment(event.at),
        "delivery": event.delivery,
        "details": event.details,
        "id": event.id,
        "previous": event.previous,
        "reason": event.reason,
        "sequence": event.sequence,
        "state": event.state.value,
        "v": VERSION,
    }
    return _canonical(value)


def digest(event: Event) -> str:
    """Return the hash of an event, in hex."""
    return leaf_hash(written(event)).hex()


def read(entry: bytes) -> Event:
    """Return the event of its canonical bytes; MalformedError `event.form` for any others."""
    try:
        value: dict[str, Any] = json.loads(entry)
        event = Event(
            str(value["id"]),
            datetime.fromisoformat(value["at"]),
            str(value["actor"]),
            State(value["state"]),
            str(value["reason"]),
            tuple((str(name), str(said)) for name, said in value["details"]),
            str(value["delivery"]),
            int(value["sequence"]),
            str(value["previous"]),
        )
        if len(entry) > LONGEST or written(event) != entry:
            raise _malformed()
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise _malformed() from error
    return event


class Link(NamedTuple):
    """Of an event, what ties it to others."""

    delivery: str
    sequence: int
    previous: str
    at: datetime


def link(entry: bytes) -> Link:
    """Return what ties an event to others, as `read` finds it; a million of them in seconds, where they are plain."""
    match = _PLAIN.fullmatch(entry)
    if match is None or len(entry) > LONGEST or match["state"] not in _STATES:
        event = read(entry)
        return Link(event.delivery, event.sequence, event.previous, event.at)
    at, delivery, previous, sequence, _ = match.groups()
    try:
        return Link(delivery.decode(), int(sequence), previous.decode(), datetime.fromisoformat(at.decode()))
    except ValueError as error:
        raise _malformed() from error


def check(events: Iterable[Event]) -> None:
    """Check that events are the chain of one delivery from its beginning; UntrustedError `event.chain` otherwise."""
    expected = ""
    for place, event in enumerate(events):
        if event.sequence != place or event.previous != (expected or anchor(event.delivery)):
            raise UntrustedError("event.chain", "The events of a delivery are not the ones that were chained.")
        expected = digest(event)


def _canonical(value: dict[str, Any]) -> bytes:
    """Return JSON as RFC 8785 writes it: our names are ASCII, and our numbers whole and small."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _malformed() -> MalformedError:
    return MalformedError("event.form", "An event is not in its one written form (RFC 8785).")
