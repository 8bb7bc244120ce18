"""The narrative block of CDA (NarrativeBlock.xsd) read into paragraphs and tables."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

from lxml import etree

from passerelle.core.documents.markup import children, local, value, words
from passerelle.core.documents.narrative.grid import Cell, Grid, Placer

_DIGITS = frozenset("0123456789")
_GROUPS = ("thead", "tbody", "tfoot")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that flow, under a marker, so many lists deep."""

    lines: tuple[str, ...]
    marker: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A caption and a grid of cells."""

    caption: tuple[str, ...]
    grid: Grid


Block = Paragraph | Table


@dataclass(slots=True)
class _Flow:
    """Text on its way to become blocks."""

    depth: int = 0
    blocks: list[Block] = field(default_factory=list)
    _lines: list[list[str]] = field(default_factory=lambda: [[]])

    def add(self, text: str | None) -> None:
        """Take text into the current line."""
        if text:
            self._lines[-1].append(text)

    def new_line(self) -> None:
        """Begin another line of the same paragraph."""
        self._lines.append([])

    def end(self) -> None:
        """Close the current paragraph."""
        lines = tuple(unicodedata.normalize("NFC", " ".join("".join(line).split())) for line in self._lines)
        self._lines = [[]]
        if any(lines):
            self.blocks.append(Paragraph(lines, depth=self.depth))

    @property
    def after_digit(self) -> bool:
        """Tell whether the text so far ends in a digit."""
        last = "".join(self._lines[-1][-1:])
        return last[-1:] in _DIGITS if last else False


def read(element: etree._Element, media: Mapping[str, str]) -> tuple[Block, ...]:
    """Return the blocks of a narrative; `media` names the files that it refers to, by ID."""
    return _Reader(element, media).read()


def plain(blocks: tuple[Block, ...]) -> tuple[str, ...]:
    """Return blocks as lines for a cell, where a table inside a table becomes one line per row."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Table):
            lines += [*block.caption, *block.grid.flat()]
        else:
            first, *rest = block.lines
            lines += [block.marker + first, *rest]
    return tuple(line for line in lines if line)


