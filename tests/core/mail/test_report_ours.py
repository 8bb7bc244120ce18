"""What the bridge writes as a receipt its own reader reads, and so does the standard library."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage, Message

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.adapters.smtp import conforming
from passerelle.core.mail import disposition, notice, report
from passerelle.core.mail.compose import Headers
from passerelle.core.mail.disposition import Disposition
from passerelle.core.mail.notice import Fate, Notice
from passerelle.core.message import Said, Word

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
ADDRESSES = st.from_regex(r"[a-zA-Z][a-z.]{0,8}[a-z]@[a-z]{1,8}\.example", fullmatch=True)
IDS = st.from_regex(r"[0-9a-f]{32}@[a-z]{1,8}\.example", fullmatch=True)
HEADERS = st.sampled_from([(), (("X-MSS-NIL", "DEV000000"),)])
MAILS = st.lists(st.text(st.characters(exclude_categories=["C"]), max_size=900), max_size=4).map(
    lambda lines: ("Message-ID: <x@y.example>\n\n" + "\n".join(lines)).encode()
)


def standard(raw: bytes) -> EmailMessage:
    """Read a mail with the standard library, which finds no fault in it."""
    assert conforming(raw)
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    assert [defect for part in read.walk() for defect in part.defects] == []
    return read


@settings(max_examples=40)
@given(
    st.lists(ADDRESSES, min_size=1, max_size=4, unique_by=str.casefold),
    st.sampled_from([Said.FAILED, Said.DELAYED, Said.RELAYED, Said.DELIVERED]),
    IDS,
    HEADERS,
    st.booleans(),
)
def test_a_dsn_that_we_write_is_read(
    recipients: list[str],
    said: Said,
    original: str,
    headers: Headers,
    corrects: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    fates = tuple(Fate(one, "xdm.hash") for one in recipients)
    raw = notice.write(
        Notice("n@p.example", NOW, "p@p.example", "s@s.example", fates, original, headers, said, corrects)
    )
    found = report.read(raw)
    assert found is not None
    assert found.names[0] == original
    assert [(one.said, one.recipients, one.status) for one in found.words] == [
        (said, (one.casefold(),), notice.status("xdm.hash")) for one in recipients
    ]
    _, *groups = groups_of(standard(raw))
    assert [group["Action"] for group in groups] == [said.value] * len(recipients)
    assert [str(group["Final-Recipient"]).rpartition(" ")[2].casefold() for group in groups] == [
        one.casefold() for one in recipients
    ]


@settings(max_examples=40)
@given(
    ADDRESSES,
    st.sampled_from([Said.DISPLAYED, Said.PROCESSED, Said.DELETED, Said.REJECTED]),
    st.one_of(IDS, st.text(st.characters(exclude_categories=["C", "Z"]), max_size=40)),
    st.text(st.characters(exclude_categories=["C"]), max_size=300),
    st.one_of(st.just(b""), MAILS),
    st.sampled_from(["", "902", "9025", "x\r\n"]),
)
def test_an_mdn_that_we_write_is_read(  # noqa: PLR0917 - the parts of an MDN
    reader: str, said: Said, original: str, subject: str, returned: bytes, error: str
) -> None:
    raw = disposition.write(
        Disposition("m@p.example", NOW, reader, "s@s.example", said, original, subject, (), returned, error, "x")
    )
    found = report.read(raw)
    assert found is not None
    code = (error if error == "902" else "906") if said is Said.REJECTED else ""
    assert found.words == (Word(said, (reader.casefold(),), "", code),)
    assert len(found.names) <= report.MOST_NAMES
    parts = list(standard(raw).iter_parts())
    kinds = ["text/plain", "message/disposition-notification", "message/rfc822"]
    assert [part.get_content_type() for part in parts] == kinds[: 2 + bool(returned)]
    if returned:
        ours = standard(raw).as_bytes().replace(b"\r\n", b"\n")
        assert returned.splitlines()[0] in ours


def groups_of(read: EmailMessage) -> list[Message]:
    groups = list(read.iter_parts())[1].get_payload()
    assert isinstance(groups, list)
    return [group for group in groups if isinstance(group, Message)]


@pytest.mark.parametrize("more", [0, 1])
def test_the_largest_mail_is_returned_and_a_larger_one_is_not(more: int) -> None:
    line = b"x" * 98 + b"\r\n"
    returned = line * (disposition.LARGEST_RETURNED // 100)
    returned += b"y" * (disposition.LARGEST_RETURNED - len(returned) + more)
    raw = disposition.write(
        Disposition("m@p.example", NOW, "r@b.example", "s@s.example", Said.DISPLAYED, "", returned=returned)
    )
    assert (b"message/rfc822" in raw) is not bool(more)
    assert conforming(raw)


@pytest.mark.parametrize("more", [0, 1])
def test_a_mail_with_a_line_that_no_server_takes_is_not_returned(more: int) -> None:
    raw = disposition.write(
        Disposition(
            "m@p.example",
            NOW,
            "r@b.example",
            "s@s.example",
            Said.DISPLAYED,
            "",
            returned=b"A: b\n\n" + b"x" * (998 + more),
        )
    )
    assert (b"message/rfc822" in raw) is not bool(more)
    assert conforming(raw)
