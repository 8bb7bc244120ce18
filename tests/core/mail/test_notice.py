import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage, Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.errors import MalformedError
from passerelle.core.mail import causes, mime, notice
from passerelle.core.mail.notice import Fate, Notice

ORIGINAL = "abc.123@ch-exemple.mssante.example"
FIRST = Fate("jean.martin.59@passerelle.mssante.example", "policy.unknown-recipient")
SECOND = Fate("a@passerelle.mssante.example", "xdm.hash")


def a_notice(failures: tuple[Fate, ...] = (FIRST, SECOND), original: str = ORIGINAL) -> Notice:
    return Notice(
        message_id="n1@passerelle.example",
        date=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
        postmaster="exploitation@passerelle.example",
        recipient="medecine.interne@ch-exemple.mssante.example",
        fates=failures,
        original=original,
        headers=(("X-MSS-NIL", "DEV000000"),),
    )


def standard(raw: bytes) -> EmailMessage:
    """Read a notice with the standard library."""
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    assert not [defect for part in read.walk() for defect in part.defects]
    return read


def test_it_is_a_report_that_nobody_answers() -> None:
    read = standard(notice.write(a_notice()))
    assert read.get_content_type() == "multipart/report"
    assert read["Content-Type"].params["report-type"] == "delivery-status"
    assert read["Auto-Submitted"] == "auto-replied"
    assert read["In-Reply-To"] == read["References"] == f"<{ORIGINAL}>"
    assert read["X-MSS-NIL"] == "DEV000000"
    assert read["Precedence"] is None


def test_its_status_part_has_a_group_for_each_recipient() -> None:
    parts = list(standard(notice.write(a_notice())).iter_parts())
    assert parts[1].get_content_type() == "message/delivery-status"
    groups = parts[1].get_payload()
    assert isinstance(groups, list)
    message, first, second = groups
    assert isinstance(first, Message)
    assert isinstance(message, Message)
    assert isinstance(second, Message)
    assert message["Reporting-MTA"] == "dns; passerelle.example"
    assert dict(first.items()) == {
        "Original-Recipient": f"rfc822; {FIRST.address}",
        "Final-Recipient": f"rfc822; {FIRST.address}",
        "Action": "failed",
        "Status": "5.1.1",
        "Diagnostic-Code": "x-passerelle; policy.unknown-recipient",
    }
    assert (second["Status"], second["Diagnostic-Code"]) == ("5.6.0", "x-passerelle; xdm.hash")


def test_it_speaks_french_then_english() -> None:
    text = mime.read(notice.write(a_notice())).parts[0].text
    assert text.index("n'est pas joignable") < text.index("cannot be reached")
    assert text.count(FIRST.address) == text.count(SECOND.address) == 2


def test_it_returns_the_message_id_and_nothing_else() -> None:
    part = mime.read(notice.write(a_notice())).parts[2]
    assert (part.media_type, part.content) == ("text/rfc822-headers", f"Message-ID: <{ORIGINAL}>\r\n".encode())


@pytest.mark.parametrize("original", ["", "no address", "a b@c", "<a@b>", "a@b\r\nBcc: c@d", "é@b"])
def test_an_original_without_a_right_message_id_is_not_named(original: str) -> None:
    mail = mime.read(notice.write(a_notice(original=original)))
    assert len(mail.parts) == 2
    assert "In-Reply-To" not in dict(mail.headers)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("policy.unknown-recipient", "5.1.1"),
        ("policy.patient-box", "5.7.1"),
        ("policy.no-document", "5.6.1"),
        ("mail.size", "5.3.4"),
        ("mail.nul", "5.6.0"),
        ("hprim.lines", "5.6.0"),
        ("cms.signature", "5.7.7"),
        ("cms.cipher", "5.7.6"),
        ("cms.ber", "5.7.5"),
        ("cipher.in-clear", "5.7.10"),
        ("trust.path", "5.7.7"),
        ("delivery.expired", "5.4.7"),
        ("delivery.rejected", "5.0.0"),
        ("something.new", "5.0.0"),
        ("", "5.0.0"),
    ],
)
def test_a_reason_has_an_enhanced_status(code: str, status: str) -> None:
    assert notice.status(code) == status


@given(st.text(max_size=40))
def test_any_code_has_a_cause(code: str) -> None:
    cause = causes.find(code)
    assert cause.status.startswith("5.")
    assert cause.french
    assert cause.english


def test_recipients_are_counted() -> None:
    most = notice.MOST_RECIPIENTS
    assert notice.write(a_notice((FIRST,) * most)).count(b"Final-Recipient") == most
    for count in (0, most + 1):
        with pytest.raises(MalformedError, match=r"mail\.recipients"):
            notice.write(a_notice((FIRST,) * count))


@pytest.mark.parametrize("failure", [Fate("a@b\r\nX: y", "mail.nul"), Fate("a@b.example", "x\r\nY: z")])
def test_nothing_unsafe_is_written(failure: Fate) -> None:
    with pytest.raises(MalformedError):
        notice.write(a_notice((failure,)))


def test_the_same_notice_gives_the_same_bytes() -> None:
    assert notice.write(a_notice()) == notice.write(a_notice())
