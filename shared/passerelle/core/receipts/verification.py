"""Check a whole archive of seals, as somebody does who does not trust its maker.

1. Keys: those that are given; without any, those of the archive itself, which prove no more than that it is whole.
2. Every event is in its one written form, and continues the chain of its delivery.
3. The events fill the log from its beginning, without a hole, and give each tile and bundle that the archive holds.
4. Each seal ends with a checkpoint that is signed and has the root of all events so far; there is no other checkpoint.
5. A checkpoint that is known from elsewhere is the beginning of this log: without one, a log cut off at its end, or a
   whole new one under the same key, cannot be told from the true one.
6. Each timestamp is an authority's about its checkpoint.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from passerelle.core.errors import PasserelleError, UntrustedError
from passerelle.core.receipts import archive, chain, note, tiles
from passerelle.core.receipts.archive import Files
from passerelle.core.receipts.note import Checkpoint, Verifier
from passerelle.core.receipts.tiles import Edge
from passerelle.core.receipts.tree import leaf_hash

MOST_KEYS = 50

CheckStamp = Callable[[bytes, bytes], datetime]
"""Return the time that an authority's answer gives content, or raise UntrustedError `stamp.…`."""


@dataclass(slots=True)
class Report:
    """What is proven of an archive, up to the first thing that is wrong, if any."""

    given: bool  # keys that were given; otherwise those of the archive
    keys: tuple[Verifier, ...] = ()
    size: int = 0
    root: bytes = b""
    seals: int = 0
    deliveries: int = 0
    first: datetime | None = None
    last: datetime | None = None
    signed_by: dict[str, int] = field(default_factory=dict)  # size of the first seal of each key
    stamps: int = 0
    stamped: datetime | None = None  # the newest time that an authority gives
    stamped_size: int = 0
    known: int = 0  # size of the checkpoint that was known from elsewhere
    where: str = ""
    wrong: PasserelleError | None = None


@dataclass(frozen=True, slots=True)
class Trust:
    """What somebody who checks an archive has from elsewhere."""

    keys: tuple[Verifier, ...] = ()
    known: bytes = b""  # an earlier checkpoint
    stamp: CheckStamp | None = None  # None: timestamps are not looked at


def verify(files: Files, trust: Trust) -> Report:
    """Return what is proven of an archive; what is wrong with it stands in the report, with its place."""
    check = _Check(files, trust, Report(bool(trust.keys)))
    try:
        check.run()
    except PasserelleError as error:
        check.report.wrong = error
    return check.report


