"""A log as files (C2SP tlog-tiles): tiles of 256 hashes and bundles of 256 entries, the last of each often partial."""

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from passerelle.core.errors import MalformedError
from passerelle.core.receipts.tree import EMPTY, HASH, Node, node_hash, perfect_root

HEIGHT = 8
WIDTH = 1 << HEIGHT

ReadTile = Callable[[int, int, int], bytes]
"""Return a tile by its level, its index and its width."""


def path(kind: int | str, index: int, width: int = WIDTH) -> str:
    """Return the path of a tile of a level, or of a bundle (`entries`): tile/0/x001/x234/067, tile/0/000.p/5."""
    text = f"{index % 1000:03d}"
    while index := index // 1000:
        text = f"x{index % 1000:03d}/{text}"
    return f"tile/{kind}/{text}" + (f".p/{width}" if width != WIDTH else "")


def width(level: int, index: int, size: int) -> int:
    """Return how many hashes a tile has in the tree of a size."""
    return max(0, min(WIDTH, (size >> (HEIGHT * level)) - index * WIDTH))


def nodes(read: ReadTile, size: int) -> Node:
    """Return the subtrees of the log of a size, out of its tiles."""

    def node(height: int, place: int) -> bytes:
        level, rest = divmod(height, HEIGHT)
        index, offset = divmod(place << rest, WIDTH)
        hashes = split(read(level, index, width(level, index, size)))
        return perfect_root(hashes[offset : offset + (1 << rest)])

    return node


def split(tile: bytes) -> list[bytes]:
    """Return the hashes of a tile."""
    if len(tile) % HASH or len(tile) > HASH * WIDTH:
        raise MalformedError("tile.form", "A tile holds at most 256 hashes of 32 bytes (C2SP tlog-tiles).")
    return [tile[i : i + HASH] for i in range(0, len(tile), HASH)]


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a log: of each level, the hashes of the tile that is not full."""

    size: int = 0
    levels: tuple[tuple[bytes, ...], ...] = ()

    def root(self) -> bytes:
        """Return the root of the log."""
        found: bytes | None = None
        for hashes in self.levels:
            end = len(hashes)
            while end:  # the perfect subtrees that it is made of, from the right: the smallest first
                start = end - (end & -end)
                part = perfect_root(hashes[start:end])
                found, end = part if found is None else node_hash(part, found), start
        return EMPTY if found is None else found


def edge(read: ReadTile, size: int) -> Edge:
    """Return the right edge of the log of a size, out of its tiles."""
    levels = []
    for level in range((size.bit_length() + HEIGHT - 1) // HEIGHT):
        index, count = divmod(size >> (HEIGHT * level), WIDTH)
        tile = split(read(level, index, count)) if count else []
        if len(tile) != count:
            raise MalformedError("tile.form", "A tile has another width than its name says (C2SP tlog-tiles).")
        levels.append(tuple(tile))
    return Edge(size, tuple(levels))


def grown(before: Edge, hashes: Iterable[bytes]) -> tuple[Edge, dict[str, bytes]]:
    """Return the edge after further leaves, and the tiles to write, by their paths: the full ones first."""
    levels = [list(level) for level in before.levels]
    written: dict[str, bytes] = {}
    size, touched = before.size, 0
    for leaf in hashes:
        size, carried, level = size + 1, leaf, 0
        while True:
            if level == len(levels):
                levels.append([])
            levels[level].append(carried)
            touched = max(touched, level + 1)
            if len(levels[level]) < WIDTH:
                break
            written[path(level, (size >> (HEIGHT * (level + 1))) - 1)] = b"".join(levels[level])
            carried, levels[level] = perfect_root(levels[level]), []
            level += 1
    for level in range(touched):
        if levels[level]:
            index, count = divmod(size >> (HEIGHT * level), WIDTH)
            written[path(level, index, count)] = b"".join(levels[level])
    return Edge(size, tuple(tuple(level) for level in levels)), written


def bundle(entries: Sequence[bytes]) -> bytes:
    """Return a bundle of entries, each after its length in two bytes."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def unbundle(content: bytes) -> Iterator[bytes]:
    """Yield the entries of a bundle."""
    place = 0
    while place < len(content):
        end = place + 2 + int.from_bytes(content[place : place + 2])
        if place + 2 > len(content) or end > len(content):
            raise MalformedError("tile.bundle", "A bundle ends within an entry (C2SP tlog-tiles).")
        yield content[place + 2 : end]
        place = end
