"""Who and when a mail is from, and the names in it: safe, decoded, and never two of one."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.errors import MalformedError
from passerelle.core.mail import fields, mime
from passerelle.core.message import Mailbox
from tests.core.mail.mime_mails import HEAD, bodied, dispatch, refused, wide


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
