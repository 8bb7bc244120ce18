"""The relay against a scripted peer: every answer at every step."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.adapters import smtp
from passerelle.adapters.settings import Place
from passerelle.core.errors import OvertakenError
from passerelle.steps.ports import Outcome, Reply
from tests.adapters import peers
from tests.adapters.peers import CUT, DROPS, GOOD, SILENCE
from tests.adapters.sending import MAIL, RECIPIENT, SENDER, Dot, envelope, relay

STEPS = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "dot")


def sent(*script: bytes, mail: bytes = MAIL, dot: Dot | None = None) -> tuple[Reply, bytes]:
    """Send to a scripted peer; return the reply and all that the peer heard."""
    with peers.peer(*script) as peer:
        reply = relay(peer.place).send(envelope(mail), mail, dot or Dot())
        assert peer.gone.wait(10)
        return reply, bytes(peer.heard)


def at(step: str, answer: bytes) -> tuple[bytes, ...]:
    """Return the good script with another answer at one step."""
    place = STEPS.index(step)
    return (*GOOD[:place], answer, *GOOD[place + 1 :])


def test_a_good_transaction_is_accepted_with_its_queue_id() -> None:
    dot = Dot()
    reply, heard = sent(*GOOD, dot=dot)
    assert reply == Reply(Outcome.ACCEPTED, 250, "2.0.0", "4FEED")
    assert dot.calls == 1
    assert heard == (
        b"ehlo passerelle.example\r\nMAIL FROM:<" + SENDER.encode() + b">\r\nRCPT TO:<" + RECIPIENT.encode() + b">\r\n"
        b"DATA\r\nSubject: x\r\n\r\nBonjour\r\n..\r\n...deux\r\n..QUIT\r\nfin\r\n.\r\nQUIT\r\n"
    )


def test_a_notice_has_the_null_sender() -> None:
    with peers.peer(*GOOD) as peer:
        relay(peer.place).send(envelope(MAIL, sender=""), MAIL, Dot())
        assert peer.gone.wait(10)
    assert b"MAIL FROM:<>\r\n" in peer.heard


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "dot"])
def test_a_4xx_is_postponed_and_a_5xx_rejected(step: str) -> None:
    assert sent(*at(step, b"451 4.3.0 Later\r\n"))[0] == Reply(Outcome.POSTPONED, 451, "4.3.0")
    assert sent(*at(step, b"550-5.1.1 No\r\n550 5.1.1 such\r\n"))[0] == Reply(Outcome.REJECTED, 550, "5.1.1")


@pytest.mark.parametrize("step", ["greeting", "EHLO"])
@pytest.mark.parametrize("answer", [b"421 4.3.2 Busy\r\n", b"554 5.7.1 Go away\r\n"])
def test_a_server_that_greets_nobody_is_asked_again(step: str, answer: bytes) -> None:
    """It has said nothing of this mail."""
    assert sent(*at(step, answer))[0].outcome is Outcome.POSTPONED


ODD = {
    "cut": CUT,
    "no number": b"hello\r\n",
    "code of no class": b"999 x\r\n",
    "1xx": b"150 x\r\n",
    "too long": b"250 " + b"x" * smtp.LONGEST_REPLY_LINE + b"\r\n",
    "too many lines": b"250-x\r\n" * smtp.MOST_LINES + b"250 x\r\n",
    "NUL": b"\0\0\0 \r\n",
}


@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("answer", ODD.values(), ids=ODD)
def test_before_the_dot_whatever_is_no_answer_is_postponed(step: str, answer: bytes) -> None:
    dot = Dot()
    assert sent(*at(step, answer), dot=dot)[0].outcome is Outcome.POSTPONED
    assert dot.calls == 0


@pytest.mark.parametrize("answer", [*ODD.values(), SILENCE, b"354 x\r\n"], ids=[*ODD, "silence", "3xx"])
def test_after_the_dot_whatever_is_no_answer_is_unknown(answer: bytes) -> None:
    dot = Dot()
    assert sent(*at("dot", answer), dot=dot)[0].outcome is Outcome.UNKNOWN
    assert dot.calls == 1


@pytest.mark.parametrize(("step", "answer"), [("MAIL", b"354 x\r\n"), ("RCPT", b"354 x\r\n"), ("DATA", b"250 x\r\n")])
def test_an_answer_out_of_place_is_postponed(step: str, answer: bytes) -> None:
    assert sent(*at(step, answer))[0].outcome is Outcome.POSTPONED


def test_a_reply_at_the_limits_is_read() -> None:
    line = b"250-".ljust(smtp.LONGEST_REPLY_LINE - 2, b"x") + b"\r\n"
    full = line * (smtp.MOST_LINES - 1) + b"250 2.0.0 Ok\r\n"
    assert sent(*at("dot", full))[0].outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(("step", "left"), [(0.2, 60.0), (60.0, 0.2)])
def test_a_silent_peer_is_waited_for_until_step_or_deadline(step: float, left: float) -> None:
    started = time.monotonic()
    with peers.peer(SILENCE) as peer, pytest.raises(TimeoutError):
        smtp.Peer(peer.place, "passerelle.example", step=step, deadline=started + left)
    assert 0.1 < time.monotonic() - started < 5


def test_a_peer_that_speaks_drop_by_drop_does_not_outwit_the_deadline() -> None:
    started = time.monotonic()
    with peers.peer(DROPS + b"220 " + b"x" * 46 + b"\r\n") as peer, pytest.raises(TimeoutError):
        smtp.Peer(peer.place, "passerelle.example", step=60.0, deadline=started + 0.4)
    assert time.monotonic() - started < 2


def test_an_answer_that_comes_drop_by_drop_in_time_is_read() -> None:
    assert sent(*at("MAIL", DROPS + b"550 no\r\n"))[0] == Reply(Outcome.REJECTED, 550)


def test_where_nobody_listens_the_mail_is_postponed() -> None:
    with peers.peer(*GOOD) as peer:
        place = peer.place
        relay(place).send(envelope(MAIL), MAIL, Dot())
    assert relay(place).send(envelope(MAIL), MAIL, Dot()) == Reply(Outcome.POSTPONED, 0, "4.4.1")


@pytest.mark.parametrize("error", [OvertakenError("x.y", "z"), OSError(), TimeoutError()], ids=repr)
def test_where_sending_may_not_be_written_the_dot_is_never_sent(error: Exception) -> None:
    with peers.peer(*GOOD) as peer, pytest.raises(type(error)):
        relay(peer.place).send(envelope(MAIL), MAIL, Dot(error=error))
    assert peer.gone.wait(10)
    assert peer.heard.endswith(b"fin\r\n")


BROKEN = {
    "bare LF": b"Subject: x\r\n\r\none\ntwo\r\n",
    "bare CR": b"Subject: x\r\n\r\none\rtwo\r\n",
    "smuggled dot": b"Subject: x\r\n\r\none\n.\r\nMAIL FROM:<evil@x.example>\r\n",
    "another smuggled dot": b"Subject: x\r\n\r\none\r\n.\rtwo\r\n",
    "CR at the end": b"Subject: x\r\n\r\none\r",
    "CR CR LF": b"Subject: x\r\r\n",
    "LF CR": b"Subject: x\n\r",
    "NUL": b"Subject: x\r\n\r\no\0e\r\n",
    "long line": b"x" * (smtp.LONGEST_LINE + 1) + b"\r\n",
    "long last line": b"x" * (smtp.LONGEST_LINE + 1),
}


@pytest.mark.parametrize("mail", BROKEN.values(), ids=BROKEN)
def test_a_mail_that_could_smuggle_another_is_refused_before_connecting(mail: bytes) -> None:
    nowhere = Place(host="127.0.0.1", port=1)
    assert relay(nowhere).send(envelope(mail), mail, Dot()) == Reply(Outcome.REJECTED, 0, "5.6.0")


def test_a_line_at_the_limit_is_sent() -> None:
    mail = b"x" * smtp.LONGEST_LINE + b"\r\n"
    assert sent(*GOOD, mail=mail)[0].outcome is Outcome.ACCEPTED


@given(st.lists(st.sampled_from([b".", b"..", b"x", b".x", b"", b"\r", b"\n", b"\r\n", b"\r\n.\r\n"]), max_size=12))
def test_what_is_stuffed_ends_nowhere_and_comes_back(pieces: list[bytes]) -> None:
    mail = b"".join(pieces)
    if not smtp.conforming(mail):
        return
    wire = smtp.stuffed(mail)
    assert b"\r\n.\r\n" not in b"\r\n" + wire
    lines = wire.split(b"\r\n")
    back = b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines)
    assert back.removesuffix(b"\r\n") == mail.removesuffix(b"\r\n")


@pytest.mark.parametrize(
    ("limit", "outcome"),
    [(b"0", "accepted"), (b"46", "accepted"), (b"45", "rejected"), (b"", "accepted"), (b"x", "accepted")],
)
def test_a_peer_s_size_limit_is_heard(limit: bytes, outcome: str) -> None:
    assert len(MAIL) == 46
    reply, heard = sent(*at("EHLO", b"250-peer.example\r\n250 SIZE " + limit + b"\r\n"))
    assert reply.outcome.value == outcome
    assert (b" SIZE=46\r\n" in heard) == (outcome == "accepted")


def test_a_mail_in_8_bit_needs_a_peer_that_takes_it() -> None:
    mail = "Subject: x\r\n\r\né\r\n".encode()
    reply, heard = sent(*GOOD, mail=mail)
    assert (reply.outcome, b" BODY=8BITMIME" in heard) == (Outcome.ACCEPTED, True)
    assert sent(*at("EHLO", b"250 peer.example\r\n"), mail=mail)[0] == Reply(Outcome.REJECTED, 0, "5.6.3")


@pytest.mark.parametrize(
    ("text", "enhanced", "queue_id"),
    [
        (b"2.0.0 Ok: queued as 4A6B1C2D3E", "2.0.0", "4A6B1C2D3E"),
        (b"OK id=1rAbCd-0001Xy-2Z", "", "1rAbCd-0001Xy-2Z"),
        (b"2.6.0 <x@y.example> [InternalId=24970567917572, Hostname=h] Queued", "2.6.0", "24970567917572"),
        (b"2.0.0 Ok: queued as 4WJxYz0Rk3z9sV", "2.0.0", "4WJxYz0Rk3z9sV"),
        (b"queued as 8f3b1d0e-5c44-4f0a-9a77-1c2d3e4f5a6b", "", "8f3b1d0e-5c44-4f0a-9a77-1c2d3e4f5a6b"),
        (b"2.0.0 Ok: queued as CANARI1980", "2.0.0", ""),
        (b"2.0.0 Ok: queued as camille-canari-1980", "2.0.0", ""),
        (b"2.0.0 Ok: queued as 299027699900172", "2.0.0", ""),  # an INS
        (b"2.0.0 Ok: queued as 2990276999001", "2.0.0", ""),
        (b"2.0.0 Ok: queued as 19990214", "2.0.0", ""),
        (b"2.0.0 Ok: queued as jean", "2.0.0", ""),
        (b"5.0.0 contradicts its code", "", ""),
        (b"2.0.0.1 Ok", "", ""),
        (b"2.1234.5 Ok", "", ""),
        (b"Ok", "", ""),
        (b"", "", ""),
        (b"\xff\xfe", "", ""),
    ],
)
def test_of_a_reply_only_codes_are_kept(text: bytes, enhanced: str, queue_id: str) -> None:
    assert smtp.answer(250, text) == Reply(Outcome.ACCEPTED, 250, enhanced, queue_id)
