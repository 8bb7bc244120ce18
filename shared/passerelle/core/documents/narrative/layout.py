"""Paragraphs and tables drawn in fixed pitch; a table that would be squeezed becomes « colonne : valeur ».

Columns are counted as the reader will see them, in the characters of HPRIM.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from passerelle.core.documents.hprim.charset import columns
from passerelle.core.documents.narrative.blocks import Block, Paragraph, Table
from passerelle.core.documents.narrative.grid import Cell, Grid

_GAP = " | "
_NARROWEST = 12  # a column is not squeezed below this: « 10.02 mmol/L » stays on one line
_HANG = "  "
_BROAD = 3  # columns: a row with a cell over so many is a remark under the row above
_DEEPEST = 10  # lists further in are not indented more


def draw(blocks: tuple[Block, ...], width: int) -> tuple[str, ...]:
    """Return blocks as lines of at most `width` columns, without blank lines at the ends or in a row."""
    lines: list[str] = []
    for block in blocks:
        lines += _table(block, width) if isinstance(block, Table) else _paragraph(block, width)
    kept = [line for before, line in pairwise(["", *lines]) if line or before]
    return tuple(kept[:-1] if kept and not kept[-1] else kept)


def wrap(text: str, width: int, hang: str = "") -> list[str]:
    """Return text in lines of at most `width`, later lines after `hang`; only a word that is too long is cut."""
    lines: list[str] = []
    current, taken = "", 0
    for word in text.split():
        room = width - (len(hang) if lines else 0)
        wide = columns(word)
        if current and taken + 1 + wide <= room:
            current += f" {word}"
            taken += 1 + wide
            continue
        lines += [current] if current else []
        *full, current = _pieces(word, width - len(hang)) if wide > width - len(hang) else [word]
        taken = columns(current) if full else wide
        lines += full
    lines += [current] if current else []
    return [line if place == 0 else hang + line for place, line in enumerate(lines)] or [""]


def _pieces(word: str, width: int) -> list[str]:
    pieces, taken = [""], 0
    for character in word:
        wide = columns(character)
        if taken + wide > width and pieces[-1]:
            pieces.append("")
            taken = 0
        pieces[-1] += character
        taken += wide
    return pieces


def _paragraph(block: Paragraph, width: int) -> Iterator[str]:
    indent = "  " * min(max(block.depth - 1, 0), _DEEPEST)
    hang = " " * len(block.marker)
    for place, line in enumerate(block.lines):
        lead = indent + (hang if place else block.marker)
        for row, piece in enumerate(wrap(line, width - len(lead))):
            yield (lead + piece if row == 0 else indent + hang + piece).rstrip()


def _table(block: Table, width: int) -> Iterator[str]:
    yield ""
    for line in block.caption:
        yield from wrap(line, width)
    widths = _widths(block.grid, width)
    yield from _grid(block.grid, widths) if widths else _records(block.grid, width)
    yield ""


def _widths(grid: Grid, width: int) -> list[int]:
    """Return the width of each column; nothing where they do not fit without harm."""
    least, natural = [1] * grid.width, [1] * grid.width
    for cell in sorted(grid.cells, key=lambda cell: cell.columns):
        _stretch(least, cell, max(columns(word) for line in cell.lines for word in line.split()))
        _stretch(natural, cell, max(map(columns, cell.lines)) if cell.columns == 1 else 0)
    natural = [max(pair) for pair in zip(least, natural, strict=True)]
    floor = [max(low, min(high, _NARROWEST)) for low, high in zip(least, natural, strict=True)]
    room = width - len(_GAP) * (grid.width - 1)
    if sum(natural) <= room:
        return natural
    return _share(floor, natural, room - sum(floor)) if sum(floor) <= room else []


def _share(floor: list[int], natural: list[int], spare: int) -> list[int]:
    """Return widths between floor and natural: who lacks least is served first, so that values stay whole."""
    widths = list(floor)
    for place, column in enumerate(sorted(range(len(floor)), key=lambda c: natural[c] - floor[c])):
        more = min(natural[column] - floor[column], spare // (len(floor) - place))
        widths[column] += more
        spare -= more
    return widths


def _stretch(widths: list[int], cell: Cell, need: int) -> None:
    """Widen the last column that a cell covers where the cell needs more than all of them have."""
    have = sum(widths[cell.column : cell.column + cell.columns]) + len(_GAP) * (cell.columns - 1)
    widths[cell.column + cell.columns - 1] += max(0, need - have)


def _grid(grid: Grid, widths: list[int]) -> Iterator[str]:
    starts = [sum(widths[:column]) + len(_GAP) * column for column in range(grid.width)]
    texts = {cell: _cell(cell, widths) for cell in grid.cells}
    tops = _tops(grid, texts)
    canvas = [[" "] * (sum(widths) + len(_GAP) * (grid.width - 1)) for _ in range(tops[-1])]
    for row, column in _bars(grid):
        for line in canvas[tops[row] : tops[row + 1]]:
            line[starts[column] - 2] = "|"
    for cell, pieces in texts.items():
        for place, piece in enumerate(pieces):
            slots = [piece, *[""] * (columns(piece) - 1)]  # one of them holds it all
            canvas[tops[cell.row] + place][starts[cell.column] : starts[cell.column] + len(slots)] = slots
    for place, line in enumerate(canvas):
        if place == tops[grid.heads] and grid.heads:
            yield "-+-".join("-" * width for width in widths)
        yield "".join(line).rstrip()


def _bars(grid: Grid) -> Iterator[tuple[int, int]]:
    """Return the slots that have a bar at their left."""
    owners = grid.owners()
    for row in range(grid.height):
        for column in range(1, grid.width):
            owner = owners.get((row, column))
            if owner is None or owner != owners.get((row, column - 1)):
                yield row, column


def _cell(cell: Cell, widths: list[int]) -> list[str]:
    width = sum(widths[cell.column : cell.column + cell.columns]) + len(_GAP) * (cell.columns - 1)
    return [piece for line in cell.lines for piece in wrap(line, width)]


def _tops(grid: Grid, texts: dict[Cell, list[str]]) -> list[int]:
    """Return the line where each row begins, and the line after the last."""
    heights = [1] * grid.height
    for cell in sorted(grid.cells, key=lambda cell: cell.rows):
        have = sum(heights[cell.row : cell.row + cell.rows])
        heights[cell.row + cell.rows - 1] += max(0, len(texts[cell]) - have)
    tops = [0]
    for height in heights:
        tops.append(tops[-1] + height)
    return tops


def _records(grid: Grid, width: int) -> Iterator[str]:
    owners = grid.owners()
    heads, titles = _headings(grid, owners)
    for title in titles:
        yield from wrap(title, width)
    columns = _columns(grid, owners)
    for row in range(grid.heads, grid.height):
        for place, lines in enumerate(_record(row, heads, columns, owners)):
            indent = "  " if place else ""
            for line in _hung(lines, width - len(indent)):
                yield indent + line


def _hung(lines: tuple[str, ...], width: int) -> Iterator[str]:
    """Yield the lines of a cell, all after the first further in: two doses are not one."""
    yield from wrap(lines[0], width, hang=_HANG)
    for line in lines[1:]:
        yield from (_HANG + piece for piece in wrap(line, width - len(_HANG)))


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which columns rows fill, which rows have a cell over many of them, and which columns the other rows fill."""

    filled: set[int]
    broad: set[int]
    apart: set[int]

    def leads(self, row: int, cell: Cell) -> bool:
        """Tell whether headings go before a cell; a broad row is a remark under its record, where others show these."""
        return row not in self.broad or not self.apart.issuperset(range(cell.column, cell.column + cell.columns))


