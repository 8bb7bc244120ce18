"""The lines of an HPRIM file: line ends, markers, width."""

import re
from dataclasses import dataclass
from enum import Enum

from passerelle.core.errors import MalformedError

WIDTH = 80  # columns, by custom (fixed pitch)
MOST_LINES = 50_000
_LINE_END = re.compile(r"\r*\n|\r")  # \r\r\n is one end of line, translated twice


class Marker(Enum):
    """The three lines that structure an HPRIM file."""

    LAB = "****LAB****"
    END = "****FIN****"
    END_OF_FILE = "****FINFICHIER****"


_MARKERS = {marker.value: marker for marker in Marker}
_STARRED = re.compile(r"(?<!\*)\*+(?=\s*(?:LAB|FIN|FINFICHIER)\s*\*)", re.IGNORECASE)
_CIPHER_MARK = re.compile(r"([$#])(?=APICRYPT|(?:END)?BINASCII|DEST(?:BEGIN|END))", re.IGNORECASE)
_HTML = re.compile(r"([&<])(?=#?\w{1,31};|br ?/?>)", re.IGNORECASE)  # readers undo entities and breaks
_TYPED_LINE = re.compile(r"\b(RES|TEX)\s*\|", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Segment:
    """The lines up to a marker of end, and that marker (None where the file stops without one)."""

    lines: tuple[str, ...]
    end: Marker | None

    @property
    def blank(self) -> bool:
        """Tell whether there is nothing in it."""
        return not any(line.strip() for line in self.lines)


def split(text: str) -> tuple[str, ...]:
    """Return the lines of a text, whatever ends them."""
    if text.count("\n") + text.count("\r") > 2 * MOST_LINES:
        raise MalformedError("hprim.lines", f"An HPRIM file has at most {MOST_LINES} lines.")
    lines = tuple(_LINE_END.split(text))
    if len(lines) > MOST_LINES:
        raise MalformedError("hprim.lines", f"An HPRIM file has at most {MOST_LINES} lines.")
    return lines


def marker(line: str) -> Marker | None:
    """Return the marker that a line is; some files have a space before it."""
    return _MARKERS.get(line.strip().upper())


def segments(lines: tuple[str, ...]) -> tuple[Segment, ...]:
    """Return what stands between the markers of end, blank segments left out."""
    found: list[Segment] = []
    start = 0
    for number, line in enumerate(lines):
        end = marker(line)
        if end in (Marker.END, Marker.END_OF_FILE):
            found.append(Segment(lines[start:number], end))
            start = number + 1
    found.append(Segment(lines[start:], None))
    return tuple(segment for segment in found if not segment.blank)


def defuse(text: str) -> str:
    """Return a text in which no reader can see a marker, a typed line, a line end of HTML or ciphered mail."""
    starless = _STARRED.sub(lambda found: "* " * len(found.group()), text)
    return _TYPED_LINE.sub(r"\1/", _CIPHER_MARK.sub(r"\1 ", _HTML.sub(r"\1 ", starless)))


def wrap(line: str, width: int = WIDTH) -> tuple[str, ...]:
    """Return a line cut at blanks into lines of at most `width` columns."""
    if len(line) <= width:
        return (line,)
    body = line.lstrip()
    lead = min(len(line) - len(body), width // 2)
    return tuple(_pieces(" " * lead + body, width, lead))


def _pieces(line: str, width: int, lead: int) -> list[str]:
    """Cut by positions: slicing the rest again and again would be quadratic."""
    pieces, start, margin = [], 0, lead
    while len(line) - start > width:
        blank = line.rfind(" ", start + margin, start + width + 1)
        cut = blank if blank > start + margin else start + width
        pieces.append(line[start:cut].rstrip())
        start, margin = cut, 0
        while start < len(line) and line[start] == " ":
            start += 1
    if start < len(line):
        pieces.append(line[start:])
    return pieces
