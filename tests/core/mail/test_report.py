"""Receipts as others write them are read: the agency's forms old and new, and what servers do to the rules."""

import base64
import quopri
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText

import pytest

from passerelle.core.mail import fields, report
from passerelle.core.message import Report, Said, Word


def group(said: dict[str, str]) -> Message | str:
    made = Message()
    for name, value in said.items():
        made[name] = value
    return made


def test_a_dsn_that_the_standard_library_builds_is_read() -> None:
    note = MIMENonMultipart("message", "delivery-status")
    note.set_payload(
        [
            group({"Reporting-MTA": "dns;x"}),
            group({"Final-Recipient": "RFC822;A@b.example", "Action": "FAILED", "Status": "5.1.1 (x)"}),
            group({"Final-Recipient": "rfc822;c@b.example", "Action": "delivered", "Status": "2.1.5"}),
        ]
    )
    original = MIMENonMultipart("text", "rfc822-headers")
    original.set_payload("Message-ID: <x@y.example>\n\n")
    whole = MIMEMultipart("report", report_type="delivery-status", _subparts=[MIMEText("x"), note, original])
    found = report.read(whole.as_bytes())
    assert found == Report(
        ("x@y.example",),
        (Word(Said.FAILED, ("a@b.example",), "5.1.1"), Word(Said.DELIVERED, ("c@b.example",), "2.1.5")),
    )


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit"])
def test_an_encoded_note_is_read(encoding: str) -> None:
    note = b"Reporting-MTA: dns;x\r\n\r\nFinal-Recipient: rfc822;r@b.example\r\nAction: failed\r\n"
    body = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(encoding, bytes)(note)
    raw = (
        mail("NOTE")
        .replace(b"NOTE", body)
        .replace(b"status\n", b"status\nContent-Transfer-Encoding: %s\n" % encoding.encode())
    )
    found = report.read(raw)
    assert found is not None
    assert found.words == (Word(Said.FAILED, ("r@b.example",)),)


def mail(note: str, kind: str = "delivery-status", subject: str = "x") -> bytes:
    head = f"From: a@b.example\nSubject: {subject}\nContent-Type: multipart/report; boundary=b\n\n--b\n\nx\n"
    return f"{head}--b\nContent-Type: message/{kind}\n\n{note}\n--b--\n".encode()


def mdn(note: str, subject: str = "x") -> tuple[Word, ...]:
    found = report.read(mail(f"Final-Recipient: rfc822;r@b.example\n{note}", "disposition-notification", subject))
    return found.words if found else ()


@pytest.mark.parametrize(
    ("note", "said", "error"),
    [
        ("Disposition: automatic-action/MDN-sent-automatically; processed", Said.PROCESSED, ""),
        (
            "Disposition: automatic-action/MDN-sent-automatically; processed/Error: 902^Inconnu; absent^x",
            Said.REJECTED,
            "902",
        ),
        (
            "Disposition: automatic-action/MDN-sent-automatically; processed/error\nError: 904^x^y| E^Error",
            Said.REJECTED,
            "904",
        ),
        ("Disposition: automatic-action/MDN-sent-automatically; processed/warning, error", Said.REJECTED, ""),
        ("Disposition: a/b; processed/warning", Said.PROCESSED, ""),
        ("Disposition: a/b; displayed (on 04/05/2026)", Said.DISPLAYED, ""),
        ("Disposition: a/b; Deleted/expired", Said.DELETED, ""),
        ("Disposition: a/b; denied", Said.DELIVERED, ""),
        ("Disposition: a/b; failed\nFailure: out of order 902", Said.REJECTED, ""),
    ],
)
def test_every_way_to_dispose_of_a_mail_is_read(note: str, said: Said, error: str) -> None:
    assert mdn(note) == (Word(said, ("r@b.example",), "", error),)


@pytest.mark.parametrize("note", ["Disposition: a/b; eaten", "Disposition: x", "X-Other: displayed"])
def test_a_word_that_nobody_knows_is_no_receipt(note: str) -> None:
    assert mdn(note) == ()


