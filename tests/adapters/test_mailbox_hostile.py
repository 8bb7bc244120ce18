"""A mailbox's server that is broken, slow or hostile gets nothing of ours, costs little, and loses no mail."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from passerelle.adapters import imap
from passerelle.adapters.mailbox import PAGE, Access, ImapMailbox
from passerelle.adapters.settings import Login, Place, Tls
from passerelle.core.errors import PasserelleError, UnavailableError
from passerelle.local.towns.authority import Authority
from passerelle.local.towns.town import tls
from passerelle.steps.collect.ports import Listing, Waiting
from tests.adapters import peers
from tests.adapters.peers import CAPABLE, CUT, DROPS, ENTRY, OK, SELECTED, SILENCE
from tests.fakes import FakeKeyring

MAIL = b"Subject: x\r\n\r\nBonjour\r\n"
FIRST = Waiting(3, 7, len(MAIL))
USER = "bal@operateur.mssante.example"
BEHIND = (*ENTRY, SELECTED % 1)


def mailbox(place: Place, way: Tls = Tls.LOOPBACK, anchor: bytes = b"") -> ImapMailbox:
    keyring = FakeKeyring({}, {}, {"relay.x": anchor}, {"mailbox.x.password": "canari-secret"})
    return ImapMailbox(
        Access(place, way, USER, Login.PASSWORD, "relay.x", "mailbox.x"), keyring, step=0.25, patience=0.25
    )


def said(work: Callable[[ImapMailbox], object], *script: bytes) -> str:
    """Return the code of the error that the work ends with against a scripted server; empty for none."""
    with peers.peer(*script) as peer:
        box = mailbox(peer.place)
        found: PasserelleError | None = None
        try:
            work(box)
        except PasserelleError as error:
            found = error
        finally:
            box.close()
    assert "canari" not in repr(found)
    assert found is None or found.__cause__ is None
    return found.code if found else ""


def test_a_good_session_says_this_and_no_more() -> None:
    with peers.peer(*peers.imap(MAIL)) as peer:
        box = mailbox(peer.place)
        assert box.waiting(9) == Listing((FIRST,))
        assert box.fetch(FIRST, 100) == MAIL
        box.remove(FIRST)
        box.close()
        assert peer.gone.wait(10)
    commands = [line.partition(b" ")[2] for line in bytes(peer.heard).split(b"\r\n")]
    assert commands == [
        b"CAPABILITY",
        b"AUTHENTICATE PLAIN",
        b"",  # the words, in base64
        b"CAPABILITY",
        b"SELECT INBOX",
        b"FETCH 1:1 (UID FLAGS RFC822.SIZE)",
        b"UID FETCH 7 (BODY.PEEK[])",
        b"UID STORE 7 +FLAGS.SILENT (\\Deleted)",
        b"UID EXPUNGE 7",
        b"LOGOUT",
        b"",
    ]


ODD = {
    "cut": CUT,
    "no answer": b"hello\r\n",
    "no": b"<tag> NO x\r\n",
    "bad": b"<tag> BAD x\r\n",
    "bye": b"* BYE x\r\n",
    "silence": SILENCE,
    "drops": DROPS + b"* OK " + b"x" * 20,
    "too long": b"* OK " + b"x" * imap.LONGEST_ANSWER + b"\r\n<tag> OK x\r\n",
    "too many lines": b"* 1 FETCH ()\r\n" * (imap.LONGEST_ANSWER // 14 + 1) + OK,
    "huge literal": b"* 1 FETCH (UID 7 BODY[] {9999999999}\r\n",
    "endless number": b"* 1 FETCH (UID 7 BODY[] {" + b"9" * 5000 + b"}\r\n",
    "another's tag": b"AAAA0 OK x\r\n",
    "no ASCII": b"* \xff\xff\r\n<tag> \xff x\r\n",
}


CODES = ("mailbox.connection",) * 2 + ("mailbox.login",) * 2 + ("mailbox.answer",) * 3
CASES = [(step, answer) for step in range(7) for answer in (ODD if step in {1, 3, 6} else ("cut", "no"))]


@pytest.mark.parametrize(("step", "answer"), CASES)
def test_whatever_a_server_says_in_place_of_an_answer_ends_in_time_and_is_tried_again(step: int, answer: str) -> None:
    began, script = time.monotonic(), (*BEHIND, OK)
    assert said(lambda box: box.waiting(9), *script[:step], ODD[answer], *script[step + 1 :]) == CODES[step]
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("answer", ["cut", "no answer", "no", "silence", "drops", "huge literal"])
def test_a_removal_without_its_ok_is_no_removal(answer: str) -> None:
    for script in ((*BEHIND, ODD[answer]), (*BEHIND, OK, ODD[answer])):
        assert said(lambda box: box.remove(FIRST), *script)


@pytest.mark.parametrize(
    "answer",
    [
        OK,  # gone
        b'* 1 FETCH (UID 7 BODY[] "")\r\n' + OK,
        b"* 1 FETCH (UID 7 BODY[] NIL)\r\n" + OK,
        b"* 1 FETCH (UID 8 BODY[] {1}\r\nx)\r\n" + OK,  # another mail
        b"* 1 FETCH (UID 7 BODY[TEXT] {1}\r\nx)\r\n" + OK,  # a part of it
        b"* 1 FETCH (UID 7 BODY[]<0> {1}\r\nx)\r\n" + OK,
        b"* 1 FETCH (UID 7 BODY[] {1}\r\nx)\r\n* 1 FETCH (UID 7 BODY[] {1}\r\ny)\r\n" + OK,  # two
        b"* 1 FETCH (UID 7 BODY[] {10}\r\nx)\r\n" + CUT,
        b"* 1 FETCH (UID 7 BODY[] {1}\r\nx)\r\n<tag> NO x\r\n",
    ],
)
def test_what_is_not_the_whole_mail_is_not_taken_for_it(answer: bytes) -> None:
    assert said(lambda box: box.fetch(FIRST, 100), *BEHIND, answer) == "mailbox.answer"


@pytest.mark.parametrize(
    "answer",
    [
        b"* 1 FETCH (BODY[] {1}\r\nx UID 7)\r\n",
        b"* 1 FETCH (FLAGS (\\Recent) UID 7 BODY[] {1}\r\nx)\r\n",
        b"* 2 FETCH (FLAGS (\\Seen) UID 9)\r\n* 1 FETCH (UID 7 BODY[] {1}\r\nx FLAGS (\\Seen))\r\n* 3 EXISTS\r\n",
    ],
)
def test_a_mail_is_found_wherever_its_uid_stands(answer: bytes) -> None:
    with peers.peer(*BEHIND, answer + OK, OK) as peer:
        box = mailbox(peer.place)
        assert box.fetch(FIRST, 100) == b"x"
        box.close()


def test_a_mail_that_grows_past_the_cap_is_not_read() -> None:
    answer = b"* 1 FETCH (UID 7 BODY[] {1000000000}\r\n"
    assert said(lambda box: box.fetch(FIRST, 1000), *BEHIND, answer + b"x" * 100_000) == "mail.size"


def test_lines_of_a_listing_that_say_too_little_are_passed_over() -> None:
    lines = (
        b"* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n* 2 FETCH (FLAGS () RFC822.SIZE 3)\r\n* 5 EXPUNGE\r\n"
        b"* 3 FETCH (RFC822.SIZE 4 FLAGS (\\flagged \\Seen) UID 3)\r\n"
        b"* 4 FETCH (UID 4 RFC822.SIZE 5 FLAGS (Flagged))\r\n"
    )
    with peers.peer(*ENTRY, SELECTED % 9, lines + OK, OK) as peer:
        box = mailbox(peer.place)
        assert box.waiting(9) == Listing((Waiting(3, 4, 5),), 1)
        box.close()


def test_a_large_mailbox_is_listed_page_by_page_past_what_is_left_in_it() -> None:
    def page(first: int, last: int, flag: bytes) -> bytes:
        lines = (b"* %d FETCH (UID %d FLAGS (%b) RFC822.SIZE 1)\r\n" % (n, n, flag) for n in range(first, last + 1))
        return b"".join(lines) + OK

    pages = (page(1, PAGE, b"\\Flagged"), page(PAGE + 1, PAGE + 1, b""))
    with peers.peer(*ENTRY, SELECTED % (PAGE + 1), *pages, OK) as peer:
        box = mailbox(peer.place)
        assert box.waiting(9) == Listing((Waiting(3, PAGE + 1, 1),), PAGE)
        box.close()


def test_a_server_that_cannot_remove_one_mail_alone_is_not_used() -> None:
    without = CAPABLE.replace(b" UIDPLUS", b"")
    assert said(lambda box: box.waiting(1), *ENTRY[:-1], without, SELECTED % 1) == "mailbox.uidplus"


def test_a_mailbox_that_is_read_only_is_not_used() -> None:
    selected = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 3] x\r\n* OK [READ-ONLY] x\r\n<tag> OK [READ-ONLY] x\r\n"
    assert said(lambda box: box.waiting(1), *ENTRY, selected) == "mailbox.answer"


def test_a_server_that_asks_again_hears_the_password_once() -> None:
    with peers.peer(*ENTRY[:3], b"+ \r\n", b"+ \r\n", b"<tag> NO x\r\n") as peer:
        with pytest.raises(UnavailableError, match=r"mailbox\.login"):
            mailbox(peer.place).waiting(1)
        assert peer.gone.wait(10)
    assert bytes(peer.heard).count(b"\r\n") == 5
    assert bytes(peer.heard).endswith(b"\r\n*\r\n*\r\n")


# ---- TLS ------------------------------------------------------------------------------------------------------------

OURS = Authority.make("Ours", datetime.now(UTC))
SERVER = OURS.machine("imap.example")
STARTTLS = b"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n<tag> OK x\r\n"


@pytest.mark.parametrize(
    "script",
    [
        (b"* OK x\r\n", CAPABLE),  # a network attacker has taken STARTTLS away
        (b"* PREAUTH x\r\n", STARTTLS),  # or pretends that we are in already
        (b"* OK x\r\n", STARTTLS, b"<tag> NO x\r\n"),
    ],
)
def test_without_tls_nothing_is_said(script: tuple[bytes, ...]) -> None:
    with peers.peer(*script) as peer:
        with pytest.raises(UnavailableError, match=r"mailbox\.tls"):
            mailbox(peer.place, Tls.STARTTLS, OURS.anchor).waiting(1)
        assert peer.gone.wait(10)
    assert b"AUTHENTICATE" not in peer.heard


def test_what_was_said_in_clear_is_not_believed_behind_tls() -> None:
    injected = b"<tag> OK x\r\n* CAPABILITY IMAP4rev1 INJECTED\r\nPNFO2 OK x\r\n* 9 EXISTS\r\n"
    script = (b"* OK x\r\n", STARTTLS, injected, CAPABLE, *ENTRY[2:], SELECTED % 0, OK)
    with peers.peer(*script, context=tls(SERVER, None)) as peer:
        box = mailbox(peer.place, Tls.STARTTLS, OURS.anchor)
        assert box.waiting(1) == Listing(())
        box.close()


def test_a_mail_at_the_cap_is_not_too_large() -> None:
    answer = b"* 1 FETCH (UID 7 BODY[] {%d}\r\n%b)\r\n" % (len(MAIL), MAIL) + OK
    with peers.peer(*BEHIND, answer, OK) as peer:
        box = mailbox(peer.place)
        assert box.fetch(FIRST, len(MAIL)) == MAIL
        box.close()
    assert said(lambda box: box.fetch(FIRST, len(MAIL) - 1), *BEHIND, answer) == "mail.size"
