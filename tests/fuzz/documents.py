"""The parsers of documents: HPRIM, HL7, CDA, narrative, XDM, PDF, pictures, units and codes."""

import base64
from datetime import UTC, datetime
from pathlib import Path

from passerelle.adapters import agreements
from passerelle.adapters.mistakes import AgreementsError
from passerelle.core.documents import (
    biology,
    cda,
    code_table,
    hl7,
    hprim,
    hypertext,
    image,
    markup,
    narrative,
    pdf_inspection,
    xdm,
)
from passerelle.core.documents.cda import transcript
from passerelle.core.documents.xdm import metadata
from passerelle.core.message import Code, LocalCode, Measure
from tests.core.documents.cda_headers import headed
from tests.fuzz.registry import Target
from tests.vectors import make_cda as make
from tests.vectors import make_image, make_pdf

NOW = datetime(2026, 11, 22, tzinfo=UTC)
_CUT = b"\n--8<--\n"  # between the files of one input
_HEADER = "A1\nESSAI\nZoé\n1 rue X\n\n59000 LILLE\n28/03/1979\n2 79\nD7\n20/02/2026\n.          A\n.          B\n\n"
_LETTER = f"{_HEADER}Tout va bien.\n****FIN****\n****FINFICHIER****\n"
_RESULTS = (
    f"{_HEADER}HEMATOLOGIE\nHb  12,9 g/dl\n****LAB****\nTEX|HEMATOLOGIE|\n"
    "RES|HEMOGLOBINE|HB|N|12,9|g/dl|12,0|16,0|N|F|129|g/l|120|160|\n"
    "RES|CRP|CRP|A|<5|mg/l|||N|R|\nTEX|soit 1,2|\n****FIN****\n****FINFICHIER****\n"
)
_TABLE = (
    b'<table><caption>T</caption><thead><tr><th rowspan="2">A</th><th colspan="3">B</th></tr></thead><tbody><tr><td>'
    b"1<br/>2</td><td><list><item>x</item></list></td></tr></tbody></table><paragraph>p<footnote>f</footnote>"
    b'<linkHtml href="u">l</linkHtml><renderMultiMedia referencedObject="M"/><sup>2</sup></paragraph>'
)
_FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F1 5 0 R>>>>"
_CHARACTERS = b"1 beginbfrange\n<00> <7F> <0000>\nendbfrange\n1 beginbfchar\n<80> <20AC>\nendbfchar"
_DRAWN = make_pdf.drawing(
    b"BT /F1 9 Tf (Une ligne de la page) Tj ET /X Do",
    b"<</Type/Font/Subtype/Type1/BaseFont/A/Encoding<</Differences[65/A/B]>>/Widths[5 6]/ToUnicode 7 0 R>>",
    make_pdf.plain(b'BT /F1 9 Tf [(Une) 20 (autre)] TJ 0 0 (ligne) " ET', _FORM),
    make_pdf.plain(_CHARACTERS),
    pack=make_pdf.plain,
)
_DRAWS = (b" Do", b"/ToUnicode", b"beginbfrange", b"/DescendantFonts[", b"/W[", b"/XObject<<", b"/Resources")
_EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def _hl7(body: bytes) -> bytes:
    return (
        b"MSH|^~\\&|DPI|CH|P||20250314101500||ORU^R01^ORU_R01|42|P|2.5\rPID|1||%s^^^A&%s&ISO^INS\rOBX|1|ED|1^C^LN||"
        b"^TEXT^XML^Base64^%s||||||F\r"
    ) % (make.INS.encode(), make.INS_ROOT.encode(), body)


def _report() -> bytes:
    quantity = make.quantity("1.34", "g/L") + make.normal("0.75", "1.15", "g/L")
    return make.report(make.observation(quantity), text='<table ID="t"><tr><td>1,34</td></tr></table>')


def _narrative(content: bytes) -> None:
    narrative.lines(markup.parse(b"<text>%s</text>" % content, "cda"))


def _packed(content: bytes) -> None:
    """Zip the pieces of an input as an XDM: a zip of chance would end at its first CRC."""
    names = ("IHE_XDM/S/METADATA.XML", "IHE_XDM/S/DOC0001.XML", "IHE_XDM/S/DOC0002.PDF", "INDEX.HTM")
    xdm.documents(make.archive(dict(zip(names, content.split(_CUT), strict=False))))


def _picture(content: bytes) -> None:
    image.recognise(content)
    image.flat(image.clean(content))


def _coded(content: bytes) -> None:
    label, value, unit, chapter, low, *_ = [*content.decode("latin-1").split("|"), "", "", "", "", ""]
    context = code_table.Context(label, chapter, (LocalCode(low, "718-7", "g/dL"),))
    biology.ucum(unit, label), biology.quantity(value), biology.flag(value), code_table.valid(label)
    code_table.coded(label, (Code(low, "", label),), Measure(value, unit, None, low, value), context)