@dataclass(slots=True)
class _Check:
    """One look through an archive."""

    files: Files
    trust: Trust
    report: Report
    edge: Edge = field(default_factory=Edge)
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)  # of each delivery: its next place, its last hash
    roots: dict[int, bytes] = field(default_factory=dict)
    rest: list[bytes] = field(default_factory=list)  # entries of the bundle that is not full
    seen: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Look at everything, in the order in which it was made."""
        self.report.where = archive.KEYS
        self.report.keys = self.trust.keys or own_keys(self.files)
        known = self._known()
        for name in self.files.names(archive.EVENTS):
            self.report.where = name
            self._seal(name)
            if known and known.size in self.roots:
                self._continues(known)
        self._ends(known)
        self._nothing_else()
        self._stamps()
        self.report.where = ""

    def _known(self) -> Checkpoint | None:
        if not self.trust.known:
            return None
        self.report.where = "--known"
        return note.verify(self.trust.known, *self.report.keys)[0]

    def _seal(self, name: str) -> None:
        """Check the events of one seal, and all that follows from them."""
        if archive.number(name) != self.edge.size or name != archive.events(self.edge.size):
            raise UntrustedError("seal.gap", "The events of the archive do not follow each other without a hole.")
        entries = archive.lines(self._read(name))
        hashes = [self._event(name, place, entry) for place, entry in enumerate(entries, 1)]
        self.report.where = name
        if not entries:
            raise UntrustedError("seal.gap", "The events of the archive do not follow each other without a hole.")
        before, (self.edge, written) = self.edge, tiles.grown(self.edge, hashes)
        self._checkpoint()
        for tile, content in (written | self._bundles(before.size, entries)).items():
            self._same(tile, content)
        self.report.size, self.report.root = self.edge.size, self.edge.root()
        self.report.seals, self.report.deliveries = self.report.seals + 1, len(self.heads)

    def _event(self, name: str, place: int, entry: bytes) -> bytes:
        """Check one event, and return its hash."""
        try:
            event = chain.link(entry)
            found = leaf_hash(entry)
            expected = self.heads.get(event.delivery) or (0, chain.anchor(event.delivery))
            if (event.sequence, event.previous) != expected:
                raise UntrustedError("event.chain", "The events of a delivery are not the ones that were chained.")
        except PasserelleError:
            self.report.where = f"{name}:{place}"
            raise
        self.heads[event.delivery] = event.sequence + 1, found.hex()
        if self.report.first is None or event.at < self.report.first:
            self.report.first = event.at
        if self.report.last is None or event.at > self.report.last:
            self.report.last = event.at
        return found

    def _checkpoint(self) -> None:
        name = self.report.where = archive.checkpoint(self.edge.size)
        self.seen.add(name)
        point, key = note.verify(self._read(name), *self.report.keys)
        root = self.edge.root()
        if (point.size, point.root) != (self.edge.size, root):
            raise UntrustedError("seal.root", "A checkpoint is signed for other events than those of the archive.")
        self.roots[point.size] = root
        self.report.signed_by.setdefault(key.text(), point.size)

    def _bundles(self, size: int, entries: list[bytes]) -> dict[str, bytes]:
        index = size // tiles.WIDTH
        self.rest += entries
        parts = [self.rest[start : start + tiles.WIDTH] for start in range(0, len(self.rest), tiles.WIDTH)]
        self.rest = parts[-1] if len(parts[-1]) < tiles.WIDTH else []
        return {tiles.path("entries", index + place, len(part)): tiles.bundle(part) for place, part in enumerate(parts)}

    def _same(self, name: str, content: bytes) -> None:
        self.report.where = name
        self.seen.add(name)
        if self._read(name) != content:
            raise UntrustedError("seal.tile", "A file of hashes or entries is not the one of the archive's events.")

    def _continues(self, known: Checkpoint) -> None:
        self.report.where = "--known"
        if known.root != self.roots[known.size]:
            raise UntrustedError(
                "tree.consistency", "A log is not the continuation of an earlier one (RFC 9162 §2.1.4)."
            )
        self.report.known = known.size

    def _ends(self, known: Checkpoint | None) -> None:
        """Check that the log ends where its newest checkpoint says, and not before the one that is known."""
        self.report.where = archive.NEWEST
        newest, _ = note.verify(self._read(archive.NEWEST), *self.report.keys)
        if (newest.size, newest.root) != (self.edge.size, self.edge.root()):
            raise UntrustedError("seal.end", "The archive does not end where its newest checkpoint says.")
        if known and known.size not in self.roots:
            self.report.where = "--known"
            raise UntrustedError("seal.end", "The archive does not end where its newest checkpoint says.")

    def _nothing_else(self) -> None:
        """Check that no other checkpoint and no other tile stands in the archive: it would be of another log."""
        for prefix in (archive.CHECKPOINTS, "tile/"):
            for name in self.files.names(prefix):
                if name not in self.seen:
                    self.report.where = name
                    raise UntrustedError("seal.forked", "The archive holds a part of another log under the same key.")

    def _stamps(self) -> None:
        for name in self.files.names(archive.TIMESTAMPS):
            self.report.where, size = name, archive.number(name)
            if size not in self.roots:
                raise UntrustedError("seal.forked", "The archive holds a part of another log under the same key.")
            if self.trust.stamp:
                at = self.trust.stamp(self._read(name), self._read(archive.checkpoint(size)))
                self.report.stamps += 1
                if self.report.stamped is None or at >= self.report.stamped:
                    self.report.stamped, self.report.stamped_size = at, size

    def _read(self, name: str) -> bytes:
        found = self.files.read(name)
        if found is None:
            self.report.where = name
            raise UntrustedError("seal.missing", "A file is missing from the archive.")
        return found


def own_keys(files: Files) -> tuple[Verifier, ...]:
    """Return the public keys that an archive holds of itself."""
    names = list(files.names(archive.KEYS))[:MOST_KEYS]
    return tuple(note.verifier((files.read(name) or b"").decode("utf-8", "replace")) for name in names)
