"""The text layer of a PDF, as lines of a letter."""

import io
import logging

from pypdf import PageObject, PdfReader, apply_configuration

from passerelle.core.documents.cda.transcript_cost import Costs, Names
from passerelle.core.documents.effort import Effort, Work
from passerelle.core.documents.narrative import WIDTH
from passerelle.core.documents.narrative.layout import wrap

IMAGE = "Document joint (PDF image), non transcrit."
UNREADABLE = "Document joint (PDF), non transcrit."
MOST_PAGES = 60
MOST_LINES = 20_000
MOST_WORK = Work.PDF.value  # operators and letters of all pages; ten kilobytes of PDF can ask for hours
_MOST_PARSED = 200_000  # operands and operators of one page or form
_MOST_UNPACKED = 16_000_000  # bytes of one stream, and twice that in all its filters
_FEWEST_CHARACTERS = 20  # a page with fewer is an image with a stamp on it

logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)  # its warnings quote the document


class _OverworkedError(Exception):
    """The pages cost more than they are worth: a reader opens the PDF itself."""


class _Meter:
    """Counts what the pages of one PDF make pypdf do, on the account of its mail."""

    def __init__(self, effort: Effort) -> None:
        self._left = MOST_WORK
        self._effort = effort
        self._costs = Costs(self._spend)
        self._forms: Names = {}  # what it costs to draw those that the page knows

    def text(self, page: PageObject) -> str:
        """Return the text of a page."""
        cost, self._forms = self._costs.page(page)
        self._spend(cost)
        text = page.extract_text(visitor_operand_before=self._see)
        self._spend(0)  # pypdf goes on where a form fails
        return text

    def _see(self, operator: bytes, operands: list[object], *_: object) -> None:
        """Count an operator before it is done: a form may draw forms (ISO 32000-1 §8.10), a string may be huge."""
        pieces = (piece for one in operands for piece in (one if isinstance(one, list) else [one]))
        long = sum(len(piece) for piece in pieces if isinstance(piece, str | bytes))
        form = next((one for one in operands if operator == b"Do" and isinstance(one, str)), "")
        self._spend(1 + self._forms.get(form, 0) + long)

    def _spend(self, cost: int) -> None:
        self._left -= cost
        if not self._effort.spend(Work.PDF, cost) or self._left < 0:
            raise _OverworkedError


def lines(pdf: bytes, effort: Effort | None = None) -> tuple[str, ...]:
    """Return what a PDF says in lines of at most 80 columns, or one line that says why it says nothing."""
    try:
        with apply_configuration(
            stream_parsing_work_maximum_count=_MOST_PARSED,
            zlib_maximum_output_length=_MOST_UNPACKED,
            lzw_maximum_output_length=_MOST_UNPACKED,
            run_length_maximum_output_length=_MOST_UNPACKED,
            array_based_stream_maximum_output_length=_MOST_UNPACKED,
            stream_decoding_work_maximum_length=2 * _MOST_UNPACKED,
        ):
            pages, more = _pages(PdfReader(io.BytesIO(pdf)), effort or Effort())
    except Exception:  # noqa: BLE001 - pypdf raises whatever a broken PDF makes it stumble on; the PDF travels beside
        return (UNREADABLE,)
    if sum(len("".join(page.split())) for page in pages) < _FEWEST_CHARACTERS * max(1, len(pages)):
        return (IMAGE,)
    text = [piece for page in pages for line in (*page.splitlines(), "") for piece in wrap(line, WIDTH)]
    cut = more or len(text) > MOST_LINES
    return (*text[:MOST_LINES], *(("Suite : voir le document joint.",) if cut else ()))


def _pages(reader: PdfReader, effort: Effort) -> tuple[list[str], bool]:
    """Return the text of the pages within the caps, and whether there are more."""
    meter, pages = _Meter(effort), list[str]()
    try:
        for number in range(min(len(reader.pages), MOST_PAGES)):
            pages.append(meter.text(reader.pages[number]))  # what was read before the cap is kept
    except _OverworkedError:
        if not pages:
            raise
    return pages, len(reader.pages) > len(pages)
