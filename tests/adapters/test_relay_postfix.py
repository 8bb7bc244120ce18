"""The relay against a real Postfix, where there is one."""

import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from passerelle.adapters.line import Line
from passerelle.adapters.settings import Place, Tls
from passerelle.core.mail import report
from passerelle.core.message import Said
from passerelle.core.receipts.delivery import delivery_id
from passerelle.core.receipts.reception import named, word
from passerelle.local.towns.authority import Authority
from passerelle.steps.ports import Errand, Outcome, Reply
from tests.adapters import postfix
from tests.adapters.postfix import Postfix
from tests.adapters.sending import MAIL, RECIPIENT, SENDER, Dot, Papers, envelope, keys, relay

WHOLE = (
    b"Message-ID: <1@passerelle.example>\r\n"
    b"Date: Sun, 22 Nov 2026 09:00:00 +0100\r\nFrom: a@passerelle.mssante.example\r\n"
    b"To: b@ch-exemple.mssante.example\r\n" + MAIL
)
"""With all headers that Postfix would add."""

pytestmark = pytest.mark.skipif(bool(postfix.missing()), reason=f"NOT CHECKED on Postfix: {postfix.missing()}")


@pytest.fixture(scope="module")
def papers() -> Papers:
    now = datetime.now(UTC)
    ours, theirs = Authority.make("Ours", now), Authority.make("Theirs", now)
    client = ours.machine("passerelle.example")
    return Papers(ours, theirs, ours.machine("mx.example"), client, theirs.machine("x.example"))


@pytest.fixture(scope="module")
def server(papers: Papers) -> Iterator[Postfix]:
    domain = "ch-exemple.mssante.example"
    with (
        tempfile.TemporaryDirectory() as folder,
        postfix.running(Path(folder), papers.server, papers.ours.anchor, domain) as made,
    ):
        yield made


def send(server: Postfix, papers: Papers, mail: bytes = MAIL, *, stranger: bool = False) -> Reply:
    keyring = keys(papers.ours.anchor, papers.stranger if stranger else papers.client)
    made = relay(Place(host="127.0.0.1", port=server.port), Tls.MUTUAL, keyring)
    return replace(made, last_wait=20.0).send(envelope(mail), mail, Dot())


def test_postfix_takes_a_mail_and_gives_it_back_byte_by_byte(server: Postfix, papers: Papers) -> None:
    reply = send(server, papers, WHOLE)
    assert (reply.outcome, reply.code, reply.enhanced) == (Outcome.ACCEPTED, 250, "2.0.0")
    assert reply.queue_id in (server.folder / "mail.log").read_text()
    (mail,) = server.arrived()
    head, found, rest = mail.partition(b"Message-ID: <1@")
    assert found + rest == WHOLE.replace(b"\r\n", b"\n")
    assert re.search(rb"passerelle\.example.*TLSv1\.[23]", head, re.DOTALL)


def test_postfix_does_not_believe_a_stranger(server: Postfix, papers: Papers) -> None:
    reply = send(server, papers, stranger=True)
    assert reply.outcome is Outcome.POSTPONED
    assert reply.code == 421


def _told(server: Postfix, seconds: float = 15.0) -> bytes:
    """Return the one mail that came for the sender."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := server.mailboxes().get(SENDER, []):
            return found[0]
        time.sleep(0.05)
    pytest.fail((server.folder / "mail.log").read_text())


def test_postfix_tells_under_the_name_of_the_attempt_that_the_mail_has_arrived(papers: Papers) -> None:
    """Two mails over one connection, the first to nobody; Postfix's own word of each is read as a receipt."""
    delivery = delivery_id("inbox/x.json", 0)
    domains = " ".join(address.rpartition("@")[2] for address in (SENDER, RECIPIENT))
    with (
        tempfile.TemporaryDirectory() as folder,
        postfix.running(Path(folder), papers.server, papers.ours.anchor, domains, (SENDER, RECIPIENT)) as server,
    ):
        way = relay(Place(host="127.0.0.1", port=server.port), Tls.MUTUAL, keys(papers.ours.anchor, papers.client))
        way = replace(way, last_wait=20.0, line=Line())
        unknown = replace(envelope(WHOLE), recipients=(f"nobody@{RECIPIENT.rpartition('@')[2]}",))
        assert way.send(unknown, WHOLE, Dot(), Errand(f"{delivery}.1")).enhanced == "5.1.1"
        assert way.send(envelope(WHOLE), WHOLE, Dot(), Errand(f"{delivery}.2")).outcome is Outcome.ACCEPTED
        way.close()
        told = _told(server)
        assert " rset=1 " in (server.folder / "mail.log").read_text()
    found = report.read(told)
    assert found is not None
    assert f"{delivery}.2" in found.names
    assert named(found.names, "passerelle.example")[0] == delivery
    heard = word(found, RECIPIENT)
    assert heard is not None
    assert (heard.said, heard.status) == (Said.DELIVERED, "2.0.0")
    assert b"Bonjour" not in told, "RET=HDRS: the mail itself does not come back"
