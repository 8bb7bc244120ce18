import email
import email.policy
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.errors import MalformedError
from passerelle.core.mail import fields, mime, prescan
from passerelle.core.message import Attachment, Dispatch, Mailbox

HEAD = b"From: jean.martin@medical59.apicrypt.example\r\n"
ZIP = Attachment("IHE_XDM.zip", "application/zip", bytes(range(256)) * 9)


def dispatch(label: str = "Dr Jean MARTIN") -> Dispatch:
    return Dispatch(
        message_id="a1.b2@passerelle.example",
        date=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
        sender=Mailbox("jean.martin.59@passerelle.mssante.example", label),
        recipient=Mailbox("medecine.interne@ch-exemple.mssante.example", "CH Exemple, Médecine"),
        author=None,
    )


def refused(content: bytes) -> str:
    with pytest.raises(MalformedError) as caught:
        mime.read(content)
    return caught.value.code


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


def wide(parts: int) -> bytes:
    """A multipart with so many leaves."""
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * parts + b"--b--\r\n"


def bodied(headers: bytes, body: bytes) -> bytes:
    return HEAD + headers + b"\r\n" + body


lines = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=200)
words = lines.map(lambda line: " ".join(line.split()))


@given(subject=words, label=words, text=lines, name=words, content=st.binary(max_size=300))
def test_what_is_written_is_read_back(subject: str, label: str, text: str, name: str, content: bytes) -> None:
    safe = mime.safe_name(name) or "x.bin"
    raw = mime.write(dispatch(label), subject, text, "utf-8", (Attachment(safe, "application/pdf", content),))
    mail = mime.read(raw)
    assert (mail.message_id, mail.date, mail.subject) == ("a1.b2@passerelle.example", dispatch().date, subject)
    assert mail.sender == Mailbox(dispatch().sender.address, label)
    assert [part.content for part in mail.parts] == [text.encode(), content]
    assert [(part.name, part.attached) for part in mail.parts] == [("", False), (safe, True)]


@given(subject=words, label=words, text=lines)
def test_what_is_written_is_seven_bit_crlf_and_short_lined(subject: str, label: str, text: str) -> None:
    raw = mime.write(dispatch(label), subject, text, "utf-8", (ZIP,))
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_the_standard_library_reads_the_same() -> None:
    raw = mime.write(
        dispatch(), "Compte rendu, été " * 9, "Ligne é\n.\nFrom x\n", "utf-8", (ZIP,), (("X-MSS-NIL", "DEV1"),)
    )
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    assert not [defect for part in read.walk() for defect in part.defects]
    assert read["Subject"] == "Compte rendu, été " * 9
    assert read["From"].addresses[0].display_name == "Dr Jean MARTIN"
    assert read["X-MSS-NIL"] == "DEV1"
    text, attachment = list(read.iter_parts())
    assert text.get_content().splitlines() == ["Ligne é", ".", "From x"]
    assert (attachment.get_filename(), attachment.get_payload(decode=True)) == ("IHE_XDM.zip", ZIP.content)


@given(name=words.filter(lambda name: mime.safe_name(name) == name and bool(name)), text=lines)
def test_mail_of_the_standard_library_is_read(name: str, text: str) -> None:
    wrote = EmailMessage(policy=email.policy.SMTP)
    wrote["From"] = "a@b.example"
    wrote.set_content(text)
    wrote.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename=name)
    mail = mime.read(wrote.as_bytes())
    assert mail.parts[0].text.rstrip("\r\n") == text.rstrip("\r\n")
    assert (mail.parts[1].name, mail.parts[1].content) == (name, b"%PDF")


def test_the_same_arguments_give_the_same_bytes() -> None:
    once, again = (mime.write(dispatch(), "s", "t", "utf-8", (ZIP,)) for _ in range(2))
    assert once == again


