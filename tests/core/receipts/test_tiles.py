"""A log as files: paths, growth in any steps, bundles; read by another implementation where Python has it (3.12)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.errors import MalformedError
from passerelle.core.receipts import tiles, tree
from tests.core.receipts.test_tree import entries, log, naive


def reading(written: dict[str, bytes]) -> tiles.ReadTile:
    return lambda level, index, width: written[tiles.path(level, index, width)]


def test_paths_are_those_of_the_specification() -> None:
    assert tiles.path(0, 1234067) == "tile/0/x001/x234/067"
    assert tiles.path("entries", 0, 5) == "tile/entries/000.p/5"
    assert tiles.path(1, 273, 112) == "tile/1/273.p/112"


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 600), min_size=1, max_size=5))
def test_a_log_that_grows_in_steps_is_the_one_that_grew_at_once(steps: list[int]) -> None:
    hashes = list(map(tree.leaf_hash, entries(sum(steps))))
    written: dict[str, bytes] = {}
    edge = tiles.Edge()
    for step in steps:
        read_back = tiles.edge(reading(written), edge.size)
        edge, more = tiles.grown(read_back, hashes[edge.size : edge.size + step])
        assert not more.keys() & written.keys()
        written |= more
    whole, at_once = tiles.grown(tiles.Edge(), hashes)
    assert edge.root() == whole.root() == naive(entries(sum(steps)))
    assert at_once.items() <= written.items()


def test_a_large_log_has_three_levels() -> None:
    edge, written = tiles.grown(tiles.Edge(), (tree.leaf_hash(b"%d" % n) for n in range(66_000)))
    assert len(written) == (257 + 1) + (1 + 1) + 1
    assert written["tile/2/000.p/1"] == tree.perfect_root(tiles.split(written["tile/1/000"]))
    nodes = tiles.nodes(reading(written), edge.size)
    assert tree.root(nodes, edge.size) == edge.root()


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_gives_back_its_entries(made: list[bytes]) -> None:
    assert list(tiles.unbundle(tiles.bundle(made))) == made


@pytest.mark.parametrize("content", [b"\x00", b"\x00\x05abc"])
def test_a_bundle_that_ends_within_an_entry_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedError):
        list(tiles.unbundle(content))


@pytest.mark.parametrize("content", [b"x" * 33, b"x" * 32 * 257])
def test_a_tile_of_another_form_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedError):
        tiles.split(content)


def test_a_tile_of_another_width_than_its_name_is_refused() -> None:
    with pytest.raises(MalformedError):
        tiles.edge(lambda *_: bytes(32), 5)


@pytest.mark.parametrize("size", [1, 255, 256, 257, 1000])
def test_another_implementation_proves_the_same_from_our_tiles(size: int) -> None:
    aics_tlog = pytest.importorskip(
        "aics_tlog", reason="NOT CHECKED: aics-tlog needs Python 3.12 (make test PYTHON=python3.13)"
    )
    root, leaf = naive(entries(size)), tree.leaf_hash(entries(size)[size // 2])
    assert aics_tlog.verify_inclusion(leaf, size // 2, size, list(tree.inclusion(log(size), size // 2, size)), root)
    other = aics_tlog.MerkleTree()
    for entry in entries(size):
        other.append(entry)
    first = size // 2 + 1
    proof = tree.consistency(log(size), first, size)
    assert tuple(other.consistency_proof(first, size)) == proof
    assert tuple(other.inclusion_proof(size // 2, size)) == tree.inclusion(log(size), size // 2, size)
