"""What is written of a mail is read back the same, by us and by others."""

import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.errors import MalformedError
from passerelle.core.mail import fields, mime
from passerelle.core.message import Attachment, Mailbox
from tests.core.mail.mime_mails import bodied, dispatch, wide

ZIP = Attachment("IHE_XDM.zip", "application/zip", bytes(range(256)) * 9)


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
