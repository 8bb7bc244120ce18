"""What a page or a form of a PDF costs each time that it is drawn, before its first operator is seen.

pypdf parses its stream and reads its fonts (ISO 32000-1 §9) anew each time: two hundred kilobytes can ask for hours.
"""

import re
from collections.abc import Callable

from pypdf import PageObject
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

_DRAWING = 2_000  # ten microseconds each, for all that is drawn
_BYTES = 4  # of a stream of operators that count for one
_FONT = 10  # what a font counts for, beside its tables
_UNPACKED = 256  # bytes that are only unpacked and looked at
_TABLE_BYTES = 32  # of a font's streams that count for one
_ENTRIES = 2  # of a font's tables of characters
_WIDTHS = 10  # of its widths
_MOST_ENTRIES = 100_000  # that pypdf reads from one table, whatever it says
_RANGE = re.compile(
    rb"\s*<\s*([0-9A-Fa-f]{1,8})\s*>\s*<\s*([0-9A-Fa-f]{1,8})\s*>\s*(?:<[0-9A-Fa-f]*>|\[(?:\s*<[0-9A-Fa-f]*>)*\s*\])"
)
_RANGES = re.compile(rb"beginbfrange((?:(?!beginbf|endbf).)*+)endbfrange", re.DOTALL)

Names = dict[str, int]


class Costs:
    """Weighs what one PDF draws; each font and each form is weighed once."""

    def __init__(self, spend: Callable[[int], None]) -> None:
        self._spend = spend
        self._known: dict[int, tuple[DictionaryObject, int]] = {}  # by id, with the object, which keeps its id

    def page(self, page: PageObject) -> tuple[int, Names]:
        """Return what a page costs, and by name the heaviest of the forms that may be drawn on it."""
        contents = page.get_contents()
        size = 0 if contents is None else len(contents.get_data())
        return _DRAWING + size // _BYTES + self._fonts(page), self._forms(page)

    def _forms(self, page: PageObject) -> Names:
        forms: Names = {}
        todo: list[DictionaryObject] = [page]
        seen: set[int] = set()
        while todo:
            drawn = _part(todo.pop(), "/XObject")
            self._spend(len(drawn))  # looked at for each page again
            for name, one in drawn.items():
                form = one.get_object()
                if isinstance(form, StreamObject) and _at(form, "/Subtype") != "/Image":
                    forms[name] = max(forms.get(name, 0), self._once(form, self._form))
                    todo += [form] if id(form) not in seen else []
                    seen.add(id(form))
        return forms

    def _form(self, form: DictionaryObject) -> int:
        return _DRAWING + self._size(form) // _BYTES + self._fonts(form)

    def _fonts(self, owner: DictionaryObject) -> int:
        found = [one.get_object() for one in _part(owner, "/Font").values()]
        return sum(self._once(font, self._font) for font in found if isinstance(font, DictionaryObject))

    def _font(self, font: DictionaryObject) -> int:
        """Return what a font costs: its characters, its widths, the font file where it names no characters."""
        table = _at(font, "/ToUnicode")
        size = self._size(table) or self._size(_at(_at(font, "/FontDescriptor"), "/FontFile"))
        entries = _entries(table.get_data()) if isinstance(table, StreamObject) else 0
        widths = _length(_at(font, "/Widths")) + _length(_at(_at(font, "/Encoding"), "/Differences"))
        descendants = _at(font, "/DescendantFonts")
        for one in descendants if isinstance(descendants, ArrayObject) else ():
            widths += _WIDTHS * _FONT + _widths(_at(one.get_object(), "/W"))
        return _FONT + size // _TABLE_BYTES + entries // _ENTRIES + widths // _WIDTHS

    def _size(self, stream: object) -> int:
        size = len(stream.get_data()) if isinstance(stream, StreamObject) else 0
        self._spend(size // _UNPACKED)
        return size

    def _once(self, thing: DictionaryObject, weigh: Callable[[DictionaryObject], int]) -> int:
        if id(thing) not in self._known:
            self._spend(1)
            self._known[id(thing)] = thing, weigh(thing)
        return self._known[id(thing)][1]


def _entries(table: bytes) -> int:
    """Return how many characters a table may name; as many as pypdf bears, where its ranges are not plain ones."""
    sections = _RANGES.findall(table)
    if len(sections) != table.count(b"beginbfrange"):
        return _MOST_ENTRIES
    entries = table.count(b"<") // 2
    for section in sections:
        found = list(_RANGE.finditer(section))
        if b"".join(b"".join(one.group() for one in found).split()) != b"".join(section.split()):
            return _MOST_ENTRIES
        entries += sum(max(one.group().count(b"<"), int(one[2], 16) - int(one[1], 16) + 1) for one in found)
    return min(_MOST_ENTRIES, entries)


def _widths(array: object) -> int:
    """Return how many widths an array gives: `1 [500 600]` two, `1 95 500` ninety-five (§9.7.4.3)."""
    if not isinstance(array, ArrayObject):
        return 0
    given = [one.get_object() for one in array]
    spans = (
        int(last - first)
        for first, last, _ in zip(given, given[1:], given[2:], strict=False)
        if isinstance(first, int | float) and isinstance(last, int | float) and last > first
    )
    return len(given) + min(_MOST_ENTRIES, sum(map(_length, given)) + sum(min(span, _MOST_ENTRIES) for span in spans))


def _length(array: object) -> int:
    return len(array) if isinstance(array, ArrayObject) else 0


def _part(owner: DictionaryObject, name: str) -> DictionaryObject:
    """Return the fonts or the forms among the resources of a page or a form."""
    found = _at(owner.get_inherited("/Resources"), name)
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _at(holder: object, name: str) -> object:
    """Return what a dictionary says under a name, wherever in the file it stands; nothing where it is none."""
    return holder[name] if isinstance(holder, DictionaryObject) and name in holder else None