def _columns(grid: Grid, owners: dict[tuple[int, int], Cell]) -> _Columns:
    body = [(row, column, cell) for (row, column), cell in owners.items() if row >= grid.heads]
    broad = {row for row, _, cell in body if cell.columns >= _BROAD}
    filled = {column for _, column, cell in body if cell.columns < grid.width}
    return _Columns(filled, broad, {column for row, column, _ in body if row not in broad})


def _record(
    row: int, heads: list[str], columns: _Columns, owners: dict[tuple[int, int], Cell]
) -> Iterator[tuple[str, ...]]:
    """Yield what one row says, column by column; a column that no row fills still shows its heading."""
    seen: set[Cell] = set()
    for column, head in enumerate(heads):
        cell = owners.get((row, column))
        if cell is None and head and column not in columns.filled:
            yield (f"{head} :",)
        elif cell is not None and cell not in seen:
            seen.add(cell)
            over = dict.fromkeys(filter(None, heads[cell.column : cell.column + cell.columns]))
            lead = f"{' / '.join(over)} : " if over and cell.columns < len(heads) and columns.leads(row, cell) else ""
            yield (lead + cell.lines[0], *cell.lines[1:])


def _headings(grid: Grid, owners: dict[tuple[int, int], Cell]) -> tuple[list[str], list[str]]:
    """Return the heading of each column, and the headings that no row would show."""
    heads: list[str] = []
    titles: list[str] = []
    for column in range(grid.width):
        above = dict.fromkeys(owners[row, column] for row in range(grid.heads) if (row, column) in owners)
        titles += [" ".join(cell.lines) for cell in above if cell.columns == grid.width and column == 0]
        heads.append(" ".join(" ".join(cell.lines) for cell in above if cell.columns < grid.width))
    shown = any(cell.row >= grid.heads and cell.columns < grid.width for cell in grid.cells)
    return heads, titles if shown else [*titles, *filter(None, heads)]