def test_a_mail_without_attachment_is_flat() -> None:
    mail = mime.read(mime.write(dispatch(), "Courrier", "Compte rendu\r\n****FIN****\r\n", "iso-8859-1", ()))
    assert [(part.media_type, part.charset) for part in mail.parts] == [("text/plain", "iso-8859-1")]
    assert mail.parts[0].text == "Compte rendu\r\n****FIN****\r\n"


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ({"subject": "a\r\nBcc: x@y.example"}, "mail.header-value"),
        ({"headers": (("X-A: b\r\nBcc", "c"),)}, "mail.header-value"),
        ({"headers": (("X-A", "c\x00"),)}, "mail.header-value"),
        ({"headers": (("X-A", "c" * 998),)}, "mail.header-value"),
        ({"headers": (("X A", "c"),)}, "mail.header-value"),
        ({"text": "cœur", "charset": "iso-8859-1"}, "mail.charset"),
        ({"attachments": (Attachment("a\nb", "text/plain", b""),)}, "mail.attachment"),
        ({"attachments": (Attachment("a", "text/plain\r\nX: y", b""),)}, "mail.attachment"),
    ],
)
def test_nothing_unsafe_is_written(part: dict[str, object], code: str) -> None:
    arguments = {"subject": "s", "text": "t", "charset": "utf-8", "attachments": ()} | part
    with pytest.raises(MalformedError) as caught:
        mime.write(dispatch(), **arguments)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_a_line_end_in_an_encoded_word_does_not_survive() -> None:
    mail = mime.read(bodied(b"Subject: =?utf-8?q?a=0D=0ABcc:_x@y.example?=\r\n", b""))
    assert mail.subject == "aBcc: x@y.example"


def test_neighbouring_words_join_before_they_are_decoded() -> None:
    assert fields.decode("=?UTF-8?B?w4M=?= =?utf-8?Q?=C3?=\t=?utf-8?q?=A9_x?= y") == "Ãé x y"


@pytest.mark.parametrize(
    ("value", "address", "label"),
    [
        ("a.b@X.Example", "a.b@x.example", ""),
        ("<a@x.example>", "a@x.example", ""),
        ('"Dr" "x <a@x.example>', "", ""),
        ('"MARTIN, Jean \\"J\\"" <a@x.example>', "a@x.example", 'MARTIN, Jean "J"'),
        ("Dr_Marie_MARTIN_Cabinet Medical <a@x.example>", "a@x.example", "Dr_Marie_MARTIN_Cabinet Medical"),
        ("=?iso-8859-1?q?P=F4le?= <a@x.example>", "a@x.example", "Pôle"),
        ("a@x.example (Jean)", "a@x.example", "Jean"),
        ("a@x.example, b@x.example", "", ""),
        ("a@x.example <b@x.example>, c@x.example", "", ""),
        ("<a@x.example> <b@x.example>", "", ""),
        ("Group: a@x.example;", "", ""),
        ("a@x.example b@x.example", "", ""),
        ("=?utf-8?q?a=40x.example?=", "", ""),
        ("", "", ""),
        ("(" * 5000, "", ""),
    ],
)
def test_from_holds_exactly_one_mailbox(value: str, address: str, label: str) -> None:
    if address:
        assert fields.mailbox(value) == Mailbox(address, label)
    else:
        with pytest.raises(MalformedError, match=r"mail\.from"):
            fields.mailbox(value)


def test_two_from_or_two_subjects_are_refused() -> None:
    assert refused(HEAD + HEAD + b"\r\n") == "mail.from"
    assert refused(b"Subject: x\r\n\r\n") == "mail.from"
    for name in (b"Subject", b"To", b"Date", b"Message-ID", b"Sender"):
        assert refused(bodied(b"%s: a\r\n%s: b\r\n" % (name, name.upper()), b"")) == "mail.header-twice"
    assert refused(bodied(b"Content-Type: text/plain\r\nContent-Type: text/html\r\n", b"")) == "mail.header-twice"
    assert refused(bodied(b"Content-Type: text/plain; charset=a; charset=b\r\n", b"")) == "mail.parameter-twice"


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


def test_a_forwarded_mail_is_one_leaf() -> None:
    inner = wide(3)
    mail = mime.read(bodied(b"Content-Type: message/rfc822\r\n", inner))
    assert [(part.media_type, part.content) for part in mail.parts] == [("message/rfc822", inner)]


def test_a_mail_with_unix_line_ends_is_read() -> None:
    assert [part.content for part in mime.read(wide(2).replace(b"\r\n", b"\n")).parts] == [b"x", b"x"]


