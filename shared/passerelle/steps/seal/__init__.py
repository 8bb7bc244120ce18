"""Seal what has happened: every event of the ledger becomes a leaf of one Merkle tree, whose root is signed.

1. The events of a seal are kept first, under the place of the first of them: of two runs at once one decides, and
   both go on with the same bytes.
2. Tiles, checkpoint and its signature follow from these bytes alone (Ed25519 is deterministic): a seal that was cut
   off anywhere is finished by the next run, and comes out the same.
3. A tile that stands there already with other bytes is a fork: nothing more is sealed, and an alarm rings.
4. A timestamp speaks for all that came before it; where none could be had, the next run asks again.
"""

from dataclasses import dataclass

from passerelle.core.errors import UnavailableError, UntrustedError
from passerelle.core.receipts import archive, note, tiles
from passerelle.core.receipts.note import Checkpoint
from passerelle.core.receipts.signing import SealKey
from passerelle.core.receipts.tiles import Edge
from passerelle.core.receipts.tree import leaf_hash
from passerelle.steps.seal.gathering import Gathering, required
from passerelle.steps.seal.ports import SealDesk

MOST_EVENTS = 50_000
"""Events of one seal: some 25 MB."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a run did: the size of the log, how much of it is new, and why there is no timestamp, if one was wanted."""

    size: int
    added: int
    unstamped: str = ""
    broken: tuple[str, ...] = ()  # deliveries whose chain is broken: their events stay out


def seal(desk: SealDesk) -> Sealed:
    """Seal all events that are old enough."""
    key = desk.signatory.key()
    desk.archive.keep(f"{archive.KEYS}{key.verifier.key_id.hex()}", f"{key.verifier.text()}\n".encode())
    edge, point = _newest(desk, key)
    before, gathering = edge.size, Gathering(desk)
    while entries := _next(desk, gathering, edge.size):
        edge, point = _sealed(desk, key, edge, entries)
    unstamped = _stamp(desk, edge.size, point) if desk.stamper and edge.size else ""
    return Sealed(edge.size, edge.size - before, unstamped, tuple(sorted(gathering.broken)))


def _newest(desk: SealDesk, key: SealKey) -> tuple[Edge, bytes]:
    """Return the right edge of the log as its newest checkpoint has it, and that checkpoint."""
    pointed = desk.archive.read(archive.NEWEST)
    start = archive.checkpoint(note.verify(pointed, key.verifier, *key.former)[0].size) if pointed else ""
    names = [start, *desk.archive.names(archive.CHECKPOINTS, start)]
    if not names[-1]:
        return Edge(), b""
    content = required(desk.archive, names[-1])
    checkpoint, _ = note.verify(content, key.verifier, *key.former)
    edge = tiles.edge(lambda *place: required(desk.archive, tiles.path(*place)), checkpoint.size)
    if edge.root() != checkpoint.root:
        raise _forked()
    if content != pointed:
        desk.archive.point(archive.NEWEST, content)
    return edge, content


def _next(desk: SealDesk, gathering: Gathering, first: int) -> list[bytes]:
    """Return the events of the next seal, as they are kept: those of an earlier run that was cut off, or new ones."""
    name = archive.events(first)
    kept = desk.archive.read(name)
    if kept is None:
        entries = gathering.next(first, MOST_EVENTS)
        if not entries:
            return []
        kept = desk.archive.keep(name, archive.joined(entries))
        if kept != archive.joined(entries):
            gathering.forget()
    else:
        gathering.forget()
    return archive.lines(kept)


def _sealed(desk: SealDesk, key: SealKey, before: Edge, entries: list[bytes]) -> tuple[Edge, bytes]:
    """Write tiles, bundles and the signed checkpoint of a seal whose events are kept."""
    after, written = tiles.grown(before, map(leaf_hash, entries))
    for name, content in (written | _bundles(desk, before.size, entries)).items():
        if desk.archive.keep(name, content) != content:
            raise _forked()
    point = Checkpoint(key.verifier.name, after.size, after.root())
    content = desk.archive.keep(archive.checkpoint(after.size), note.signed(point, key.verifier, key.sign))
    if note.verify(content, key.verifier, *key.former)[0] != point:
        raise _forked()
    desk.archive.point(archive.NEWEST, content)
    return after, content


def _bundles(desk: SealDesk, size: int, entries: list[bytes]) -> dict[str, bytes]:
    """Return the bundles that a log gets with further entries; the first one goes on from the last partial one."""
    index, offset = divmod(size, tiles.WIDTH)
    if offset:
        partial = required(desk.archive, tiles.path("entries", index, offset))
        entries = [*tiles.unbundle(partial), *entries]
    parts = [entries[start : start + tiles.WIDTH] for start in range(0, len(entries), tiles.WIDTH)]
    return {tiles.path("entries", index + place, len(part)): tiles.bundle(part) for place, part in enumerate(parts)}


def _stamp(desk: SealDesk, size: int, point: bytes) -> str:
    """Let an authority say that the newest checkpoint stands; return why it does not, if so."""
    name = archive.timestamp(size)
    if desk.stamper is None or desk.archive.read(name) is not None:
        return ""
    try:
        desk.archive.keep(name, desk.stamper.stamp(point))
    except (UnavailableError, UntrustedError) as error:
        return error.code
    return ""


def _forked() -> UntrustedError:
    return UntrustedError("archive.forked", "The archive holds another log than the one that goes on; look at it.")