class _Reader:
    """One narrative, its media and its footnotes."""

    def __init__(self, element: etree._Element, media: Mapping[str, str]) -> None:
        self._element = element
        self._media = media
        notes = [note for note in element.iter() if local(note) == "footnote"]
        self._numbers = {note: number for number, note in enumerate(notes, 1)}
        self._names = {note.get("ID", ""): number for note, number in self._numbers.items()}
        self._notes: list[Paragraph] = []
        self._known: dict[str, Callable[[etree._Element, _Flow], None]] = {
            "br": self._break,
            "paragraph": self._paragraph,
            "caption": self._paragraph,
            "list": self._list,
            "table": self._table,
            "renderMultiMedia": self._media_link,
            "linkHtml": self._link,
            "sup": self._power,
            "footnote": self._footnote,
            "footnoteRef": self._footnote_reference,
            "content": self._content,
            "": lambda _, flow: flow.add(None),
        }

    def read(self) -> tuple[Block, ...]:
        """Return the blocks, footnotes last."""
        return (*self._inside(self._element, 0), *self._notes)

    def _inside(self, element: etree._Element, depth: int) -> tuple[Block, ...]:
        flow = _Flow(depth)
        self._walk(element, flow)
        flow.end()
        return tuple(flow.blocks)

    def _walk(self, element: etree._Element, flow: _Flow) -> None:
        flow.add(element.text)
        for child in element:
            self._known.get(local(child), self._walk)(child, flow)
            flow.add(child.tail)

    def _paragraph(self, element: etree._Element, flow: _Flow) -> None:
        flow.end()
        self._walk(element, flow)
        flow.end()

    def _break(self, element: etree._Element, flow: _Flow) -> None:
        flow.new_line()
        self._walk(element, flow)

    def _content(self, element: etree._Element, flow: _Flow) -> None:
        deleted = element.get("revised") == "delete"  # CDA R2 §4.3.5.1: text that was struck out
        flow.add("[supprimé : " if deleted else None)
        self._walk(element, flow)
        flow.add("]" if deleted else None)

    def _power(self, element: etree._Element, flow: _Flow) -> None:
        # 10<sup>9</sup> is not 109
        flow.add("^" if flow.after_digit and words(element)[:1] in (*_DIGITS, "-", "+") else None)
        self._walk(element, flow)

    def _link(self, element: etree._Element, flow: _Flow) -> None:
        self._walk(element, flow)
        address = value(element, "href")
        if address and not address.startswith("#") and address not in words(element):
            flow.add(f" <{address}>")

    def _media_link(self, element: etree._Element, flow: _Flow) -> None:
        for name in value(element, "referencedObject").split():
            flow.add(f" [Pièce jointe : {self._media.get(name, name)}] ")
        self._walk(element, flow)

    def _footnote(self, element: etree._Element, flow: _Flow) -> None:
        number = self._numbers[element]
        flow.add(f" ({number}) ")
        self._notes.append(Paragraph(plain(self._inside(element, 0)) or ("",), f"({number}) "))

    def _footnote_reference(self, element: etree._Element, flow: _Flow) -> None:
        number = self._names.get(value(element, "IDREF"))
        flow.add(f" ({number}) " if number else None)
        self._walk(element, flow)

    def _list(self, element: etree._Element, flow: _Flow) -> None:
        flow.end()
        ordered = element.get("listType") == "ordered"
        number = 0
        flow.add(element.text)
        for child in element:
            if local(child) == "item":
                flow.end()
                number += 1
                flow.blocks += self._item(child, f"{number}. " if ordered else "- ", flow.depth + 1)
            else:
                self._known.get(local(child), self._walk)(child, flow)
            flow.add(child.tail)
        flow.end()

    def _item(self, element: etree._Element, marker: str, depth: int) -> tuple[Block, ...]:
        blocks = self._inside(element, depth)
        if blocks and isinstance(blocks[0], Paragraph) and not blocks[0].marker:
            return (replace(blocks[0], marker=marker), *blocks[1:])
        return blocks

    def _table(self, element: etree._Element, flow: _Flow) -> None:
        flow.end()
        captions = [line for child in children(element, "caption") for line in plain(self._inside(child, 0))]
        placer = Placer()
        parts = [child for child in element if local(child) not in ("", "caption")]
        for head, rows in sorted(_groups(parts), key=lambda group: group[0] == "tfoot"):
            placer.group([self._row(row) for row in rows], head=head == "thead")
        strays = [_stray(e) for e in element.iter() if local(e) in ("table", "tr", *_GROUPS)]
        flow.blocks.append(Table((*captions, *filter(None, strays)), placer.grid()))

    def _row(self, row: etree._Element) -> list[Cell]:
        cells = [cell for cell in row if local(cell)] if local(row) == "tr" else [row]
        return [
            Cell(
                plain(self._inside(cell, 0)),
                rows=_span(cell, "rowspan"),
                columns=_span(cell, "colspan"),
                header=local(cell) == "th",
            )
            for cell in cells
        ]


def _groups(parts: list[etree._Element]) -> Iterator[tuple[str, list[etree._Element]]]:
    """Return the row groups of a table; rows in a row that stand in no group are one."""
    for grouped, members in groupby(parts, key=lambda part: local(part) in _GROUPS):
        if grouped:
            yield from ((local(group), [row for row in group if local(row)]) for group in members)
        else:
            yield "tr", list(members)


def _span(cell: etree._Element, name: str) -> int:
    text = value(cell, name)
    return max(1, int(text)) if text.isdecimal() and len(text) <= 4 else 1  # noqa: PLR2004 - beyond 9999 it is noise


def _stray(element: etree._Element) -> str:
    """Return text that stands in a table, but in no cell."""
    return " ".join(" ".join([element.text or "", *(child.tail or "" for child in element)]).split())
