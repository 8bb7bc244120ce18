"""Whoever changes a sealed archive is found: naively, thoroughly (without the key), and from inside (with the key)."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from passerelle.core.receipts import archive, chain, note, tiles
from passerelle.core.receipts.note import Checkpoint
from passerelle.core.receipts.signing import SealKey
from passerelle.core.receipts.tree import leaf_hash
from passerelle.core.receipts.verification import Report, Trust, verify
from passerelle.steps.seal.stamping import checker
from tests.fakes import FakeArchive
from tests.steps.sealing import KEY, NAME, OTHER, Registry
from tests.vectors import tsa

Files = dict[str, bytes]


@cache
def sealed() -> Files:
    """Three seals, the last one with a timestamp."""
    registry = Registry()
    for deliveries in (100, 3, 20):
        registry.happen(deliveries)
        registry.seal()
    files = registry.archive.files
    files["timestamps/000000000369.tsr"] = stamp(files["checkpoint"])
    return files


def stamp(content: bytes, name: str = "ec") -> bytes:
    from passerelle.core.receipts import timestamp  # noqa: PLC0415 - said where it is used

    return tsa.made(name, "ec").answer(timestamp.request(content, 1))


def trust(known: bytes = b"") -> Trust:
    return Trust((KEY.verifier,), known, checker(tsa.made("ec", "ec").anchor))


def look(files: Files, given: Trust | None = None) -> Report:
    return verify(FakeArchive(files), given or trust())


def rebuilt(seals: list[list[bytes]], key: SealKey | None = None) -> Files:
    """An archive of other events, made with all care; signed as before, or, from inside, by the key."""
    files, edge = {name: sealed()[name] for name in sealed() if name.startswith("keys/")}, tiles.Edge()
    everything: list[bytes] = []
    for entries in seals:
        first, everything = edge.size, everything + entries
        files[archive.events(first)] = archive.joined(entries)
        edge, written = tiles.grown(edge, map(leaf_hash, entries))
        files |= written
        for index in range(first // 256, -(-edge.size // 256)):
            part = everything[index * 256 : (index + 1) * 256]
            files[tiles.path("entries", index, len(part))] = tiles.bundle(part)
        point = Checkpoint(NAME, edge.size, edge.root())
        if key:
            content = note.signed(point, key.verifier, key.sign)
        else:
            content = sealed().get(archive.checkpoint(edge.size), sealed()["checkpoint"])
        files[archive.checkpoint(edge.size)] = files[archive.NEWEST] = content
    return files


def seals() -> list[list[bytes]]:
    return [archive.lines(content) for name, content in sorted(sealed().items()) if name.startswith("events/")]


def changed(seals: list[list[bytes]]) -> None:
    event = chain.read(seals[1][-1])
    seals[1][-1] = chain.written(replace(event, reason="delivery.accepted"))


def deleted(seals: list[list[bytes]]) -> None:
    del seals[1][-1]


def inserted(seals: list[list[bytes]]) -> None:
    event = chain.read(seals[1][0])
    other = replace(event, delivery="f" * 32, previous=chain.anchor("f" * 32))
    seals[1].insert(3, chain.written(other))


def reordered(seals: list[list[bytes]]) -> None:
    first = next(
        n for n, entry in enumerate(seals[0]) if chain.read(entry).delivery != chain.read(seals[0][0]).delivery
    )
    seals[0][first - 1], seals[0][first] = seals[0][first], seals[0][first - 1]


def truncated(seals: list[list[bytes]]) -> None:
    del seals[2]


TAMPERINGS = [changed, deleted, inserted, reordered, truncated]


def test_what_nobody_touched_is_proven() -> None:
    report = look(sealed(), trust(sealed()["checkpoints/000000000300"]))
    assert (report.wrong, report.where) == (None, "")
    assert (report.size, report.seals, report.deliveries, report.known) == (369, 3, 123, 300)
    assert (report.stamps, report.stamped_size) == (1, 369)
    assert report.signed_by == {KEY.verifier.text(): 300}
    assert rebuilt(seals()).items() <= sealed().items()


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_a_changed_file_of_events_is_found(tamper: Callable[[list[list[bytes]]], None]) -> None:
    entries, files = seals(), dict(sealed())
    tamper(entries)
    names = sorted(name for name in files if name.startswith("events/"))
    for name in names:
        files.pop(name)
    files |= {name: archive.joined(content) for name, content in zip(names, entries, strict=False)}
    report = look(files)
    assert report.wrong is not None
    assert report.where


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_a_whole_archive_made_anew_without_the_key_is_found(tamper: Callable[[list[list[bytes]]], None]) -> None:
    entries = seals()
    tamper(entries)
    report = look(rebuilt(entries), trust(sealed()["checkpoint"]))
    assert report.wrong is not None
    assert report.where


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_a_whole_archive_made_anew_with_the_key_is_found_by_who_knows_a_checkpoint(
    tamper: Callable[[list[list[bytes]]], None],
) -> None:
    entries = seals()
    tamper(entries)
    report = look(rebuilt(entries, KEY), trust(sealed()["checkpoint"]))
    assert report.wrong is not None
    assert report.wrong.code in {"tree.consistency", "seal.end", "event.chain"}


def test_a_fork_whose_checkpoint_stands_beside_is_found() -> None:
    entries = seals()
    inserted(entries)
    fork = rebuilt(entries, KEY)
    files = fork | {name: content for name, content in sealed().items() if name not in fork}
    assert _code(look(files)) in {"seal.forked", "seal.gap"}


def test_a_checkpoint_of_another_key_is_found() -> None:
    files = rebuilt(seals(), OTHER)
    assert _code(look(files)) == "note.signature"
    files = dict(sealed())
    files["checkpoint"] = note.signed(note.verify(files["checkpoint"], KEY.verifier)[0], OTHER.verifier, OTHER.sign)
    assert _code(look(files)) == "note.signature"


def test_an_earlier_checkpoint_in_the_place_of_the_newest_is_found() -> None:
    assert _code(look(sealed() | {"checkpoint": sealed()["checkpoints/000000000309"]})) == "seal.end"
    name = "checkpoints/000000000369"
    assert _code(look(sealed() | {name: sealed()["checkpoints/000000000309"]})) == "seal.root"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda files: stamp(files["checkpoints/000000000300"]), "stamp.content"),
        (lambda files: stamp(files["checkpoint"], "another"), "trust.path"),
        (lambda _: b"", "stamp.form"),
    ],
    ids=["of another checkpoint", "by another authority", "none at all"],
)
def test_a_foreign_timestamp_is_found(answer: Callable[[Files], bytes], code: str) -> None:
    report = look(sealed() | {"timestamps/000000000369.tsr": answer(sealed())})
    assert (_code(report), report.where) == (code, "timestamps/000000000369.tsr")


def test_a_timestamp_of_another_log_is_found() -> None:
    assert _code(look(sealed() | {"timestamps/000000000370.tsr": b""})) == "seal.forked"


@pytest.mark.parametrize(
    "name", sorted(name for name in sealed() if not name.startswith("keys/") and name != "timestamps/000000000369.tsr")
)
def test_every_file_that_is_missing_or_changed_is_found(name: str) -> None:
    gone = {one: content for one, content in sealed().items() if one != name}
    assert look(gone).wrong is not None
    content = sealed()[name]
    place = len(content) // 2
    assert (
        look(sealed() | {name: content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]}).wrong is not None
    )


@pytest.mark.parametrize("name", ["tile/0/009", "checkpoints/000000000001", "events/000000000400.jsonl", "events/x"])
def test_a_file_too_many_is_found(name: str) -> None:
    assert look(sealed() | {name: b"x" * 32}).wrong is not None


def test_an_empty_archive_proves_nothing() -> None:
    assert _code(look({})) == "seal.missing"


def test_without_keys_the_archive_speaks_for_itself_and_says_so() -> None:
    report = verify(FakeArchive(sealed()), Trust())
    assert (report.wrong, report.given, report.keys) == (None, False, (KEY.verifier,))


def test_a_known_checkpoint_of_another_key_is_no_help() -> None:
    point = note.verify(sealed()["checkpoint"], KEY.verifier)[0]
    report = look(sealed(), trust(note.signed(point, OTHER.verifier, OTHER.sign)))
    assert (_code(report), report.where) == ("note.signature", "--known")


def test_after_a_change_of_keys_both_are_named_with_where_they_begin() -> None:
    registry = Registry()
    registry.happen(1)
    registry.seal()
    registry.signatory.now = replace(OTHER, former=(KEY.verifier,))
    registry.happen(1)
    registry.seal()
    report = verify(registry.archive, Trust((KEY.verifier, OTHER.verifier)))
    assert (report.wrong, report.signed_by) == (None, {KEY.verifier.text(): 3, OTHER.verifier.text(): 6})


def _code(report: Report) -> str:
    return report.wrong.code if report.wrong else ""
