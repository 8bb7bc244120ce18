"""The text layer of a PDF, as lines of a letter."""

import io
import logging

from pypdf import PdfReader

from passerelle.core.documents.narrative import WIDTH
from passerelle.core.documents.narrative.layout import wrap

IMAGE = "Document joint (PDF image), non transcrit."
UNREADABLE = "Document joint (PDF), non transcrit."
MOST_PAGES = 60
MOST_LINES = 20_000
_FEWEST_CHARACTERS = 20  # a page with fewer is an image with a stamp on it

logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)  # its warnings quote the document


def lines(pdf: bytes) -> tuple[str, ...]:
    """Return what a PDF says in lines of at most 80 columns, or one line that says why it says nothing."""
    try:
        reader = PdfReader(io.BytesIO(pdf))
        pages = [reader.pages[number].extract_text() for number in range(min(len(reader.pages), MOST_PAGES))]
        more = len(reader.pages) > MOST_PAGES
    except Exception:  # noqa: BLE001 - pypdf raises whatever a broken PDF makes it stumble on; the PDF travels beside
        return (UNREADABLE,)
    if sum(len("".join(page.split())) for page in pages) < _FEWEST_CHARACTERS * max(1, len(pages)):
        return (IMAGE,)
    text = [piece for page in pages for line in (*page.splitlines(), "") for piece in wrap(line, WIDTH)]
    cut = more or len(text) > MOST_LINES
    return (*text[:MOST_LINES], *(("Suite : voir le document joint.",) if cut else ()))
