"""The directory's extraction (Extraction_Correspondance_MSSante), read line by line: only who is asked for is kept.

UTF-8, `|` between columns, nothing quoted, one line for each address and structure; columns are found by their names.
It holds neither APP boxes nor red-list ones: who is not in it may still exist.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from passerelle.core.directory import rows
from passerelle.core.directory.entry import Entry, merge
from passerelle.core.errors import MalformedError

LARGEST_TEXT = 300 << 20
"""Bytes of the text: three times that of 2026."""

LONGEST_LINE = 16 << 10
MOST_COLUMNS = 200
MOST_LINES_EACH = 100
"""Lines of one address."""

_BAR = b"|"
_SUFFIX = re.compile(r"(?:coord)?structure(?:bal)?$")  # its spelling varies between sources
_ADDRESS = "adressebal"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found: entries by address in lower case, and the number of lines that were looked at."""

    entries: Mapping[str, Entry]
    lines: int


def read(blocks: Iterable[bytes], wanted: Collection[str]) -> Reading:
    """Return what an extraction says of these addresses; MalformedError `directory.…` where it is none."""
    lines = split(blocks)
    columns = _columns(next(lines, b""))
    place = columns[_ADDRESS]
    keys = {one.lower().encode() for one in wanted}
    found: dict[str, list[Entry]] = {}
    count = 0
    for line in lines:
        if not line:
            continue
        count += 1
        cells = line.split(_BAR, place + 1)
        if len(cells) <= place:
            raise MalformedError("directory.row", "A line of the extraction has not the columns of its header.")
        address = cells[place].strip().lower()
        if address in keys:
            entries = found.setdefault(address.decode(), [])
            entries.append(rows.entry(_named(line, columns)))
            if len(entries) > MOST_LINES_EACH:
                raise MalformedError("directory.lines", f"An address has more than {MOST_LINES_EACH} lines.")
    return Reading({address: merge(entries) for address, entries in found.items()}, count)


def split(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a text that comes in blocks, without their ends; blocks and rest are all that is in memory."""
    rest, size = b"", 0
    for block in blocks:
        size += len(block)
        if size > LARGEST_TEXT:
            raise MalformedError("directory.size", f"The extraction has more than {LARGEST_TEXT} bytes.")
        *whole, rest = (rest + block).split(b"\n")
        if max(map(len, (*whole, rest))) > LONGEST_LINE:
            raise MalformedError("directory.line", f"A line of the extraction has more than {LONGEST_LINE} bytes.")
        yield from (line.removesuffix(b"\r") for line in whole)
    yield rest.removesuffix(b"\r")


def _columns(header: bytes) -> dict[str, int]:
    """Return the places of the columns by their names; columns that are new are of no matter."""
    try:
        names = [_plain(name) for name in header.decode("utf-8-sig").split("|", MOST_COLUMNS)]
    except UnicodeDecodeError as error:
        raise MalformedError("directory.columns", "The header of the extraction is not UTF-8.") from error
    if len(names) > MOST_COLUMNS:
        raise MalformedError("directory.columns", "The extraction has too many columns.")
    if any(names.count(name) != 1 for name in (_ADDRESS, *rows.COLUMNS)):
        raise MalformedError("directory.columns", "The extraction lacks a column that is read, or has it twice.")
    return {name: place for place, name in enumerate(names)}


def _plain(name: str) -> str:
    """Return a column's name without accents, case, spaces and the suffix of the structure's columns."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    return _SUFFIX.sub("", "".join(letter for letter in bare if letter.isascii() and letter.isalnum()))


def _named(line: bytes, columns: Mapping[str, int]) -> dict[str, str]:
    """Return the cells of a line by column; a bar at the end of a line makes no column."""
    try:
        cells = line.decode().split("|")
    except UnicodeDecodeError as error:
        raise MalformedError("directory.row", "A line of the extraction is not UTF-8.") from error
    width = max(columns.values()) + 1
    if len(cells) == width + 1 and not cells[-1]:
        cells.pop()
    if len(cells) != width:
        raise MalformedError("directory.row", "A line of the extraction has not the columns of its header.")
    return {name: cells[columns[name]] for name in rows.COLUMNS}
