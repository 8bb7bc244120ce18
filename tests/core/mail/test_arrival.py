"""What the last server wrote is believed; what the sender wrote in its place is not."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.errors import MalformedError, PasserelleError
from passerelle.core.mail import arrival, fields
from passerelle.core.mail.arrival import Arrival

SENDER, DOCTOR, OTHER = "a@ch-exemple.mssante.example", "b@passerelle.example", "c@passerelle.example"
PATH = f"Return-Path: <{SENDER}>"
RECEIVED = "Received: from mx.example by imap.example; Sun, 22 Nov 2026 09:00:00 +0100"


def came(*header: str, field: str = "", end: str = "\r\n") -> Arrival:
    return arrival.read(end.join((*header, "", "Bonjour")).encode(), field)


def refused(*header: str, field: str = "") -> str:
    with pytest.raises(MalformedError) as error:
        came(*header, field=field)
    return error.value.code


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_the_sender_is_the_one_of_return_path(end: str) -> None:
    assert came(PATH, RECEIVED, "From: x@other.example", end=end).sender == SENDER


def test_the_null_path_is_that_of_a_notice() -> None:
    assert came("Return-Path: <>", RECEIVED).sender == ""


def test_of_two_paths_the_upper_one_was_written_last() -> None:
    assert came(PATH, "Return-Path: <x@other.example>", RECEIVED).sender == SENDER


@pytest.mark.parametrize(
    "header",
    [
        (RECEIVED, PATH),  # below the first Received: the sender's own
        (PATH,),  # no server has written anything
        (RECEIVED, f"From: {SENDER}"),  # nobody is guessed
        ("Return-Path: nobody", RECEIVED),
        ("Return-Path: <a@b.example> <c@d.example>", RECEIVED),
        ("Return-Path:", RECEIVED),
    ],
)
def test_a_mail_that_does_not_say_who_sent_it_is_refused(header: tuple[str, ...]) -> None:
    assert refused(*header) == "arrival.sender"


@pytest.mark.parametrize("path", ["<@relay.example:a@b.example>", '<"a b"@b.example>', "<nobody>"])
def test_a_path_that_no_envelope_takes_is_refused(path: str) -> None:
    assert refused(f"Return-Path: {path}", RECEIVED) in {"envelope.address", "arrival.sender"}


@pytest.mark.parametrize("written", [DOCTOR, f"<{DOCTOR}>", DOCTOR.replace("passerelle", "PASSERELLE")])
def test_the_server_says_who_got_it_in_the_field_that_is_agreed(written: str) -> None:
    found = came(PATH, f"X-Original-To: {written}", RECEIVED, f"To: {OTHER}", field="x-original-TO")
    assert found.recipients == (DOCTOR,)


def test_the_same_field_below_the_first_received_is_not_the_server_s() -> None:
    assert came(PATH, RECEIVED, f"X-Original-To: {OTHER}", field="X-Original-To").recipients == ()


def test_without_an_agreed_field_none_is_believed() -> None:
    assert came(PATH, f"X-Original-To: {DOCTOR}", RECEIVED).recipients == ()


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (f"To: {DOCTOR}", (DOCTOR,)),
        (f"to: Dr B <{DOCTOR}>, {OTHER}", (DOCTOR, OTHER)),
        (f'To: "B, Jean" <{DOCTOR}> (cabinet, {OTHER})', (DOCTOR,)),
        (f'To: "{DOCTOR}" <x@other.example>', ("x@other.example",)),
        (f"Cc: médecins: {DOCTOR}, C <{OTHER}>;", (DOCTOR, OTHER)),
        (f"Bcc: {DOCTOR}", (DOCTOR,)),
        (f"To: {DOCTOR}, {DOCTOR},\r\n {OTHER}", (DOCTOR, OTHER)),
        ("To: undisclosed-recipients:;", ()),
        (f"Subject: {DOCTOR}", ()),
        ("To: ,;<>, x, @, <a@b", ()),
    ],
)
def test_whom_the_header_names_is_read_from_to_cc_and_bcc(header: str, found: tuple[str, ...]) -> None:
    assert came(PATH, RECEIVED, header).addressed == found


def test_a_header_at_the_limit_is_read_and_one_past_it_is_refused() -> None:
    start = f"{PATH}\r\n{RECEIVED}\r\n".encode()
    fill = b"X-A: " + b"a" * 8000 + b"\r\n"
    whole = start + fill * ((fields.LONGEST_BLOCK - len(start)) // len(fill))
    last = whole + b"X-B: " + b"b" * (fields.LONGEST_BLOCK - len(whole) - 5)
    assert arrival.read(last + b"\r\n\r\nBonjour").sender == SENDER
    with pytest.raises(MalformedError, match=r"mail\.header-block"):
        arrival.read(last + b"b\r\n\r\nBonjour")


@pytest.mark.parametrize("piece", [r"\"", r"\(", "(", "<", ",", '"', "a@", '"(\\'])
@pytest.mark.parametrize("first", ['"', "(", ""])
def test_no_list_of_addresses_takes_long(first: str, piece: str) -> None:
    """A label that is never closed took a minute once."""
    value = first + piece * (16_000 // len(piece))
    began = time.process_time()
    came(PATH, RECEIVED, *[f"To: {value}"] * 15)
    assert time.process_time() - began < 3


@given(st.lists(st.sampled_from([PATH, RECEIVED, f"To: {DOCTOR}", "X", ' "(', "", "Return-Path: <", ";,<a@b>"])))
def test_whatever_comes_is_read_or_refused_by_a_rule(lines: list[str]) -> None:
    with suppress(PasserelleError):
        assert came(*lines, field="X-Original-To").sender == SENDER
