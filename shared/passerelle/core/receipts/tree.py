"""Merkle trees (RFC 9162 §2.1): hashes, proofs, and their verification, which shares no code with their making."""

import hashlib
from collections.abc import Callable, Sequence

from passerelle.core.errors import UntrustedError

HASH = 32
"""Bytes of a hash."""

EMPTY = hashlib.sha256().digest()
"""The root of no leaves."""

MOST_HASHES = 64
"""Hashes of an inclusion proof; twice as many, of a consistency proof: a log has fewer than 2^64 leaves."""

Node = Callable[[int, int], bytes]
"""Return the hash of a perfect subtree by its height and its place among those of this height."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf (RFC 9162 §2.1.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node (RFC 9162 §2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over a number of hashes that is a power of two."""
    level = list(hashes)
    while len(level) > 1:
        level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]


def _split(size: int) -> int:
    """Return the largest power of two smaller than a size."""
    return 1 << ((size - 1).bit_length() - 1)


def _over(node: Node, start: int, end: int) -> bytes:
    """Return MTH(D[start:end]) for a part that the recursion of §2.1.1 reaches."""
    size = end - start
    if size & (size - 1) == 0:
        return node(size.bit_length() - 1, start // size)
    middle = start + _split(size)
    return node_hash(_over(node, start, middle), _over(node, middle, end))


def root(node: Node, size: int) -> bytes:
    """Return the root over the first leaves of a log."""
    return _over(node, 0, size) if size else EMPTY


def inclusion(node: Node, index: int, size: int) -> tuple[bytes, ...]:
    """Return the proof that a leaf is in the tree of a size (§2.1.3.1)."""
    _demand(0 <= index < size)
    proof, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_over(node, middle, end))
            end = middle
        else:
            proof.append(_over(node, start, middle))
            start = middle
    return tuple(reversed(proof))


def consistency(node: Node, first: int, second: int) -> tuple[bytes, ...]:
    """Return the proof that the tree of a size is the beginning of a larger one (§2.1.4.1)."""
    _demand(0 < first <= second)
    proof, start, end, whole = [], 0, second, True
    while end != first:
        middle = start + _split(end - start)
        if first <= middle:
            proof.append(_over(node, middle, end))
            end = middle
        else:
            proof.append(_over(node, start, middle))
            start, whole = middle, False
    if not whole:
        proof.append(_over(node, start, end))
    return tuple(reversed(proof))


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> None:
    """Check a proof that a leaf is in a tree (§2.1.3.2); UntrustedError `tree.inclusion` otherwise."""
    if not 0 <= index < size or len(proof) > MOST_HASHES:
        raise _not_included()
    place, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise _not_included()
        if place & 1 or place == last:
            found = node_hash(step, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    if last or found != expected:
        raise _not_included()


def check_consistency(sizes: tuple[int, int], roots: tuple[bytes, bytes], proof: Sequence[bytes]) -> None:
    """Check a proof that a tree is the beginning of another (§2.1.4.2); UntrustedError `tree.consistency` otherwise."""
    first, second = sizes
    if first == second and not proof and roots[0] == roots[1]:
        return
    if not 0 < first < second or not 0 < len(proof) <= 2 * MOST_HASHES:
        raise _not_consistent()
    path = [roots[0], *proof] if first & (first - 1) == 0 else list(proof)
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    if _climbed(path, place, last) != roots:
        raise _not_consistent()


def _climbed(path: Sequence[bytes], place: int, last: int) -> tuple[bytes, bytes]:
    """Return both roots that a consistency proof leads to (§2.1.4.2, steps 5 to 7)."""
    before = after = path[0]
    for step in path[1:]:
        if last == 0:
            raise _not_consistent()
        if place & 1 or place == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, step)
        place, last = place >> 1, last >> 1
    if last:
        raise _not_consistent()
    return before, after


def _demand(right: bool) -> None:  # noqa: FBT001 - said in one word at each call
    if not right:
        msg = "a proof is about leaves and sizes that the tree has"
        raise ValueError(msg)


def _not_included() -> UntrustedError:
    return UntrustedError("tree.inclusion", "A proof does not show that an event is under the root (RFC 9162 §2.1.3).")


def _not_consistent() -> UntrustedError:
    return UntrustedError("tree.consistency", "A log is not the continuation of an earlier one (RFC 9162 §2.1.4).")
