"""A receipt slip: all events of one delivery, each with its proof that it stands in the sealed log.

It is JSON, and checked without the archive: by the key of the log, which its reader has from elsewhere.
"""

import base64
import binascii
import json
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
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

REACH = 1200
"""Bundles in which an event is looked for: three hours of the largest bridge, which an index may lag behind."""

_AHEAD = timedelta(minutes=15)
"""How far clocks may be apart."""

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


def newest(files: Files, *keys: Verifier) -> tuple[Checkpoint, Verifier, bytes]:
    """Return the newest checkpoint, who signed it, and its bytes; UnavailableError `slip.unsealed` without one."""
    content = files.read(archive.NEWEST)
    if content is None:
        raise _unsealed()
    return *note.verify(content, *keys), content


def locate(files: Files, events: Sequence[Event], size: int, reach: int = REACH) -> Found:
    """Return the places of events of the ledger in a log of a size; what is not sealed yet has none."""
    bundles, found = cache(lambda index: _entries(files, index, size)), Found()
    for event in events if size else ():
        places = _nearest(bundles, -(-size // tiles.WIDTH), event.at)
        found |= _found(bundles, places[:reach], chain.written(event))
    return found


def entry(files: Files, index: int, size: int) -> bytes:
    """Return the event at a place in a log of a size."""
    return _entries(files, index // tiles.WIDTH, size)[index % tiles.WIDTH]


def _nearest(bundles: Callable[[int], list[bytes]], count: int, at: datetime) -> list[int]:
    """Return the bundles in which an event of a time may stand, the likeliest first; none for what is not sealed."""
    if at > chain.read(bundles(count - 1)[-1]).at + _AHEAD:
        return []
    start = bisect_right(range(count), at, key=lambda index: chain.read(bundles(index)[0]).at) - 1
    return sorted(range(max(0, start - REACH // 2), min(count, start + REACH // 2)), key=lambda one: abs(one - start))


def _found(bundles: Callable[[int], list[bytes]], places: Sequence[int], entry: bytes) -> Found:
    for index in places:
        if entry in bundles(index):
            return {index * tiles.WIDTH + bundles(index).index(entry): entry}
    return Found()


def _entries(files: Files, index: int, size: int) -> list[bytes]:
    name = tiles.path("entries", index, tiles.width(0, index, size))
    return list(tiles.unbundle(_required(files, name)))


def _places(name: str, content: bytes, mark: bytes) -> Found:
    first = archive.number(name)
    return {first + place: entry for place, entry in enumerate(archive.lines(content)) if mark in entry}


def made(files: Files, found: Found, *keys: Verifier) -> bytes:
    """Return the slip of a delivery's events, under the newest checkpoint; UnavailableError `slip.…` for none."""
    if not found:
        raise _unsealed()
    point, key, signed = newest(files, *keys)
    nodes = tiles.nodes(cache(lambda *place: _required(files, tiles.path(*place))), point.size)
    token = files.read(archive.timestamp(point.size))
    value = {
        "v": VERSION,
        "key": key.text(),
        "checkpoint": signed.decode(),
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


def _required(files: Files, name: str) -> bytes:
    found = files.read(name)
    if found is None:
        raise UnavailableError("archive.missing", "The archive has nothing of a name that its log needs.")
    return found


def _unsealed() -> UnavailableError:
    return UnavailableError("slip.unsealed", "Nothing of this delivery is sealed yet.")


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
