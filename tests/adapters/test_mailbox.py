"""The contract of a mailbox, on the fake and on a real Dovecot (mutual TLS); and what the real one alone can show."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

import pytest

from passerelle.adapters.grounds import Grounds
from passerelle.adapters.guard import PeerGuard
from passerelle.adapters.mailbox import ImapMailbox
from passerelle.adapters.settings import Login, Place, Tls
from passerelle.core.errors import MalformedError, UnavailableError, UntrustedError
from passerelle.steps.collect.ports import Mailbox
from tests.adapters import dovecot
from tests.adapters.dovecot import ANCHORS, NAME, Dovecot, Papers, mailbox
from tests.fakes import FakeBulletins, FakeKeyring, FakeMailbox

ONE = b"Return-Path: <a@b.example>\r\nSubject: =?utf-8?q?=C3=A9?=\r\n\r\nBonjour {12}\r\n.\r\n\xe9\xff)\r\n"
TWO = b"Subject: two\r\n\r\n" + b"x" * 998 + b"\r\n"
REAL = pytest.mark.skipif(bool(dovecot.missing()), reason=f"NOT CHECKED on Dovecot: {dovecot.missing()}")


class Office(Protocol):
    """A mailbox from the side of who puts mail into it."""

    def post(self, *mails: bytes) -> None:
        """Put mails into the mailbox."""

    def holds(self) -> dict[bytes, str]:
        """Return what is in it, with flags."""


@pytest.fixture
def real(imap_server: Dovecot, imap_papers: Papers) -> Iterator[ImapMailbox]:
    imap_server.empty()
    made = mailbox(imap_server, imap_papers)
    yield made
    made.close()


@pytest.fixture(params=["fake", pytest.param("dovecot", marks=REAL)])
def ends(request: pytest.FixtureRequest) -> tuple[Mailbox, Office]:
    """The two ends of a mailbox, ours first."""
    if request.param == "fake":
        fake = FakeMailbox()
        return fake, fake
    return request.getfixturevalue("real"), request.getfixturevalue("imap_server")


def test_mails_are_listed_oldest_first_and_fetched_byte_by_byte(ends: tuple[Mailbox, Office]) -> None:
    box, office = ends
    office.post(TWO, ONE)
    found = box.waiting(10).mails
    assert [box.fetch(mail, len(TWO)) for mail in found] == [TWO, ONE]
    assert [mail.size for mail in found] == [len(TWO), len(ONE)]
    assert office.holds() == {ONE: "", TWO: ""}, "fetching changes nothing"


def test_a_mail_is_removed_and_no_other_and_removing_it_again_is_no_fault(ends: tuple[Mailbox, Office]) -> None:
    box, office = ends
    office.post(ONE, TWO)
    first, _ = box.waiting(10).mails
    box.remove(first)
    box.remove(first)
    assert office.holds() == {TWO: ""}
    assert len(box.waiting(10).mails) == 1


def test_a_mail_that_is_left_is_flagged_and_waits_no_more(ends: tuple[Mailbox, Office]) -> None:
    box, office = ends
    office.post(ONE, TWO)
    first, second = box.waiting(10).mails
    box.leave(first)
    listing = box.waiting(10)
    assert (listing.mails, listing.left) == ((second,), 1)
    assert office.holds() == {ONE: "F", TWO: ""}


def test_no_more_are_listed_than_were_asked_for(ends: tuple[Mailbox, Office]) -> None:
    box, office = ends
    assert box.waiting(1).mails == ()
    office.post(ONE, TWO)
    (first,) = box.waiting(1).mails
    assert box.fetch(first, 5000) == ONE


def test_a_mail_at_the_limit_is_fetched_and_one_byte_past_it_is_not(ends: tuple[Mailbox, Office]) -> None:
    box, office = ends
    office.post(TWO)
    (mail,) = box.waiting(1).mails
    assert box.fetch(mail, len(TWO)) == TWO
    with pytest.raises(MalformedError, match=r"mail\.size"):
        box.fetch(mail, len(TWO) - 1)
    box.leave(mail)
    assert office.holds() == {TWO: "F"}


def test_a_mail_that_is_gone_is_a_fault_to_whoever_fetches_it(ends: tuple[Mailbox, Office]) -> None:
    box, office = ends
    office.post(ONE)
    (mail,) = box.waiting(1).mails
    box.remove(mail)
    with pytest.raises(UnavailableError, match=r"mailbox\.answer"):
        box.fetch(mail, 5000)


def test_a_mail_of_another_mailbox_is_not_touched(ends: tuple[Mailbox, Office]) -> None:
    box, office = ends
    office.post(ONE)
    (mail,) = box.waiting(1).mails
    other = replace(mail, validity=mail.validity + 1)
    for use in (box.remove, box.leave, lambda one: box.fetch(one, 5000)):
        with pytest.raises(UnavailableError, match=r"mailbox\.changed"):
            use(other)
    assert office.holds() == {ONE: ""}


# ---- Dovecot alone --------------------------------------------------------------------------------------------------


@REAL
def test_what_somebody_else_has_deleted_is_not_expunged_by_us(real: ImapMailbox, imap_server: Dovecot) -> None:
    imap_server.post(ONE, TWO)
    first, second = real.waiting(10).mails
    with real._speaking(second) as session:
        session.uid("STORE", str(second.uid), "+FLAGS", r"(\Deleted)")
    real.remove(first)
    assert imap_server.holds() == {TWO: "T"}
    assert real.waiting(10).mails == (second,), "it is not in S3: so it is collected"


@REAL
@pytest.mark.parametrize("login", Login)
def test_each_login_lets_us_in(imap_server: Dovecot, imap_papers: Papers, login: Login) -> None:
    made = mailbox(imap_server, imap_papers, login)
    made.waiting(1)
    made.close()
    assert imap_server.log.rstrip().count(f"method={'EXTERNAL' if login is Login.EXTERNAL else 'PLAIN'}") >= 1


@REAL
def test_a_wrong_password_does_not_and_is_repeated_nowhere(imap_server: Dovecot, imap_papers: Papers) -> None:
    with pytest.raises(UnavailableError, match=r"mailbox\.login") as error:
        mailbox(imap_server, imap_papers, Login.PASSWORD, "canari-secret").waiting(1)
    assert error.value.__cause__ is None
    assert "canari" not in repr(error.value)


@REAL
@pytest.mark.parametrize("who", ["nobody", "stranger"])
def test_the_server_wants_our_certificate(imap_server: Dovecot, imap_papers: Papers, who: str) -> None:
    made = mailbox(imap_server, imap_papers, Login.PASSWORD)
    if who == "nobody":
        made = ImapMailbox(replace(made.access, tls=Tls.STARTTLS), made.keyring)
    else:
        keyring = replace(made.keyring, identities={NAME: imap_papers.stranger})  # type: ignore[type-var]
        made = ImapMailbox(made.access, keyring)
    with pytest.raises(UnavailableError, match=r"mailbox\.(login|tls|connection)"):
        made.waiting(1)


@REAL
@pytest.mark.parametrize("wrong", ["anchor", "host"])
def test_a_server_that_is_not_who_it_should_be_gets_no_word_of_ours(
    imap_server: Dovecot, imap_papers: Papers, wrong: str
) -> None:
    before = imap_server.log.count("Login:")
    made = mailbox(imap_server, imap_papers)
    if wrong == "anchor":
        made.keyring = FakeKeyring({NAME: imap_papers.client}, {}, {ANCHORS: imap_papers.theirs.anchor})
    else:
        made.access = replace(made.access, place=Place(host="127.0.0.2", port=imap_server.place.port))
    with pytest.raises(UnavailableError, match=r"mailbox\.tls"):
        made.waiting(1)
    assert imap_server.log.count("Login:") == before


@REAL
def test_the_server_s_certificate_is_checked_as_the_relay_s_is(imap_server: Dovecot, imap_papers: Papers) -> None:
    keyring = FakeKeyring({NAME: imap_papers.client}, {}, {ANCHORS: imap_papers.ours.anchor})
    made = mailbox(imap_server, imap_papers)
    now = datetime.now(UTC)
    for crls, code in ((None, ""), ((), r"trust\.")):  # revocation not looked at; looked at, and no list is there
        grounds = Grounds(keyring, FakeBulletins(), {ANCHORS: crls})
        made.guard = PeerGuard(grounds, ANCHORS, lambda: now)
        if code:
            with pytest.raises((UnavailableError, UntrustedError), match=code):
                made.waiting(1)
        else:
            assert made.waiting(1).mails is not None
    made.close()
