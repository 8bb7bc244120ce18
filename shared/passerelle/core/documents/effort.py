"""What reading one mail may cost, all its documents together; what each alone may cost is capped where it is read."""

from enum import Enum


class Work(Enum):
    """A kind of work, and how much of it a mail may ask for."""

    XML = 200_000  # "<" signs of its CDAs, and LETTERS of their text; the longest published one has a fifth: 4 s
    PDF = 300_000  # operators and letters that are put into words: 3 s
    INFLATED = 64_000_000  # bytes of the object streams of its PDFs, packed and unpacked
    UNPACKED = 60_000_000  # bytes out of its zips


LETTERS = 30
"""Characters of a text that cost as much as a tag."""


class Effort:
    """What is left for a mail."""

    def __init__(self) -> None:
        self._left: dict[Work, int] = {kind: kind.value for kind in Work}

    def spend(self, kind: Work, cost: int) -> bool:
        """Take off what something costs, and tell whether there was as much."""
        self._left[kind] -= cost
        return self._left[kind] >= 0
