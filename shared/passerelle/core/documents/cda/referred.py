"""The narrative that entries refer to by ID: each piece read once, as a reader of the narrative sees it."""

from lxml import etree

from passerelle.core.documents.markup import child, local, value, words
from passerelle.core.documents.narrative import blocks
from passerelle.core.errors import MalformedError

MOST_REFERRED = 2_000_000  # characters and elements, counted at each reference: a thousand may mean the same megabyte


class Narrative:
    """The elements of a document that have an ID, and what they say."""

    def __init__(self, structured: etree._Element) -> None:
        self._elements = {element.get("ID", ""): element for element in structured.iter() if element.get("ID")}
        self._told: dict[str, str] = {}
        self._left = MOST_REFERRED

    def __contains__(self, name: str) -> bool:
        """Tell whether an element has this ID."""
        return name in self._elements

    def place(self, *elements: etree._Element | None) -> etree._Element | None:
        """Return the place in the narrative that the first of some elements refers to."""
        names = (value(child(element, "reference"), "value").removeprefix("#") for element in elements)
        return next((self._elements[name] for name in names if name in self._elements), None)

    def __call__(self, element: etree._Element | None) -> str:
        """Return the text of the narrative that an element refers to, else its own."""
        name = value(child(element, "reference"), "value").removeprefix("#")
        if name in self._elements and name not in self._told:
            self._told[name] = self._read(self._elements[name])
        text = self._told.get(name, "")
        self._spend(len(text))
        return text or words(element)

    def _read(self, element: etree._Element) -> str:
        """Return an element on one line: 10⁹ is not 109, what is struck out is said so, and a row is its first cell."""
        self._spend(sum(1 for _ in element.iter()))
        cells = [cell for cell in element if words(cell)] if local(element) == "tr" else []
        return " ".join(blocks.plain(blocks.read(next(iter(cells), element), {})))

    def _spend(self, cost: int) -> None:
        self._left -= cost
        if self._left < 0:
            raise MalformedError("cda.size", "The entries of a CDA refer to more of its text than the bridge reads.")
