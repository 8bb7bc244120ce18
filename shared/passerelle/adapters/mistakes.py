"""The mistakes in a file of agreements, each with the line that it stands in."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_ONE_OF_MANY = re.compile(r"\s*\[\[\s*([\w-]+)\s*\]\]")
_TABLE = re.compile(r"\s*\[\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"\s*([\w-]+)\s*=")


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake in the file: its line (0 where there is none), its place, the rule."""

    line: int
    place: str
    rule: str


class AgreementsError(ValueError):
    """The file of agreements is wrong; `mistakes` says where."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("; ".join(f"line {one.line}: {one.place}: {one.rule}" for one in mistakes))
        self.mistakes = tuple(mistakes)


def line_of(text: str, where: Sequence[int | str]) -> int:
    """Return the line of a place such as ("correspondent", 2, "label"), or of the table that it stands in."""
    wanted, line, deepest = tuple(where), 0, 0
    for number, place in _places(text):
        if place == wanted[: len(place)] and len(place) > deepest:
            line, deepest = number, len(place)
    return line


def _places(text: str) -> Iterator[tuple[int, tuple[int | str, ...]]]:
    """Yield every line that opens a table or a value, with its place."""
    table: tuple[int | str, ...] = ()
    count: Counter[str] = Counter()
    for number, content in enumerate(text.splitlines(), 1):
        if header := _ONE_OF_MANY.match(content):
            table = (header[1], count[header[1]])
            count[header[1]] += 1
            yield number, table
        elif header := _TABLE.match(content):
            first, *rest = header[1].split(".")
            table = (first, count[first] - 1, *rest) if count[first] else (first, *rest)
            yield number, table
        elif key := _KEY.match(content):
            yield number, (*table, key[1])
