"""Fetch MSSanté's directory once a day, and keep what it says of the correspondents, and of nobody else."""

from dataclasses import replace
from datetime import timedelta

from passerelle.core.directory import extraction, kept, packed
from passerelle.core.directory.kept import FILE, Kept
from passerelle.core.errors import MalformedError
from passerelle.steps.refresh.ports import Fetched, RefreshDesk, Wanted

__all__ = ["FILE", "age", "read", "take"]


def take(desk: RefreshDesk) -> None:
    """Fetch the extraction where that is due, or hear that it is still the same; the last good one stays."""
    wanted, before = desk.correspondents(), read(desk)
    known = before.only(wanted) if before else None
    if known != before and known:
        desk.bulletins.keep(FILE, kept.dump(known))
    if known and not known.due(wanted, desk.clock()):
        return
    tag = known.tag if known and known.wanted == wanted else ""  # who is new is looked for in the same version, too
    anchors = desk.keyring.anchors(desk.sources.list_anchors)
    found = desk.web.get(Wanted(desk.sources.directory, packed.LARGEST_ZIP, tag, anchors))
    if found is None and known:
        new = replace(known, confirmed=desk.clock())
    else:
        new = kept.accept(known, _read(desk, found or Fetched(b""), wanted))
    desk.bulletins.keep(FILE, kept.dump(new))


def age(desk: RefreshDesk) -> timedelta | None:
    """Return how long ago the extraction that is kept was made."""
    found = read(desk)
    return desk.clock() - found.made if found else None


def read(desk: RefreshDesk) -> Kept | None:
    """Return what is kept; None where it is nothing, or cannot be read: it is fetched again."""
    content = desk.bulletins.read(FILE)
    try:
        return kept.load(content) if content else None
    except MalformedError:
        return None


def _read(desk: RefreshDesk, found: Fetched, wanted: frozenset[str]) -> Kept:
    with packed.unpacked(found.content) as (made, blocks):
        reading = extraction.read(blocks, wanted)
    return replace(kept.of(reading, made, wanted, desk.clock()), tag=found.tag)
