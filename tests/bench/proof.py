"""A million sealed events: how long it takes to verify them all, to make and check one slip, and to find a tampering.

Eight tamperings, one at a time, by somebody who has all but the key; the fork is made with the key, and found by the
checkpoint that its verifier has kept.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from passerelle.core.receipts import archive, chain, note, slip, tiles, timestamp
from passerelle.core.receipts.delivery import Delivery, Event, delivery_id, moved
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.note import Checkpoint, Verifier
from passerelle.core.receipts.tree import leaf_hash
from passerelle.core.receipts.verification import Trust, verify
from passerelle.local.exports import Folder
from passerelle.steps.seal.stamping import checker
from tests.vectors import tsa

NAME = "passerelle.example/remises"
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = Verifier(NAME, SECRET.public_key().public_bytes_raw())
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LIFE = (
    ("accept", State.RECEIVED, "", (("network", "mssante"), ("mail", "ab" * 32))),
    ("translate", State.READY, "", (("mail", "cd" * 32), ("proof", "channel"), ("loss.text.outside-cp1252", "2"))),
    ("deliver", State.CLAIMED, "", (("attempt", "1"),)),
    ("deliver", State.SENDING, "", ()),
    ("deliver", State.ACCEPTED, "delivery.accepted", (("code", "250"), ("enhanced", "2.0.0"), ("queue", "4XyZ12abc"))),
)
SEAL = 50_000
MOST_CPU, MOST_SLIP = 30.0, 0.050


def events(count: int) -> Iterator[bytes]:
    """Yield the written events of mails that are accepted, one after another."""
    made = 0
    while made < count:
        delivery = Delivery(delivery_id("e" * 64, made), State.RECEIVED, NOON)
        for actor, state, reason, details in LIFE:
            if made == count:
                return
            if state is not delivery.state:
                delivery = moved(delivery, state)
            at = NOON + timedelta(milliseconds=40 * made)
            event = chain.linked(Event(f"{made:032x}", at, actor, state, reason, details), delivery)
            delivery = replace(delivery, head=chain.digest(event))
            yield chain.written(event)
            made += 1


@dataclass(slots=True)
class Making:
    """An archive that grows in a folder."""

    folder: Path
    edge: tiles.Edge = field(default_factory=tiles.Edge)
    rest: list[bytes] = field(default_factory=list)

    def write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def seal(self, entries: list[bytes]) -> None:
        first = self.edge.size
        self.write(archive.events(first), archive.joined(entries))
        self.edge, written = tiles.grown(self.edge, map(leaf_hash, entries))
        self.rest += entries
        parts = [self.rest[start : start + tiles.WIDTH] for start in range(0, len(self.rest), tiles.WIDTH)]
        self.rest = parts[-1] if len(parts[-1]) < tiles.WIDTH else []
        bundles = {
            tiles.path("entries", first // tiles.WIDTH + place, len(part)): tiles.bundle(part)
            for place, part in enumerate(parts)
        }
        for name, content in (written | bundles).items():
            self.write(name, content)
        signed = note.signed(Checkpoint(NAME, self.edge.size, self.edge.root()), KEY, SECRET.sign)
        self.write(archive.checkpoint(self.edge.size), signed)
        self.write(archive.NEWEST, signed)


def made(folder: Path, count: int) -> None:
    """Seal so many events into a folder, with a timestamp at the end."""
    making, entries = Making(folder), list[bytes]()
    making.write(f"keys/{KEY.key_id.hex()}", KEY.text().encode())
    for entry in events(count):
        entries.append(entry)
        if len(entries) == min(SEAL, -(-count // 3)):
            making.seal(entries)
            entries = []
    if entries:
        making.seal(entries)
    newest = (folder / archive.NEWEST).read_bytes()
    making.write(archive.timestamp(making.edge.size), tsa.made().answer(timestamp.request(newest, 1)))


def middle(folder: Path) -> Path:
    names = sorted((folder / "events").iterdir())
    return names[len(names) // 2]


def lines(path: Path) -> list[bytes]:
    return archive.lines(path.read_bytes())


def changed(folder: Path) -> None:
    path = middle(folder)
    path.write_bytes(path.read_bytes().replace(b"delivery.accepted", b"delivery.rejected", 1))


def deleted(folder: Path) -> None:
    path = middle(folder)
    entries = lines(path)
    path.write_bytes(archive.joined(entries[:100] + entries[101:]))


def inserted(folder: Path) -> None:
    path = middle(folder)
    entries, other = lines(path), "f" * 32
    event = replace(chain.read(lines(path)[0]), delivery=other, sequence=0, previous=chain.anchor(other))
    path.write_bytes(archive.joined([*entries, chain.written(event)]))


def reordered(folder: Path) -> None:
    path = middle(folder)
    entries = lines(path)
    path.write_bytes(archive.joined([*entries[5:10], *entries[:5], *entries[10:]]))


def truncated(folder: Path) -> None:
    """The last seal goes, with all that speaks of it: what is left is the archive as it was before."""
    kept = [lines(path) for path in sorted((folder / "events").iterdir())[:-1]]
    shutil.rmtree(folder)
    making = Making(folder)
    making.write(f"keys/{KEY.key_id.hex()}", KEY.text().encode())
    for entries in kept:
        making.seal(entries)


def forked(folder: Path) -> None:
    """With the key: the last seal is made anew, of other events."""
    last = max((folder / "events").iterdir())
    size, entries = int(last.stem), lines(last)
    for path in (folder / "timestamps").iterdir():
        path.unlink()
    event = chain.read(entries[-1])
    entries[-1] = chain.written(replace(event, reason="delivery.rejected"))
    edge = tiles.edge(lambda *place: (folder / tiles.path(*place)).read_bytes(), size)
    rest = list(tiles.unbundle((folder / tiles.path("entries", *divmod(size, 256))).read_bytes())) if size % 256 else []
    Making(folder, edge, rest).seal(entries)


def replaced(folder: Path) -> None:
    """The newest checkpoint is one of another key, for the same log."""
    other = Ed25519PrivateKey.generate()
    point = note.verify((folder / archive.NEWEST).read_bytes(), KEY)[0]
    key = Verifier(NAME, other.public_key().public_bytes_raw())
    (folder / archive.checkpoint(point.size)).write_bytes(note.signed(point, key, other.sign))


def foreign(folder: Path) -> None:
    (path,) = (folder / "timestamps").iterdir()
    path.write_bytes(tsa.made().answer(timestamp.request(b"something else", 1)))


TAMPERINGS: tuple[Callable[[Path], None], ...] = (
    changed,
    deleted,
    inserted,
    reordered,
    truncated,
    forked,
    replaced,
    foreign,
)


def spent(work: Callable[[], object]) -> tuple[float, object]:
    began = time.process_time()
    done = work()
    return time.process_time() - began, done


def measure(folder: Path, trust: Trust, count: int) -> bool:
    """Print what it takes to verify everything, and one slip."""
    cpu, report = spent(lambda: verify(Folder(folder), trust))
    wrong = getattr(report, "wrong", None)
    print(f"{count:>9,} events verified      {cpu:8.2f} s CPU   {count / cpu:12,.0f} events/s   wrong: {wrong}")  # noqa: T201
    files = Folder(folder)
    history = tuple(map(chain.read, slip.search(files, delivery_id("e" * 64, count // 2 // 5 * 5)).values()))
    found, _ = spent(lambda: slip.locate(files, history, count))
    content = slip.made(files, slip.locate(files, history, count), KEY)
    making, _ = spent(lambda: slip.made(files, slip.locate(files, history, count), KEY))
    checking, _ = spent(lambda: slip.check(content, Trust(trust.keys)))
    with_stamp, _ = spent(lambda: slip.check(content, trust))
    print(  # noqa: T201
        f"slip of {len(history)} events, {len(content):,} bytes:"
        f" found in {found * 1000:.1f} ms, found and made in {making * 1000:.1f} ms,"
    )
    print(f"  checked in {checking * 1000:.1f} ms, with its timestamp in {with_stamp * 1000:.1f} ms CPU")  # noqa: T201
    return wrong is None and cpu < MOST_CPU and max(making, with_stamp) < MOST_SLIP


def tampered(folder: Path, work: Path, trust: Trust) -> int:
    """Print where each tampering is found, and return how many are not."""
    unseen = 0
    for tamper in TAMPERINGS:
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(folder, work)
        tamper(work)
        report = verify(Folder(work), trust)
        unseen += report.wrong is None
        code = report.wrong.code if report.wrong else "NOT FOUND"
        print(f"{tamper.__name__:<10} {code:<18} {report.where}")  # noqa: T201
    return unseen


def main() -> int:
    """Measure, print, and fail where a figure is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="proof-") as place:
        folder, work = Path(place, "archive"), Path(place, "tampered")
        made(folder, given.events)
        known = (folder / archive.NEWEST).read_bytes()
        trust = Trust((KEY,), known, checker(tsa.made().anchor))
        good = measure(folder, trust, given.events)
        unseen = tampered(folder, work, trust)
    print(f"found: {len(TAMPERINGS) - unseen} of {len(TAMPERINGS)}")  # noqa: T201
    return 0 if good and not unseen else 1


if __name__ == "__main__":
    sys.exit(main())
