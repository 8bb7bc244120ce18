"""Merkle trees: roots and proofs against RFC 9162's own definition, known roots, and another implementation."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from passerelle.core.errors import UntrustedError
from passerelle.core.receipts import tiles, tree

# The leaves and roots that the tests of Certificate Transparency (RFC 6962) have had since 2013.
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
SIZES = st.integers(1, 700)


def naive(entries: list[bytes]) -> bytes:
    """MTH as RFC 9162 §2.1.1 defines it."""
    if len(entries) < 2:
        return hashlib.sha256(b"\x00" + entries[0] if entries else b"").digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return hashlib.sha256(b"\x01" + naive(entries[:split]) + naive(entries[split:])).digest()


def entries(size: int) -> list[bytes]:
    return [b"entry %d" % number for number in range(size)]


def log(size: int) -> tree.Node:
    """The nodes of a log with that many entries, out of the tiles that it was written as."""
    _, written = tiles.grown(tiles.Edge(), map(tree.leaf_hash, entries(size)))
    return tiles.nodes(lambda level, index, width: written[tiles.path(level, index, width)], size)


def test_roots_are_those_that_everybody_has() -> None:
    for size, root in enumerate(ROOTS, 1):
        edge, _ = tiles.grown(tiles.Edge(), map(tree.leaf_hash, LEAVES[:size]))
        assert edge.root().hex() == root == naive(LEAVES[:size]).hex()
    assert tree.EMPTY == naive([]) == tiles.Edge().root() == tree.root(log(1), 0)


@settings(max_examples=30, deadline=None)
@given(SIZES, st.data())
def test_every_leaf_is_proven_under_the_root_and_another_is_not(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    root, leaf = naive(entries(size)), tree.leaf_hash(entries(size)[index])
    proof = tree.inclusion(log(size), index, size)
    tree.check_inclusion(leaf, index, size, proof, root)
    other = InmemoryTree.init_from_entries(entries(size), algorithm="sha256")
    assert other.get_root(size) == root
    assert set(proof) <= set(other.prove_inclusion(index + 1, size).path)
    for wrong in (
        (tree.leaf_hash(b"another"), index, size, proof, root),
        (leaf, index + size, size, proof, root),
        (leaf, index, size, (*proof, root), root),
        (leaf, index, size, proof, bytes(32)),
        *([(leaf, index, size, proof[:-1], root), (leaf, (index + 1) % size, size, proof, root)] if proof else []),
    ):
        with pytest.raises(UntrustedError):
            tree.check_inclusion(*wrong)


@settings(max_examples=30, deadline=None)
@given(SIZES, st.data())
def test_a_log_is_proven_to_go_on_from_what_it_was(second: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, second))
    proof = tree.consistency(log(second), first, second)
    roots = naive(entries(first)), naive(entries(second))
    tree.check_consistency((first, second), roots, proof)
    other = [*entries(first - 1), b"another"]
    wrongs = [
        ((first, second), (naive(other), roots[1]), proof),
        ((first, second), roots, (*proof, bytes(32))),
        ((second + 1, second), roots, proof),
    ]
    if proof:
        wrongs += [((first, second), (roots[0], naive(other)), proof), ((first, second), roots, proof[:-1])]
    for sizes, said, steps in wrongs:
        with pytest.raises(UntrustedError):
            tree.check_consistency(sizes, said, steps)


def test_a_proof_of_more_hashes_than_a_log_can_have_is_not_climbed() -> None:
    with pytest.raises(UntrustedError):
        tree.check_inclusion(bytes(32), 0, 1 << 70, (bytes(32),) * 65, bytes(32))
    with pytest.raises(UntrustedError):
        tree.check_consistency((3, 1 << 70), (bytes(32), bytes(32)), (bytes(32),) * 129)


def test_a_proof_about_what_a_log_has_not_is_a_bug() -> None:
    with pytest.raises(ValueError, match="leaves and sizes"):
        tree.inclusion(log(3), 3, 3)
    with pytest.raises(ValueError, match="leaves and sizes"):
        tree.consistency(log(3), 4, 3)
