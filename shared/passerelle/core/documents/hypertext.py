"""The words of a mail that is HTML alone, for readers of plain text: nothing in it is run, shown or fetched."""

import re
from itertools import islice

from lxml import etree

from passerelle.core.documents.markup import local, value
from passerelle.core.errors import MalformedError

MOST_TAGS = 100_000  # "<" signs
DEEPEST = 2_048  # nested elements that libxml2 reads, html and body among them
_LABEL = 20  # pieces of text in which a link may show its own address
_SILENT = frozenset({"head", "script", "style", "template"})
_BLOCKS = frozenset(
    {"address", "article", "blockquote", "br", "caption", "center", "dd", "div", "dl", "dt", "footer", "form", "header"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
_CELLS = frozenset({"td", "th"})


def words(text: str) -> str:
    """Return what HTML says, a block a line; MalformedError `mail.html` where nobody wrote that much."""
    root, whole = _parsed(text) if text.count("<") <= MOST_TAGS else (None, False)
    if not whole:
        raise MalformedError("mail.html", f"The HTML of a mail has at most {MOST_TAGS} tags, {DEEPEST} deep.")
    return "" if root is None else _lines("".join(_pieces(root)))


def _parsed(text: str) -> tuple[etree._Element | None, bool]:
    """Return the root, None where there are comments alone, and whether libxml2 has left nothing out."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    return root, not any(one.level == etree.ErrorLevels.FATAL for one in parser.error_log)


def _pieces(root: etree._Element) -> list[str]:
    """Return the texts in their order, with ends of lines around blocks."""
    pieces: list[str] = []
    silent = typed = 0  # typed: within <pre>, where ends of lines count
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = local(element).lower()
        if event == "start":
            silent += name in _SILENT
            typed += name == "pre"
            pieces += [] if silent else [_before(name), _folded(element.text, typed), _shown(name, element)]
        else:
            pieces += [] if silent else [_after(name, element)]
            silent -= name in _SILENT
            typed -= name == "pre"
            pieces += [] if silent else [_folded(element.tail, typed)]
    return pieces


def _before(name: str) -> str:
    return "\n- " if name == "li" else "\n" if name in _BLOCKS else ""


def _shown(name: str, element: etree._Element) -> str:
    """Return what a picture says to those who do not see it."""
    told = value(element, "alt") if name == "img" else ""
    return f"[{told}]" if told else ""


def _after(name: str, element: etree._Element) -> str:
    address = value(element, "href") if name == "a" else ""
    shown = "".join(map(str, islice(element.itertext(), _LABEL))) if address else ""
    if address.startswith(("http", "mailto:", "tel:")) and address.partition(":")[2].strip("/") not in shown:
        return f" <{address}>"
    return " " if name in _CELLS else "\n" if name in _BLOCKS and name != "br" else ""


def _folded(text: str | None, typed: int) -> str:
    return (text or "") if typed else re.sub(r"\s+", " ", text or "")


def _lines(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
