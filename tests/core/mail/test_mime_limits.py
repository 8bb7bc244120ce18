"""What is read of a mail has caps, and what breaks a rule is refused by its name."""

import pytest

from passerelle.core.errors import MalformedError
from passerelle.core.mail import fields, mime, prescan
from tests.core.mail.mime_mails import HEAD, bodied, refused, wide


def nested(depth: int) -> bytes:
    """A text under `depth` multiparts."""
    entity = b"Content-Type: text/plain\r\n\r\nx"
    for level in range(depth):
        mark = b"b%d" % level
        entity = b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n--%s\r\n%s\r\n--%s--\r\n" % (
            mark,
            mark,
            entity,
            mark,
        )
    return HEAD + entity


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (bodied(b"", b"a\0b"), "mail.nul"),
        (bodied(b"", b"a\rb"), "mail.bare-cr"),
        (bodied(b"", b"a\r.\r\n"), "mail.bare-cr"),
        (HEAD + b"no field\r\n\r\n", "mail.header"),
        (b" From: a@b.example\r\n\r\n", "mail.header"),
        (bodied(b"Content-Type: multipart/mixed\r\n", b""), "mail.boundary"),
        (bodied(b"Content-Type: multipart/mixed; boundary=b\r\n", b"--b\r\n\r\ncut"), "mail.unclosed"),
        (bodied(b"Content-Type: multipart/mixed; boundary=b\r\n", b"nothing"), "mail.unclosed"),
        (bodied(b"Content-Transfer-Encoding: x-uuencode\r\n", b"x"), "mail.transfer-encoding"),
        (bodied(b"Content-Transfer-Encoding: base64\r\n", b"QUJD!"), "mail.base64"),
        (bodied(b"Content-Transfer-Encoding: base64\r\n", b"QUJ"), "mail.base64"),
    ],
)
def test_a_broken_mail_is_refused_by_the_rule_it_breaks(content: bytes, code: str) -> None:
    assert refused(content) == code


def test_a_multipart_may_not_be_encoded_as_a_whole() -> None:
    headers = b"Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64\r\n"
    assert refused(bodied(headers, b"--b\r\n\r\nx\r\n--b--\r\n")) == "mail.transfer-encoding"


def test_caps_hold_at_the_limit_and_refuse_one_past_it() -> None:
    assert len(mime.read(nested(prescan.DEEPEST)).parts) == 1
    assert refused(nested(prescan.DEEPEST + 1)) == "mail.depth"
    assert len(mime.read(wide(prescan.MOST_PARTS - 1)).parts) == prescan.MOST_PARTS - 1
    assert refused(wide(prescan.MOST_PARTS)) == "mail.parts"
    fits = b"X: " + b"a" * (fields.LONGEST_FIELD - 3)
    mime.read(bodied(fits + b"\r\n", b""))
    assert refused(bodied(fits + b"a\r\n", b"")) == "mail.header-length"
    dashes = b"\r\n--" * prescan.MOST_DASHED_LINES
    mime.read(bodied(b"", dashes))
    assert refused(bodied(b"", dashes + b"\r\n--")) == "mail.dashes"


def test_a_line_is_capped_unless_it_is_base64() -> None:
    for at in (b"", b"short\r\n" * 9_000, b"a" * 500 + b"\r\n"):
        longest = b" " * (prescan.LONGEST_LINE - 1)
        mime.read(bodied(b"", at + longest + b"\r\nend"))
        assert refused(bodied(b"", at + longest + b" \r\nend")) == "mail.line"
        assert refused(bodied(b"", at + longest + b"  ")) == "mail.line"
    mime.read(bodied(b"Content-Transfer-Encoding: base64\r\n", b"QUJD" * 100_000 + b"\r\n"))


def test_lines_end_all_in_one_way() -> None:
    assert refused(bodied(b"", b"a\nb\r\n")) == "mail.bare-lf"
    assert mime.read(bodied(b"", b"a\r\nb").replace(b"\r\n", b"\n")).parts[0].content == b"a\nb"


def test_a_header_block_is_capped() -> None:
    field = b"X: " + b"a" * 1019 + b"\r\n"
    block = HEAD + field * ((fields.LONGEST_BLOCK - len(HEAD)) // len(field))
    block += b"Y: " + b"a" * (fields.LONGEST_BLOCK - len(block) - 5) + b"\r\n"
    assert len(block) == fields.LONGEST_BLOCK
    assert mime.read(block + b"\r\nx").parts[0].content == b"x"
    assert refused(block + b"Z:\r\n\r\nx") == "mail.header-block"
    assert refused(block * 3) == "mail.header-block"


def test_all_header_blocks_together_are_capped() -> None:
    part = b"--b\r\n" + b"X: %s\r\n" * 16 + b"\r\n\r\n"
    top = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n"
    fill = part % ((b"a" * 1019,) * 16)
    left = prescan.MOST_HEADER_BYTES - len(top) - 63 * 1024 * 16
    last = b"--b\r\n" + b"X: " + b"a" * (left - 5) + b"\r\n\r\n"
    mime.read(top + b"\r\n" + fill * 63 + last + b"\r\n--b--")
    longer = last.replace(b"X: ", b"XY: ")
    assert refused(top + b"\r\n" + fill * 63 + longer + b"\r\n--b--") == "mail.headers"


def test_a_mail_is_capped_at_40_mb() -> None:
    fits = HEAD + b"\r\n" + b"a" * (prescan.LARGEST_MAIL - len(HEAD) - 2)
    assert len(mime.read(fits).parts[0].content) > 41_000_000
    assert refused(fits + b"a") == "mail.size"


def test_parameters_are_capped() -> None:
    many = ";".join(["x", *(f"a{n}=b" for n in range(fields.MOST_PARAMETERS))])
    assert len(fields.parameters(many)[1]) == fields.MOST_PARAMETERS
    with pytest.raises(MalformedError, match=r"mail\.parameters"):
        fields.parameters(many + ";z=b")
    assert fields.parameters("x;a=" + "b" * (fields.LONGEST_VALUE - 4))
    with pytest.raises(MalformedError, match=r"mail\.parameters"):
        fields.parameters("x;a=" + "b" * (fields.LONGEST_VALUE - 3))
