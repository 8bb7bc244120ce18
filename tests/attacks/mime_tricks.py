"""Bodies that two readers cut differently, and bodies that cost more than they weigh."""

from tests.attacks import bridge
from tests.attacks.registry import Attack, Door
from tests.vectors import make_cda

AMBIGUOUS = "Inbox Invasion: exploiting MIME ambiguities, CCS 2024 (Zhang et al.)"
BOMB = "CWE-400 / CWE-674: nested MIME (CVE-2019-9518 family of resource bombs)"
RFC2231 = "RFC 2231 parameter bombs (CWE-400)"
TEXT = b"Content-Type: text/plain\r\n\r\nBonjour"
ZIP = bridge.part(make_cda.xdm())


def _raw(fields: bytes, body: bytes) -> bytes:
    return bridge.head() + fields + b"\r\n" + body


def _multipart(parameters: bytes, body: bytes) -> bytes:
    return _raw(b"Content-Type: multipart/mixed" + parameters + b"\r\n", body)


def _typed(extra: bytes) -> bytes:
    """Return a good mail, but for an attachment with these fields."""
    return bridge.xdm(None, b"Content-Type: application/octet-stream" + extra + b"\r\n\r\nx")


def nested(depth: int, leaf: bytes = TEXT) -> bytes:
    """Return multiparts inside each other."""
    entity = leaf
    for level in range(depth):
        mark = b"b%d" % level
        entity = b'Content-Type: multipart/mixed; boundary="%s"\r\n\r\n--%s\r\n%s\r\n--%s--' % (
            mark,
            mark,
            entity,
            mark,
        )
    return bridge.head() + entity


def forwarded(depth: int) -> bytes:
    """Return mails inside mails; the outermost also holds a good document."""
    mail = bridge.head() + TEXT
    for _ in range(depth):
        mail = bridge.head() + b"Content-Type: message/rfc822\r\n\r\n" + mail
    return bridge.xdm(None, b"Content-Type: message/rfc822\r\n\r\n" + mail)


def wide(parts: int) -> bytes:
    """Return a multipart of so many small parts."""
    return bridge.mixed(*[TEXT] * parts)


def continued(pieces: int) -> bytes:
    """Return a file name in so many pieces (RFC 2231 §3)."""
    return _typed(b"".join(b";\r\n name*%d*=%%41" % number for number in range(pieces)))


def _attack(name: str, source: str, mail: bytes, verdict: str) -> Attack:
    return Attack(name, source, Door.MSSANTE, lambda: mail, verdict)


BODY = b"--b\r\n" + TEXT + b"\r\n--b\r\n" + ZIP + b"\r\n--b--\r\n"
ATTACKS = (
    _attack("two boundaries", AMBIGUOUS, _multipart(b"; boundary=a; boundary=b", BODY), "REFUSED mail.parameter-twice"),
    _attack("an empty boundary", AMBIGUOUS, _multipart(b'; boundary=""', BODY), "REFUSED mail.boundary"),
    _attack("no boundary", AMBIGUOUS, _multipart(b"", BODY), "REFUSED mail.boundary"),
    _attack("a boundary of 71 signs", AMBIGUOUS, _multipart(b"; boundary=" + b"b" * 71, BODY), "REFUSED mail.boundary"),
    _attack(
        "a boundary of other letters", AMBIGUOUS, _multipart("; boundary=é".encode(), BODY), "REFUSED mail.boundary"
    ),
    _attack(
        "a boundary in RFC 2231 beside a plain one",
        AMBIGUOUS,
        _multipart(b"; boundary=x; boundary*=utf-8''b", BODY),
        "READY",
    ),
    _attack("a boundary that never comes", AMBIGUOUS, _multipart(b"; boundary=zz", BODY), "REFUSED mail.unclosed"),
    _attack("a multipart without its end", AMBIGUOUS, _multipart(b"; boundary=b", BODY[:-5]), "REFUSED mail.unclosed"),
    _attack(
        "a part after the end",
        AMBIGUOUS,
        _multipart(b"; boundary=b", b"--b\r\n" + TEXT + b"\r\n--b--\r\n" + BODY),
        "REFUSED xdm.missing",
    ),
    _attack(
        "an encoded multipart",
        AMBIGUOUS,
        _raw(b"Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64\r\n", BODY),
        "REFUSED mail.transfer-encoding",
    ),
    _attack(
        "two transfer encodings",
        AMBIGUOUS,
        _typed(b"\r\nContent-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64"),
        "REFUSED mail.header-twice",
    ),
    _attack(
        "an unknown transfer encoding",
        AMBIGUOUS,
        _typed(b"\r\nContent-Transfer-Encoding: x-uuencode"),
        "REFUSED mail.transfer-encoding",
    ),
    _attack(
        "a transfer encoding with a comment",
        AMBIGUOUS,
        _typed(b"\r\nContent-Transfer-Encoding: base64 (x)"),
        "REFUSED mail.transfer-encoding",
    ),
    _attack(
        "base64 with signs outside",
        AMBIGUOUS,
        _typed(b"\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD*QUJD"),
        "REFUSED mail.base64",
    ),
    _attack(
        "base64 that goes on after its end",
        AMBIGUOUS,
        _typed(b"\r\nContent-Transfer-Encoding: base64\r\n\r\nQQ==QUJD"),
        "REFUSED mail.base64",
    ),
    _attack("a NUL in a body", "RFC 5322 §2.2", bridge.xdm(None, TEXT + b"\0"), "REFUSED mail.nul"),
    _attack("a line of 1 MB", "RFC 5322 §2.1.1", bridge.xdm(None, TEXT + b" a" * 500_000), "REFUSED mail.line"),
    _attack("21 multiparts deep", BOMB, nested(21), "REFUSED mail.depth"),
    _attack("10,000 multiparts deep", BOMB, nested(10_000), "REFUSED mail.depth"),
    _attack("2,000 mails inside each other", BOMB, forwarded(2_000), "READY"),
    _attack("501 parts", BOMB, wide(500), "REFUSED mail.parts"),
    _attack("99,000 parts", BOMB, wide(99_000), "REFUSED mail.parts"),
    _attack(
        "100,001 lines that begin with two dashes",
        BOMB,
        bridge.xdm(None, TEXT + b"\r\n--" * 100_001),
        "REFUSED mail.dashes",
    ),
    _attack("101 pieces of a parameter", RFC2231, continued(101), "REFUSED mail.parameters"),
    _attack("a parameter of 5 KB", RFC2231, _typed(b"; name*=utf-8''" + b"%41" * 1_700), "REFUSED mail.parameters"),
    _attack(
        "pieces numbered in billions", RFC2231, _typed(b"; name*999999999=a; name*99999999999999999999*=b"), "READY"
    ),
    _attack(
        "pieces with leading zeros and a whole one",
        RFC2231,
        _typed(b"; name*00=a; name*0=\"b\"; name*=utf-8''c"),
        "READY",
    ),
    _attack("a charset of 4 KB", RFC2231, _typed(b"; name*=" + b"u" * 4_000 + b"''a"), "READY"),
    _attack(
        "a charset that runs code",
        "CWE-470: codecs by name",
        _typed(b"; name*=hex_codec''6161; x*=zlib_codec''x"),
        "READY",
    ),
)
