"""What is kept of an extraction: what it says of the correspondents, and of nobody else."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from passerelle.core.directory.entry import Entry
from passerelle.core.directory.extraction import Reading
from passerelle.core.errors import MalformedError
from passerelle.core.message import Code, Identifier, Organisation, PostalAddress, Professional

FILE = "directory.json"
"""Name of what is kept."""

A_DAY = timedelta(hours=23)
"""After how long the directory is asked again: it is published once a day."""

_AHEAD = timedelta(days=1)
_LEAST = 0.5  # of the lines of the one before


@dataclass(frozen=True, slots=True)
class Kept:
    """The last good extraction, of these addresses: when it was made, and when it was last confirmed."""

    made: datetime
    confirmed: datetime
    lines: int
    wanted: frozenset[str] = field(repr=False)  # addresses that were looked for, in lower case
    entries: Mapping[str, Entry] = field(repr=False)
    tag: str = ""

    def due(self, wanted: Collection[str], now: datetime) -> bool:
        """Return whether the directory is to be asked: a day has passed, or somebody is new."""
        return now - self.confirmed >= A_DAY or not self.wanted.issuperset(wanted)

    def only(self, wanted: Collection[str]) -> "Kept":
        """Return the same without those who are no correspondents any more."""
        left = self.wanted.intersection(wanted)
        return replace(self, wanted=left, entries={one: found for one, found in self.entries.items() if one in left})


def accept(kept: Kept | None, new: Kept) -> Kept:
    """Return the new one; MalformedError `directory.…` where it goes back, comes from the future, or is cut short."""
    if new.made > new.confirmed + _AHEAD:
        raise MalformedError("directory.date", "The extraction says that it was made in the future.")
    if kept and new.made < kept.made:
        raise MalformedError("directory.rollback", "The extraction is older than the one that is kept.")
    if not new.lines or (kept and new.lines < kept.lines * _LEAST):
        raise MalformedError("directory.short", "The extraction has far fewer lines than it should.")
    return new


def of(reading: Reading, made: datetime, wanted: Collection[str], now: datetime) -> Kept:
    """Return what to keep of a reading."""
    return Kept(made, now, reading.lines, frozenset(wanted), reading.entries)


def dump(kept: Kept) -> bytes:
    """Return it as JSON."""
    return json.dumps(
        {
            "made": kept.made.isoformat(),
            "confirmed": kept.confirmed.isoformat(),
            "lines": kept.lines,
            "tag": kept.tag,
            "wanted": sorted(kept.wanted),
            "entries": {address: asdict(entry) for address, entry in sorted(kept.entries.items())},
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()


def load(content: bytes) -> Kept:
    """Return what was kept; MalformedError `directory.kept` where it is nothing of the kind."""
    try:
        found = json.loads(content)
        return Kept(
            datetime.fromisoformat(found["made"]),
            datetime.fromisoformat(found["confirmed"]),
            int(found["lines"]),
            frozenset(map(str, found["wanted"])),
            {address: _entry(entry) for address, entry in found["entries"].items()},
            str(found["tag"]),
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise MalformedError("directory.kept", "What was kept of the directory cannot be read.") from error


def _entry(found: Mapping[str, Any]) -> Entry:
    person, place = found["professional"], found["organisation"]
    return Entry(person and _professional(person), place and _organisation(place))


def _professional(found: Mapping[str, Any]) -> Professional:
    family, given, title = (str(found[name]) for name in ("family", "given", "title"))
    return Professional(family, given, title, _identifier(found["identifier"]), _code(found["profession"]))


def _organisation(found: Mapping[str, Any]) -> Organisation:
    where = found["address"]
    address = PostalAddress(tuple(map(str, where["lines"])), str(where["postcode"]), str(where["city"]))
    return Organisation(str(found["name"]), _identifier(found["identifier"]), address=address)


def _identifier(found: Mapping[str, Any] | None) -> Identifier | None:
    return Identifier(str(found["root"]), str(found["extension"])) if found else None


def _code(found: Mapping[str, Any] | None) -> Code | None:
    return Code(str(found["code"]), str(found["system"]), str(found["display"])) if found else None
