"""The relay and TLS, against aiosmtpd: who is believed, and what is never said in clear."""

import ssl
import warnings
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from passerelle.adapters.settings import Place, Tls
from passerelle.core.errors import UnavailableError
from passerelle.local.towns.authority import Authority
from passerelle.local.towns.town import open_town, tls
from passerelle.steps.ports import Outcome, Reply
from tests.adapters import peers
from tests.adapters.peers import GOOD
from tests.adapters.sending import MAIL, RECIPIENT, Dot, Papers, envelope, keys, relay
from tests.fakes import FakeKeyring

# ---- TLS ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def papers() -> Papers:
    now = datetime.now(UTC)
    ours, theirs = Authority.make("Ours", now), Authority.make("Theirs", now)
    return Papers(
        ours, theirs, ours.machine("mx.example"), ours.machine("passerelle.example"), theirs.machine("x.example")
    )


def over_tls(town: Any, keyring: FakeKeyring, way: Tls, host: str = "127.0.0.1") -> Reply:  # noqa: ANN401 - a town
    made = relay(Place(host=host, port=town.port), way, keyring)
    return replace(made, last_wait=10.0).send(envelope(MAIL), MAIL, Dot())


def test_mutual_tls_names_both_sides(papers: Papers) -> None:
    with open_town("mss", [RECIPIENT], papers.server, papers.ours.anchor) as town:
        reply = over_tls(town, keys(papers.ours.anchor, papers.client), Tls.MUTUAL)
    assert reply == Reply(Outcome.ACCEPTED, 250, "2.0.0", "4FEED0001")
    assert [(arrival.peer, arrival.content) for arrival in town.arrivals] == [("passerelle.example", MAIL)]


def test_starttls_needs_no_certificate_of_ours(papers: Papers) -> None:
    with open_town("api", [RECIPIENT], papers.server) as town:
        assert over_tls(town, keys(papers.ours.anchor), Tls.STARTTLS).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("wrong", ["anchor", "host"])
def test_a_server_that_is_not_who_it_should_be_gets_no_mail(papers: Papers, wrong: str) -> None:
    anchor = papers.theirs.anchor if wrong == "anchor" else papers.ours.anchor
    host = "127.1" if wrong == "host" else "127.0.0.1"
    with open_town("api", [RECIPIENT], papers.server) as town:
        reply = over_tls(town, keys(anchor), Tls.STARTTLS, host)
    assert reply == Reply(Outcome.POSTPONED, 0, "4.7.5")
    assert town.arrivals == []


@pytest.mark.parametrize("who", ["nobody", "a stranger"])
def test_a_server_that_does_not_believe_us_gets_no_mail(papers: Papers, who: str) -> None:
    with open_town("mss", [RECIPIENT], papers.server, papers.ours.anchor) as town:
        keyring = keys(papers.ours.anchor, papers.stranger)
        reply = over_tls(town, keyring, Tls.STARTTLS if who == "nobody" else Tls.MUTUAL)
    assert reply.outcome is Outcome.POSTPONED
    assert town.arrivals == []


def test_without_starttls_nothing_is_said(papers: Papers) -> None:
    with peers.peer(*GOOD) as peer:
        reply = relay(peer.place, Tls.STARTTLS, keys(papers.ours.anchor)).send(envelope(MAIL), MAIL, Dot())
        assert peer.gone.wait(10)
    assert reply == Reply(Outcome.POSTPONED, 0, "4.7.4")
    assert b"MAIL" not in peer.heard


def test_what_was_said_in_clear_is_not_believed_behind_tls(papers: Papers) -> None:
    """RFC 3207 §6: the answer slipped in behind 220, a size limit of 1, must not count."""
    injected = b"220 Go\r\n250-evil.example\r\n250 SIZE 1\r\n"
    script = (GOOD[0], b"250-peer.example\r\n250 STARTTLS\r\n", injected, *GOOD[1:])
    with peers.peer(*script, context=tls(papers.server, None)) as peer:
        reply = relay(peer.place, Tls.STARTTLS, keys(papers.ours.anchor)).send(envelope(MAIL), MAIL, Dot())
    assert reply.outcome is Outcome.ACCEPTED
    assert b"STARTTLS\r\nehlo passerelle.example\r\nMAIL" in peer.heard


def test_the_oldest_tls_is_1_2(papers: Papers) -> None:
    old = tls(papers.server, None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with peers.peer(GOOD[0], b"250-peer.example\r\n250 STARTTLS\r\n", b"220 Go\r\n", context=old) as peer:
        reply = relay(peer.place, Tls.STARTTLS, keys(papers.ours.anchor)).send(envelope(MAIL), MAIL, Dot())
    assert reply == Reply(Outcome.POSTPONED, 0, "4.7.5")


@pytest.mark.parametrize("keyring", [keys(b"no PEM"), keys(b"\xff"), FakeKeyring()], ids=["text", "bytes", "nothing"])
def test_without_anchors_the_mail_waits(keyring: FakeKeyring) -> None:
    with pytest.raises(UnavailableError):
        relay(Place(host="127.0.0.1", port=1), Tls.STARTTLS, keyring).send(envelope(MAIL), MAIL, Dot())


def test_a_key_leaves_no_file(papers: Papers, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401 - a Path
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with open_town("mss", [RECIPIENT], papers.server, papers.ours.anchor) as town:
        over_tls(town, keys(papers.ours.anchor, papers.client), Tls.MUTUAL)
    assert list(tmp_path.iterdir()) == []
