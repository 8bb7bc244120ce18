"""Where everything lies in an archive of seals; beside these names, the tiles of C2SP tlog-tiles.

checkpoint             the newest checkpoint
checkpoints/<size>     every checkpoint, by the size of its log
events/<first>.jsonl   the events of one seal, a line for each, by the place of the first in the log
timestamps/<size>.tsr  the answer of an authority (RFC 3161) about checkpoints/<size>
keys/<key id>          public keys, for convenience: who trusts them has them from elsewhere
"""

import re
from collections.abc import Iterator
from typing import Protocol

NEWEST = "checkpoint"
CHECKPOINTS = "checkpoints/"
EVENTS = "events/"
TIMESTAMPS = "timestamps/"
KEYS = "keys/"

_NUMBERED = re.compile(r"[a-z]+/([0-9]{12})(?:\.[a-z]+)?")


class Files(Protocol):
    """The files of an archive: a bucket, a folder, a zip."""

    def read(self, name: str) -> bytes | None:
        """Return what stands under a name; None where nothing does."""

    def names(self, prefix: str, after: str = "") -> Iterator[str]:
        """Return the names that start so and come after another, in their order."""


def checkpoint(size: int) -> str:
    """Return the name of the checkpoint of a log of this size."""
    return f"{CHECKPOINTS}{size:012d}"


def events(first: int) -> str:
    """Return the name of the events from a place on."""
    return f"{EVENTS}{first:012d}.jsonl"


def timestamp(size: int) -> str:
    """Return the name of the timestamp of a checkpoint."""
    return f"{TIMESTAMPS}{size:012d}.tsr"


def number(name: str) -> int:
    """Return the number in a name; -1 where it is none of ours."""
    match = _NUMBERED.fullmatch(name)
    return int(match[1]) if match else -1


def lines(content: bytes) -> list[bytes]:
    """Return the written events of a file."""
    return content.removesuffix(b"\n").split(b"\n") if content else []


def joined(entries: list[bytes]) -> bytes:
    """Return written events as a file: canonical JSON has no line break."""
    return b"".join(entry + b"\n" for entry in entries)