def _hprim(content: bytes) -> None:
    hprim.recognise(content)
    hprim.read(content, NOW)


TARGETS = (
    Target(
        "hprim",
        _hprim,
        lambda: (_LETTER.encode(), _RESULTS.encode("cp1252"), _RESULTS.encode("utf-16")),
        (b"****LAB****", b"****FIN****", b"****FINFICHIER****", b"RES|", b"TEX|", b"\r\n", b"28/03/1979", b"\xff\xfe"),
    ),
    Target(
        "cda",
        cda.read,
        lambda: (make.cda(), _report(), headed(), make.cda(make.single(make.pdf("Bonjour, ceci est un essai.")))),
        (b"<observation>", b'value="', b'nullFlavor="UNK"', b'xsi:type="', b"<structuredBody>", b"2.16.840.1.113883."),
        16_384,
    ),
    Target("xdm", xdm.documents, lambda: (make.xdm(), make.xdm({"DOC0001.XML": make.cda(), "DOC0001.PDF": b"%PDF-"}))),
    Target(
        "xdm-inside",
        _packed,
        lambda: (_CUT.join((make.metadata({"DOC0001.XML": make.cda()}), make.cda(), b"%PDF-1.4", b"<html/>")),),
        (_CUT, b"<ExtrinsicObject", b'<Slot name="URI">', b"<ValueList><Value>", b"DOC0001.XML"),
        16_384,
    ),
    Target(
        "hl7",
        hl7.read,
        lambda: (_hl7(base64.b64encode(make.cda())), _hl7(b"QQ==") * 2),
        (b"MSH|^~\\&|", b"OBX|1|ED|", b"PID|1||", b"\\F\\", b"\\X0D\\", b"\\.br\\", b"Base64"),
    ),
    Target(
        "narrative",
        _narrative,
        lambda: (_TABLE, make.LETTER_BODY.encode()),
        (b"<table>", b"<tr>", b"<td>", b'rowspan="2"', b'colspan="3"', b"<list>", b"<item>", b"<br/>", b"</"),
    ),
    Target(
        "hypertext",
        lambda content: hypertext.words(content.decode("utf-8", "replace")),
        lambda: (b"<html><body><p>a<br>b <a href='https://x.example'>l</a><ul><li>c</ul><img alt='d'></body></html>",),
        (b"<p>", b"<br>", b"<li>", b"<td>", b"<a href=", b"<script>", b"<svg>", b"</", b"&#", b"<!--", b"<?"),
    ),
    Target(
        "pdf-text",
        transcript.lines,
        lambda: (make.pdf("Bonjour, ceci est un essai (de texte)."), make.pdf(), _DRAWN),
        (b" obj<<", b"endobj", b"stream\n", b"/Filter/FlateDecode", b"/Kids[", b"/ObjStm", b" 0 R", b" Tj", *_DRAWS),
    ),
    Target(
        "pdf-inspection",
        pdf_inspection.inspect,
        lambda: tuple(hide(make_pdf.ACTS["pdf.submit"][0]) for hide in make_pdf.HIDINGS.values()),
        (b"stream\n", b"/First", b"/JavaScript", b"/#4c", b"/AA", b"/Predictor", b"/RL", b"%PDF-"),
    ),
    Target(
        "image",
        _picture,
        lambda: (make_image.jpeg(), make_image.png(orientation=6)),
        (b"\xff\xd8\xff", b"\xff\xe1", b"Exif\x00\x00", b"\xff\xda", b"IHDR", b"eXIf", b"PLTE", b"tRNS"),
    ),
    Target(
        "metadata",
        metadata.read,
        lambda: (make.metadata({"DOC0001.XML": b"x", "DOC0001.PDF": b"y"}, action="D"),),
        (b"<ExtrinsicObject", b"<Association", b"<Slot", b"<ValueList><Value>", b"urn:uuid:"),
    ),
    Target(
        "codes",
        _coded,
        lambda: (b"HEMOGLOBINE|12,9|g/dl|HEMATOLOGIE|HB", "Glycémie|<5,0|mmol/l|SANG|".encode("latin-1")),
        (b"mmol/l", b"10*9/L", b"HEMOGLOBINE", b"URINES", b"<", b">=", b"soit"),
        512,
    ),
    Target(
        "agreements",
        agreements.parse,
        lambda: ((_EXAMPLES / "agreements.toml").read_bytes(),),
        (b"[[agreement]]", b"[[correspondent]]", b'network = "', b'lock = "smime"', b"doubt ="),
        16_384,
        expected=(AgreementsError,),
    ),
)
