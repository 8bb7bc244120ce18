"""Text and photos as a PDF/A-1b: one fixed-pitch font, embedded; the same bytes for the same text and date."""

import io
from collections.abc import Iterator
from datetime import datetime
from html import escape
from importlib.resources import files

from fpdf import FPDF
from fpdf.fonts import TTFFont

from passerelle.core.errors import MalformedError

WIDTH = 90  # columns: what HPRIM's 80 and a little more need at 9 pt on A4
MOST_PICTURES = 20
MOST_LINES = 10_000  # about 170 pages, 2 s
_FONT = "DejaVuSansMono"
_SIZE = 9  # pt
_LINE = 4.2  # mm
_MISSING = "\N{REPLACEMENT CHARACTER}"
_TAB = 8
_XMP = """\
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmp:CreateDate="{date}" xmp:ModifyDate="{date}" xmp:MetadataDate="{date}" pdf:Producer="Passerelle">
<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>"""  # ours, because fpdf2's own reads the clock


def render(
    title: str, header: tuple[str, ...], text: tuple[str, ...], created: datetime, pictures: tuple[bytes, ...] = ()
) -> bytes:
    """Return a PDF/A-1b with title, header, text and, a page each, flat RGB pictures; MalformedError past a cap."""
    if len(pictures) > MOST_PICTURES:
        raise MalformedError("pdf.pictures", f"A document shows at most {MOST_PICTURES} pictures.")
    if sum(max(1, -(-len(line.expandtabs(_TAB)) // WIDTH)) for line in text) > MOST_LINES:
        raise MalformedError("pdf.lines", f"A text of more than {MOST_LINES} lines is not set in a PDF.")
    page = _Page(title, created)
    page.put("B", (title,), size=13)
    page.put("", header)
    page.rule()
    page.put("", text)
    for number, picture in enumerate(pictures, 1):
        page.show(picture, f"Photo {number} / {len(pictures)}")
    return bytes(page.output())


class _Page(FPDF):
    """A4 in portrait with page numbers, and XMP metadata as ISO 19005-1 §6.7 asks."""

    def __init__(self, title: str, created: datetime) -> None:
        super().__init__(format="A4", enforce_compliance="PDF/A-1B")
        self.creation_date = created
        self.set_lang("fr-FR")
        for style, file in (("", _FONT), ("B", f"{_FONT}-Bold")):
            self.add_font(_FONT, style, str(files(__package__).joinpath("fonts", f"{file}.ttf")))
        shown = self.drawable(title)
        self.set_title(shown)
        self.set_xmp_metadata(_XMP.format(date=created.isoformat(timespec="seconds"), title=escape(shown)))
        self.set_margins(18, 15)
        self.set_auto_page_break(auto=True, margin=18)
        self.add_page()

    def drawable(self, text: str) -> str:
        """Return the text with a visible sign (U+FFFD) for each character that the font does not have."""
        return "".join(char if self._drawn(ord(char)) else _MISSING for char in text.expandtabs(_TAB))

    def _drawn(self, code: int) -> bool:
        """Return whether both faces draw a character; control characters are not drawn."""
        faces = (font for font in self.fonts.values() if isinstance(font, TTFFont))
        return code >= ord(" ") and all(code in face.cmap for face in faces)

    def footer(self) -> None:
        """Write the number of the page."""
        self.set_y(-12)
        self.set_font(_FONT, "", 7)
        self.cell(0, 4, f"Page {self.page_no()}", align="R")

    def put(self, style: str, lines: tuple[str, ...], size: int = _SIZE) -> None:
        """Write lines as they are, one below the other, cut where the page ends."""
        self.set_font(_FONT, style, size)
        for line in lines:
            for piece in _pieces(self.drawable(line), WIDTH * _SIZE // size):
                self.cell(0, _LINE * size / _SIZE, piece, new_x="LMARGIN", new_y="NEXT")

    def show(self, picture: bytes, caption: str) -> None:
        """Put a picture on a page of its own, as large as it fits."""
        self.add_page()
        self.put("", (caption,))
        height = self.h - self.get_y() - self.b_margin
        self.image(io.BytesIO(picture), self.l_margin, self.get_y(), self.epw, height, keep_aspect_ratio=True)

    def rule(self) -> None:
        """Draw a line across."""
        self.ln(2)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(3)


def _pieces(line: str, width: int) -> Iterator[str]:
    """Yield a line in pieces of at most `width` columns, cut at a blank: 10/09/194 is no birth date."""
    start = 0
    while len(line) - start > width:
        blank = line.rfind(" ", start + 1, start + width + 1)
        whole = blank > 0 and not line[start:blank].isspace()
        end = blank if whole else start + width
        yield line[start:end]
        start = end + whole
    yield line[start:]
