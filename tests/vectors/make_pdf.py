"""PDFs with more in them than a page to read, written by hand: every act, in the open and in every hiding place."""

import zlib
from collections.abc import Callable, Mapping

ACTS: Mapping[str, tuple[bytes, ...]] = {
    "pdf.javascript": (
        b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>",
        b"/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS 9 0 R>>]>>>>",
    ),
    "pdf.launch": (b"/OpenAction<</S/Launch/F(a.exe)>>", b"/AA<</WC<</S /Launch /Win<</F(a.exe)>>>>>>"),
    "pdf.embedded-file": (
        b"/Names<</EmbeddedFiles<</Names[(a)<</F(a)/EF<</F 9 0 R>>>>]>>>>",
        b"/Annots[<</Subtype/FileAttachment/FS 9 0 R>>]",
        b"/Collection<</View/D>>",
        b"/X<</F(a)/EF 9 0 R>>",
    ),
    "pdf.submit": (b"/A<</S/SubmitForm/F(x)>>", b"/A<</S/ImportData/F(x)>>"),
    "pdf.other-file": (b"/A<</S/GoToR/F(x.pdf)/D[0/Fit]>>", b"/A<</S/GoToE/T<</R/C>>>>"),
    "pdf.media": (
        b"/Annots[<</Subtype/RichMedia>>]",
        b"/Annots[<</Subtype/3D/3DD 9 0 R>>]",
        b"/A<</S/Rendition/OP 0>>",
        b"/Annots[<</Subtype/Screen/P 1 0 R>>]",
        b"/Annots[<</Subtype/Movie/Movie 9 0 R>>]",
        b"/A<</S/Sound/Sound 9 0 R>>",
    ),
    "pdf.xfa": (b"/AcroForm<</XFA[(a)9 0 R]>>", b"/AcroForm<</XFA 9 0 R>>"),
}
INERT = (
    b"",
    b"/OpenAction[3 0 R/FitH 800]",
    b"/OpenAction<</S/GoTo/D[3 0 R/Fit]>>",
    b"/OpenAction 9 0 R",
    b"/AA<</WP<</S/Named/N/Print>>>>",
    b"/Lang(fr-FR)/Title(Launch JavaScript)/JavaScripts 1",
    b"/A<</S/URI/URI(https://example.org)>>",
)


def pdf(catalog: bytes, *more: bytes) -> bytes:
    """Return a PDF with these entries in its catalog, and more bytes before its end; readers repair the table."""
    return (
        b"%%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R%b>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%b"
        % (
            catalog,
            b"".join(more) + b"trailer<</Root 1 0 R>>\n%%EOF\n",
        )
    )


def objects(held: bytes, *, entries: bytes = b"/Filter/FlateDecode", packed: bytes | None = None) -> bytes:
    """Return an object stream that holds one object (ISO 32000-1 §7.5.7)."""
    data = zlib.compress(b"9 0 <<%b>>" % held) if packed is None else packed
    head = b"<</Type/ObjStm/N 1/First 4/Length %d%b>>" % (len(data), entries)
    return b"8 0 obj%bstream\n%b\nendstream endobj\n" % (head, data)


def escaped(entries: bytes) -> bytes:
    """Return entries with the second letter of each name as #xx (ISO 32000-1 §7.3.5)."""
    pieces = entries.split(b"/")
    return b"/".join(
        [
            pieces[0],
            *(piece[:1] + b"#%02x" % piece[1] + piece[2:] if piece[1:2].isalpha() else piece for piece in pieces[1:]),
        ]
    )


def revised(entries: bytes) -> bytes:
    """Return a PDF whose last revision says nothing of what the first one did."""
    return pdf(entries) + b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R/Prev 9>>\n%%EOF\n"


TABLE = b"7 0 obj<</W [1 2 1]/Size 9/Length 0>>stream\n\nendstream endobj\n"  # a cross-reference stream, of no type

HIDINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "open": pdf,
    "escaped": lambda entries: pdf(escaped(entries)),
    "compressed": lambda entries: pdf(b"", objects(entries)),
    "compressed and escaped": lambda entries: pdf(b"", objects(escaped(entries))),
    "revised": revised,
    "commented": lambda entries: pdf(entries.replace(b"/EF", b"/EF%\n").replace(b"/XFA", b"/XFA %x\n ")),
    "under another head": lambda entries: pdf(
        b"", objects(entries).replace(b"/Type/ObjStm", b"/#54ype 7 0 R%obj <<\n"), TABLE
    ),
    "not at the start": lambda entries: b"#!\n" * 300 + pdf(entries),
}


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """Return the body of a stream object, packed."""
    return plain(zlib.compress(data, 9), entries + b"/Filter/FlateDecode")


def plain(data: bytes, entries: bytes = b"") -> bytes:
    """Return the body of a stream object."""
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(data), data)


def form(content: bytes, fonts: bytes = b"/F1 5 0 R", forms: bytes = b"") -> bytes:
    """Return the body of a form (ISO 32000-1 §8.10)."""
    resources = b"/Resources<</Font<<%b>>/XObject<<%b>>>>" % (fonts, forms)
    return stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]" + resources)


def drawing(
    content: bytes,
    font: bytes = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    *more: bytes,
    fonts: bytes = b"/F1 5 0 R",
    forms: bytes = b"/X 6 0 R",
    pack: Callable[[bytes], bytes] = stream,
) -> bytes:
    """Return a PDF of one page; its font is object 5, and `more` are the bodies of those from 6."""
    resources = b"/Resources<</Font<<%b>>/XObject<<%b>>>>" % (fonts, forms)
    bodies = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R%b>>" % resources,
        pack(content),
        font,
        *more,
    )
    return assembled(*bodies)


def assembled(*bodies: bytes) -> bytes:
    """Return a PDF of these objects, from 1 on, with its table; the first is its catalog."""
    out, places = b"%PDF-1.7\n", []
    for place, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj%b\nendobj\n" % (place, body)
    table = b"".join(b"%010d 00000 n \n" % at for at in places)
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(bodies) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(bodies) + 1, table) + trailer
