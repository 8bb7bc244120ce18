"""A receipt slip: all events of one delivery, each with its proof that it stands in the sealed log.

It is JSON, and checked without the archive: by the key of the log, which its reader has from elsewhere.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from passerelle.core.errors import MalformedError, UnavailableError, UntrustedError
from passerelle.core.receipts import archive, chain, note, tiles, tree
from passerelle.core.receipts.archive import Files
from passerelle.core.receipts.delivery import Event
from passerelle.core.receipts.note import Checkpoint, Verifier
from passerelle.core.receipts.verification import CheckStamp, Trust

VERSION = 1
LARGEST = 4 << 20
"""Bytes of a slip."""

MOST_EVENTS = 1000

_NEAREST = 24
"""Seals in which an event is looked for: each hour has one, and an event is sealed hours late at most."""

Found = dict[int, bytes]
"""Written events by their places in the log."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip that was checked."""

    delivery: str
    events: tuple[Event, ...]
    checkpoint: Checkpoint
    key: Verifier
    given: bool  # the key was given; otherwise it is the slip's own
    stamped: datetime | None


def search(files: Files, delivery_id: str) -> Found:
    """Return the events of a delivery out of a whole archive."""
    mark, found = f'"delivery":"{delivery_id}"'.encode(), Found()
    for name in files.names(archive.EVENTS):
        content = files.read(name) or b""
        if mark in content:
            found |= _places(name, content, mark)
    return found


def locate(files: Files, events: Sequence[Event]) -> Found:
    """Return the places of events that the ledger names; what is not sealed yet has none."""
    names = list(files.names(archive.EVENTS))
    wanted, found = {chain.written(event): event.at for event in events}, Found()
    for event, at in wanted.items():
        if event not in found.values():
            mark = f'"delivery":"{chain.read(event).delivery}"'.encode()
            found |= _near(files, names, _before(files, names, at), (event, mark))
    return found


def _near(files: Files, names: list[str], start: int, wanted: tuple[bytes, bytes]) -> Found:
    """Return the events of a delivery in the seal nearest to one that holds a certain event; none where none does."""
    event, mark = wanted
    for name in sorted(names, key=lambda name: abs(names.index(name) - start))[:_NEAREST]:
        content = files.read(name) or b""
        if event in content:
            return _places(name, content, mark)
    return Found()


def _before(files: Files, names: list[str], at: datetime) -> int:
    """Return the place of the last seal that begins before a time, as far as seals are in the order of time."""
    low, high = 0, len(names)
    while low < high:
        middle = (low + high) // 2
        first = (files.read(names[middle]) or b"").partition(b"\n")[0]
        low, high = (middle + 1, high) if chain.read(first).at <= at else (low, middle)
    return max(low - 1, 0)


def _places(name: str, content: bytes, mark: bytes) -> Found:
    first = archive.number(name)
    return {first + place: entry for place, entry in enumerate(archive.lines(content)) if mark in entry}


def made(files: Files, found: Found, *keys: Verifier) -> bytes:
    """Return the slip of a delivery's events, under the newest checkpoint; UnavailableError `slip.…` for none."""
    newest = files.read(archive.NEWEST)
    if not found or newest is None:
        raise UnavailableError("slip.unsealed", "Nothing of this delivery is sealed yet.")
    point, key = note.verify(newest, *keys)
    nodes = tiles.nodes(lambda *place: _tile(files, *place), point.size)
    token = files.read(archive.timestamp(point.size))
    value = {
        "v": VERSION,
        "key": key.text(),
        "checkpoint": newest.decode(),
        "timestamp": base64.b64encode(token).decode() if token else "",
        "events": [
            {
                "index": index,
                "event": entry.decode(),
                "proof": [base64.b64encode(step).decode() for step in tree.inclusion(nodes, index, point.size)],
            }
            for index, entry in sorted(found.items())
        ],
    }
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def _tile(files: Files, level: int, index: int, width: int) -> bytes:
    found = files.read(tiles.path(level, index, width))
    if found is None:
        raise UnavailableError("archive.missing", "The archive has nothing of a name that its log needs.")
    return found


def check(content: bytes, trust: Trust) -> Slip:
    """Return what a slip proves, or raise: MalformedError `slip.form`, UntrustedError `note.…`, `tree.…`, `event.…`."""
    value = _parsed(content)
    try:
        keys = trust.keys or (note.verifier(value["key"]),)
        signed = value["checkpoint"].encode()
        point, key = note.verify(signed, *keys)
        events = tuple(_proven(value["events"], point))
        stamped = _stamped(value["timestamp"], signed, trust.stamp)
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise _malformed() from error
    chain.check(events)
    if not events or len({event.delivery for event in events}) != 1:
        raise UntrustedError("event.chain", "The events of a delivery are not the ones that were chained.")
    return Slip(events[0].delivery, events, point, key, bool(trust.keys), stamped)


def _parsed(content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST:
        raise MalformedError("slip.size", f"A slip has at most {LARGEST} bytes.")
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _malformed() from error
    if not isinstance(value, dict) or value.get("v") != VERSION:
        raise _malformed()
    return value


def _proven(events: Any, point: Checkpoint) -> Iterator[Event]:  # noqa: ANN401 - what JSON holds
    if len(events) > MOST_EVENTS:
        raise _malformed()
    for one in events:
        entry, index = one["event"].encode(), int(one["index"])
        proof = [base64.b64decode(step, validate=True) for step in one["proof"]]
        tree.check_inclusion(tree.leaf_hash(entry), index, point.size, proof, point.root)
        yield chain.read(entry)


def _stamped(token: str, signed: bytes, stamp: CheckStamp | None) -> datetime | None:
    return stamp(base64.b64decode(token, validate=True), signed) if token and stamp else None


def _malformed() -> MalformedError:
    return MalformedError("slip.form", "A receipt slip is not in its form.")
