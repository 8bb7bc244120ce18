"""Several mails over one connection: every fault of the second mail's way, and what a peer is asked to tell."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from passerelle.adapters import line, smtp
from passerelle.adapters import relay as adapter
from passerelle.adapters.line import Line
from passerelle.adapters.relay import AFTER_DOT, DOT, SmtpRelay
from passerelle.adapters.settings import Place
from passerelle.core.errors import OvertakenError
from passerelle.steps.ports import Errand, Outcome, Reply
from tests.adapters import peers
from tests.adapters.peers import CUT, EHLO, GOOD, SILENCE
from tests.adapters.sending import MAIL, RECIPIENT, SENDER, Dot, envelope, relay

OK = b"250 2.0.0 Ok\r\n"
SECOND = (OK, *GOOD[2:])
"""Answers to RSET, MAIL, RCPT, DATA and the dot of the second mail."""

STEPS = ("RSET", "MAIL", "RCPT", "DATA", "dot")
FAULTS = {
    "cut": CUT,
    "silent": SILENCE,
    "closing": b"421 4.3.2 Bye\r\n",
    "no reply": b"hello\r\n",
    "out of place": b"150 x\r\n",
    "postponed": b"451 4.3.0 Later\r\n",
    "rejected": b"550 5.1.1 No\r\n",
}


@dataclass
class Peers:
    """Servers at one place, one connection after the other."""

    place: Place
    made: list[peers.Peer]

    @property
    def heard(self) -> list[bytes]:
        return [bytes(one.heard) for one in self.made if one.heard]


@contextmanager
def several(*scripts: tuple[bytes, ...]) -> Iterator[Peers]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(2)
        place = Place(host="127.0.0.1", port=listener.getsockname()[1])
        found = Peers(place, [peers.Peer(script, place) for script in scripts])

        def serve() -> None:
            for one in found.made:
                one.serve(listener)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield found
        thread.join(10)


def lined(place: Place) -> SmtpRelay:
    return replace(relay(place), line=Line())


def twice(way: SmtpRelay) -> tuple[Reply, Reply]:
    """Send two mails, and hang up."""
    found = way.send(envelope(MAIL), MAIL, Dot()), way.send(envelope(MAIL), MAIL, Dot())
    way.close()
    return found


def test_the_second_mail_goes_over_the_same_connection() -> None:
    with several((*GOOD, *SECOND)) as place:
        assert {reply.outcome for reply in twice(lined(place.place))} == {Outcome.ACCEPTED}
    (heard,) = place.heard
    assert heard.count(b"ehlo") == 1
    assert heard.count(b"\r\n.\r\n") == 2
    assert b"\r\n.\r\nRSET\r\nMAIL FROM" in heard
    assert heard.endswith(b"\r\n.\r\nQUIT\r\n")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", STEPS)
def test_a_single_fault_of_the_second_mail_makes_no_copy_and_no_wrong_claim(
    step: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "RESET", 0.2)
    monkeypatch.setattr(adapter, "STEP", 0.3)
    at = STEPS.index(step)
    with several((*GOOD, *SECOND[:at], FAULTS[fault], *SECOND[at + 1 :]), GOOD) as place:
        first, second = twice(lined(place.place))
        if len(place.heard) == 1:  # let the second server, which nobody called, go
            relay(place.place).send(envelope(MAIL), MAIL, Dot())
    taken = sum(one.count(b"\r\n.\r\n") for one in place.heard[:1])
    assert first.outcome is Outcome.ACCEPTED
    if step == "RSET":  # another connection takes it
        assert (second.outcome, taken) == (Outcome.ACCEPTED, 1)
        assert place.heard[1].count(b"\r\n.\r\n") == 1
    elif fault == "rejected":
        assert second == Reply(Outcome.REJECTED, 550, "5.1.1")
    elif step == "dot" and fault not in {"closing", "postponed"}:
        assert (second.outcome, taken) == (Outcome.UNKNOWN, 2)
    else:
        assert second.outcome is Outcome.POSTPONED
        assert taken == (2 if step == "dot" else 1)


@pytest.mark.parametrize(
    ("step", "answer", "kept"),
    [
        ("RCPT", b"550 5.1.1 No\r\n", True),
        ("DATA", b"451 4.3.0 Later\r\n", True),
        ("MAIL", b"421 4.3.2 Bye\r\n", False),
        ("DATA", b"250 what\r\n", False),
        ("dot", b"354 what\r\n", False),
    ],
)
def test_a_connection_is_kept_only_after_an_answer_that_leaves_nothing_pending(
    step: str,
    answer: bytes,
    kept: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    at = 1 + STEPS.index(step)
    script = (*GOOD[:at], answer)
    with several(*[(*script, *SECOND)] if kept else [script, GOOD]) as place:
        way = lined(place.place)
        way.send(envelope(MAIL), MAIL, Dot())
        assert way.send(envelope(MAIL), MAIL, Dot()).outcome is Outcome.ACCEPTED
        way.close()
    assert (b"RSET" in place.heard[0]) == kept


def test_a_mail_that_may_not_go_on_takes_the_connection_with_it() -> None:
    with several(GOOD, GOOD) as place:
        way = lined(place.place)
        with pytest.raises(OvertakenError):
            way.send(envelope(MAIL), MAIL, Dot(error=OvertakenError("x.y", "z")))
        assert way.send(envelope(MAIL), MAIL, Dot()).outcome is Outcome.ACCEPTED
        way.close()
    assert place.heard[0].endswith(b"fin\r\n")


def test_closing_twice_and_without_a_connection_is_nothing() -> None:
    way = lined(Place(host="127.0.0.1", port=1))
    way.close()
    way.close()
    relay(Place(host="127.0.0.1", port=1)).close()


# ---- what a peer is asked to tell -----------------------------------------------------------------------------

DSN = b"250-peer.example\r\n250-SIZE\r\n250 DSN\r\n"
NAME = "0123456789abcdef0123456789abcdef.2"


def asked(features: bytes, name: str = NAME, sender: str = SENDER) -> bytes:
    with peers.peer(GOOD[0], features, *GOOD[2:]) as peer:
        reply = relay(peer.place).send(envelope(MAIL, sender), MAIL, Dot(), Errand(name))
        assert reply.outcome is Outcome.ACCEPTED
        assert peer.gone.wait(10)
    return bytes(peer.heard)


def test_a_peer_that_offers_it_is_asked_for_its_own_word_under_the_name_of_the_attempt() -> None:
    assert (
        f"MAIL FROM:<{SENDER}> SIZE=46 RET=HDRS ENVID={NAME}\r\n"
        f"RCPT TO:<{RECIPIENT}> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;{RECIPIENT}\r\n"
    ).encode() in asked(DSN)


@pytest.mark.parametrize(
    ("features", "name", "sender"),
    [(EHLO, NAME, SENDER), (DSN, "", SENDER), (DSN, NAME, "")],
    ids=["offer", "name", "sender"],
)
def test_without_offer_name_or_sender_nothing_is_asked(features: bytes, name: str, sender: str) -> None:
    heard = asked(features, name, sender)
    assert b"ENVID" not in heard
    assert b"NOTIFY" not in heard


@pytest.mark.parametrize(("text", "written"), [("a.b-c@d", "a.b-c@d"), ("a+b=c d", "a+2Bb+3Dc+20d"), ("~!", "~!")])
def test_a_parameter_is_written_as_xtext(text: str, written: str) -> None:
    assert smtp.xtext(text) == written


def test_where_too_little_time_is_left_nothing_is_said() -> None:
    nowhere = relay(Place(host="127.0.0.1", port=1))
    reply = nowhere.send(envelope(MAIL), MAIL, Dot(), Errand(NAME, lambda: DOT + AFTER_DOT))
    assert reply == Reply(Outcome.POSTPONED, 0, "4.4.5")


def test_the_wait_for_the_last_answer_ends_before_the_function_does() -> None:
    ticks = iter([DOT + AFTER_DOT + 60, AFTER_DOT + 0.3])
    with peers.peer(*GOOD[:-1], SILENCE) as peer:
        way = replace(relay(peer.place), last_wait=DOT)
        reply = way.send(envelope(MAIL), MAIL, Dot(), Errand(NAME, lambda: next(ticks)))
    assert reply.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("offered", "outcome"), [(b"250-8BITMIME\r\n250 SMTPUTF8\r\n", "accepted"), (EHLO, "rejected")]
)
def test_a_header_in_utf_8_needs_a_peer_that_takes_it(offered: bytes, outcome: str) -> None:
    mail = "Subject: é\r\n\r\nx\r\n".encode()
    with peers.peer(GOOD[0], b"250-peer.example\r\n" + offered, *GOOD[2:]) as peer:
        reply = relay(peer.place).send(envelope(mail), mail, Dot())
        assert peer.gone.wait(10)
    assert (reply.outcome.value, b" SMTPUTF8\r\n" in peer.heard) == (outcome, outcome == "accepted")


@pytest.mark.parametrize(
    ("text", "enhanced"),
    [
        (b"mx says:\n5.1.1 no such box", "5.1.1"),
        (b"4.2.2 odd\n5.2.2 full", "5.2.2"),
        (b"5.2.2 full\n5.1.1 no", "5.2.2"),
        (b"box 5.1.1", ""),
    ],
)
def test_an_enhanced_code_is_found_on_any_line_of_a_reply(text: bytes, enhanced: str) -> None:
    assert smtp.answer(550, text).enhanced == enhanced
