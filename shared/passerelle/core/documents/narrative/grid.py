"""Cells of a table put where rowspan and colspan put them, as HTML 4 §11.2.6 does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from passerelle.core.errors import MalformedError

MOST_COLUMNS = 100  # a wider colspan says no more than this
MOST_SLOTS = 200_000  # rows × columns of one table


@dataclass(frozen=True, slots=True)
class Cell:
    """Lines at a row and a column, over so many rows and columns."""

    lines: tuple[str, ...]
    rows: int
    columns: int
    header: bool = False
    row: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells that say something, row by row, without the rows and columns that say nothing."""

    cells: tuple[Cell, ...]
    height: int
    width: int
    heads: int  # header rows at the top

    def owners(self) -> dict[tuple[int, int], Cell]:
        """Return the cell that covers each slot."""
        return {
            (row, column): cell
            for cell in self.cells
            for row in range(cell.row, cell.row + cell.rows)
            for column in range(cell.column, cell.column + cell.columns)
        }

    def flat(self) -> tuple[str, ...]:
        """Return one line per row."""
        rows: list[list[str]] = [[] for _ in range(self.height)]
        for cell in self.cells:
            rows[cell.row].append(" ".join(cell.lines))
        return tuple(" | ".join(row) for row in rows)


class Placer:
    """A table being laid out, one row group after the other: a rowspan ends with its group."""

    def __init__(self) -> None:
        self._cells: list[Cell] = []
        self._taken: set[tuple[int, int]] = set()
        self._height = 0
        self._heads = 0
        self._only_heads = True

    def group(self, rows: Sequence[Sequence[Cell]], *, head: bool) -> None:
        """Place the rows of a thead, tbody or tfoot."""
        end = self._height + len(rows)
        for row in rows:
            self._row(row, end)
            self._only_heads = self._only_heads and (head or (bool(row) and all(cell.header for cell in row)))
            self._height += 1
            self._heads = self._height if self._only_heads else self._heads

    def _row(self, row: Sequence[Cell], end: int) -> None:
        column = 0
        for cell in row:
            while (self._height, column) in self._taken:
                column += 1
            columns = 1
            while columns < min(cell.columns, MOST_COLUMNS) and (self._height, column + columns) not in self._taken:
                columns += 1  # cells never overlap: what a rowspan holds from above stays its own
            rows = min(cell.rows, end - self._height)
            self._take(replace(cell, row=self._height, column=column, rows=rows, columns=columns))
            column += columns

    def _take(self, cell: Cell) -> None:
        if len(self._taken) + cell.rows * cell.columns > MOST_SLOTS:
            raise MalformedError("narrative.table", f"A table has at most {MOST_SLOTS} rows × columns.")
        self._cells.append(cell)
        self._taken.update(
            (row, column)
            for row in range(cell.row, cell.row + cell.rows)
            for column in range(cell.column, cell.column + cell.columns)
        )

    def grid(self) -> Grid:
        """Return the grid, closed up around the cells that say something."""
        cells = [cell for cell in self._cells if cell.lines]
        rows = {row: place for place, row in enumerate(sorted({cell.row for cell in cells}))}
        columns = {column: place for place, column in enumerate(sorted({cell.column for cell in cells}))}
        if len(rows) * len(columns) > MOST_SLOTS:  # a long first row and many short ones
            raise MalformedError("narrative.table", f"A table has at most {MOST_SLOTS} rows × columns.")
        closed = tuple(
            replace(
                cell,
                row=rows[cell.row],
                column=columns[cell.column],
                rows=sum(row in rows for row in range(cell.row, cell.row + cell.rows)),
                columns=sum(column in columns for column in range(cell.column, cell.column + cell.columns)),
            )
            for cell in cells
        )
        return Grid(closed, len(rows), len(columns), sum(row < self._heads for row in rows))