def test_an_inner_boundary_that_starts_like_the_outer_one_is_told_apart() -> None:
    content = bodied(
        b"Content-Type: multipart/mixed; boundary=b\r\n",
        b'--b\r\nContent-Type: multipart/alternative; boundary="bb"\r\n\r\n--bb\r\n\r\none\r\n--bb--\r\n'
        b"--b \r\n\r\ntwo\r\n--b--",
    )
    assert [part.content for part in mime.read(content).parts] == [b"one", b"two"]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ('attachment; filename="../../etc/passwd"', "passwd"),
        (r'attachment; filename="C:\\temp\\CR.pdf"', "CR.pdf"),
        ("attachment; filename=CR examens.pdf", "CR examens.pdf"),
        ("attachment; filename*=utf-8''CR%20%C3%A9t%C3%A9.pdf", "CR été.pdf"),
        ("attachment; filename*0*=iso-8859-1''CR%20%E9; filename*1=\"t.pdf\"", "CR ét.pdf"),
        ('attachment; filename="=?utf-8?b?w6kucGRm?="', "é.pdf"),
        ("attachment; filename*=utf-8''a%0D%0Ab%00.pdf", "ab.pdf"),
        ('attachment; filename="a\u202efdp.exe"', "a_fdp.exe"),
        ('attachment; filename=".."', ""),
        ('attachment; filename=".htaccess"', "htaccess"),
    ],
)
def test_a_name_is_decoded_and_made_safe(value: str, name: str) -> None:
    content = bodied(b"Content-Disposition: " + value.encode() + b"\r\n", b"x")
    assert mime.read(content).parts[0].name == name


def test_an_encoded_word_that_is_none_stays_as_it_is() -> None:
    assert fields.decode("=?utf-8?b?A?= =?x") == "=?utf-8?b?A?= =?x"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("x; a*x*=utf-8''b", {"a": ""}),
        ("x; a*0=b; a*1=c; a*3=d", {"a": "bcd"}),
        ("x; a*=%C3%A9", {"a": "é"}),
        ('x; a="b\\"c;d"; e=f g', {"a": 'b"c;d', "e": "f g"}),
        ('x; a="b', {"a": '"b'}),
    ],
)
def test_parameters_are_joined_and_decoded(value: str, found: dict[str, str]) -> None:
    assert fields.parameters(value) == ("x", found)


def test_a_header_block_is_capped_for_itself_too() -> None:
    with pytest.raises(MalformedError, match=r"mail\.header-block"):
        fields.parse(b"X: y\r\n" * 50_000)


def test_a_long_name_keeps_its_extension() -> None:
    assert mime.safe_name("a" * 120) == "a" * 120
    assert mime.safe_name("a" * 300 + ".pdf") == "a" * 111 + ".pdf"
    assert len(mime.safe_name("a." + "b" * 300)) <= mime.LONGEST_NAME


def test_names_that_differ_only_by_case_are_numbered() -> None:
    one = b'--b\r\nContent-Disposition: attachment; filename="%s"\r\n\r\nx\r\n'
    body = b"".join(one % name for name in (b"a.pdf", b"A.PDF", b"a.pdf")) + b"--b--"
    mail = mime.read(bodied(b"Content-Type: multipart/mixed; boundary=b\r\n", body))
    assert [part.name for part in mail.parts] == ["a.pdf", "A-2.PDF", "a-3.pdf"]


def test_a_text_under_a_wrong_charset_is_still_read() -> None:
    for charset, raw in (
        (b"us-ascii", "é".encode()),
        (b"rot13", "é".encode()),
        (b"utf-8", b"\xe9"),
        (b"iso-8859-99", b"\xe9"),
    ):
        assert mime.read(bodied(b"Content-Type: text/plain; charset=%s\r\n" % charset, raw)).parts[0].text == "é"


@pytest.mark.parametrize(("year", "read"), [(1969, False), (1970, True), (2199, True), (2200, False)])
def test_a_date_before_or_after_all_mails_is_none(*, year: int, read: bool) -> None:
    assert (mime.read(bodied(b"Date: 4 Mar %d 05:06:07 +0000\r\n" % year, b"")).date is not None) is read


def test_a_strange_date_or_message_id_is_no_reason_to_refuse() -> None:
    mail = mime.read(bodied(b"Date: 99 Foo 99999999 99:99\r\nMessage-ID: a b\r\n", b""))
    assert (mail.date, mail.message_id) == (None, "")
    assert mime.read(bodied(b"Date: Wed, 4 Mar 2026 05:06:07 -0000\r\n", b"")).date == dispatch().date


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_and_never_crash(noise: bytes) -> None:
    for content in (noise, HEAD + noise, wide(1) + noise):
        with suppress(MalformedError):
            mime.read(content)