def test_the_subject_of_an_error_outweighs_what_its_mdn_says() -> None:
    (word,) = mdn("Disposition: a/b; processed", "[KO x][903] XDM/1.0/DDM+y")
    assert (word.said, word.error) == (Said.REJECTED, "903")


def test_an_answer_of_a_server_broken_in_two_hides_nothing() -> None:
    broken = "Diagnostic-Code: smtp;550-5.1.1 No\n550 5.1.1 such <x>: user"
    note = f"Reporting-MTA: dns;x\n\nFinal-Recipient: rfc822;<R@b.example>\n{broken}\nAction: failed\nStatus: 5.1.1"
    found = report.read(mail(note))
    assert found is not None
    assert found.words == (Word(Said.FAILED, ("r@b.example",), "5.1.1"),)


@pytest.mark.parametrize("more", [0, 1])
def test_as_many_recipients_as_a_mail_may_have_are_read_and_no_more(more: int) -> None:
    groups = [f"Final-Recipient: rfc822;r{n}@b.example\nAction: failed" for n in range(report.MOST_WORDS + more)]
    found = report.read(mail("\n\n".join(("Reporting-MTA: dns;x", *groups))))
    assert found is not None
    assert len(found.words) == report.MOST_WORDS


@pytest.mark.parametrize("more", [0, 1])
def test_a_note_of_the_longest_is_read_and_no_longer_one(more: int) -> None:
    note = "Reporting-MTA: dns;x\n\nFinal-Recipient: rfc822;r@b.example\nAction: failed\n"
    filling = "X: " + "y" * 900 + "\n"
    note += filling * ((report.LONGEST_NOTE - len(note)) // len(filling))
    note += "X: " + "y" * (report.LONGEST_NOTE - len(note) - 3 + more)
    assert (report.read(mail(note)) is None) is bool(more)


def test_a_few_names_of_a_report_are_followed() -> None:
    references = "".join(f" <{n}@b.example>\n" for n in range(report.MOST_NAMES * 2))
    found = report.read(b"References:\n" + references.encode() + mail("R: x\n\nAction: failed"))
    assert found is not None
    assert len(found.names) == report.MOST_NAMES


@pytest.mark.parametrize("more", [0, 1])
def test_few_returned_mails_are_looked_into(more: int) -> None:
    empty = "--b\nContent-Type: message/rfc822\n\nSubject: x\n\nx\n" * (report.MOST_ORIGINALS - 1 + more)
    last = "--b\nContent-Type: message/rfc822\n\nMessage-ID: <x@y.example>\n\nx\n--b--"
    found = report.read(mail("R: x\n\nAction: failed").replace(b"--b--", (empty + last).encode()))
    assert found is not None
    assert found.names == (() if more else ("x@y.example",))


@pytest.mark.parametrize("past", [False, True])
def test_the_beginning_of_a_returned_mail_is_looked_into(past: bool) -> None:  # noqa: FBT001 - a parameter of the test
    named = "Message-ID: <x@y.example>"
    filling = "X: " + "y" * 59 + "\n"
    room = report.LONGEST_RETURNED - (0 if past else len(named))
    head = filling * (room // len(filling))
    head += "X" * (room - len(head) - 2) + ":\n"
    returned = f"--b\nContent-Type: message/rfc822\n\n{head}{named}\n\nx\n--b--"
    found = report.read(mail("R: x\n\nAction: failed").replace(b"--b--", returned.encode()))
    assert found is not None
    assert found.names == (() if past else ("x@y.example",))


def test_a_mail_that_carries_a_report_among_its_files_is_none() -> None:
    assert report.read(mail("R: x\n\nAction: failed").replace(b"multipart/report", b"multipart/mixed")) is None


def test_a_header_too_long_to_be_read_is_no_receipt() -> None:
    assert report.read(b"X: " + b"y" * fields.LONGEST_FIELD + b"\n" + mail("R: x\n\nAction: failed")) is None
