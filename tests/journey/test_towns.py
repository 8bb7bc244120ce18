"""The pretend towns are real SMTP servers, and as strict as the real networks."""

import smtplib
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from passerelle.local.towns.authority import Authority
from passerelle.local.towns.town import Town, open_town
from passerelle.steps.ports import Identity

RESIDENT = "medecine@ch-exemple.mssante.example"
MAIL = b"Subject: Bonjour\r\n\r\nCorps\r\n"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.make("Autorité d'essai", datetime.now(UTC))


@pytest.fixture(scope="module")
def client(authority: Authority) -> Identity:
    return authority.machine("passerelle.example")


@pytest.fixture
def town(authority: Authority) -> Iterator[Town]:
    with open_town("mssante", [RESIDENT], authority.machine("mx.example"), authority.anchor) as opened:
        yield opened


def test_a_mail_arrives_with_the_name_of_the_certificate_that_brought_it(
    town: Town, authority: Authority, client: Identity, tmp_path: Path
) -> None:
    _send(town, _context(authority, tmp_path, client), RESIDENT)
    assert town.wait(lambda arrivals: len(arrivals) == 1, 5)
    arrival = town.arrivals[0]
    assert (arrival.recipients, arrival.content, arrival.peer) == ((RESIDENT,), MAIL, "passerelle.example")


def test_no_mail_is_taken_in_clear(town: Town) -> None:
    with smtplib.SMTP("127.0.0.1", town.port) as session, pytest.raises(smtplib.SMTPSenderRefused) as refusal:
        session.sendmail("a@b.example", [RESIDENT], MAIL)
    assert refusal.value.smtp_code == 530


def test_no_client_without_a_certificate_gets_in(town: Town, authority: Authority, tmp_path: Path) -> None:
    with pytest.raises((smtplib.SMTPException, OSError)):
        _send(town, _context(authority, tmp_path, None), RESIDENT)
    assert town.arrivals == []


def test_no_client_of_another_authority_gets_in(town: Town, authority: Authority, tmp_path: Path) -> None:
    stranger = Authority.make("Une autre", datetime.now(UTC)).machine("passerelle.example")
    with pytest.raises((smtplib.SMTPException, OSError)):
        _send(town, _context(authority, tmp_path, stranger), RESIDENT)
    assert town.arrivals == []


def test_a_mail_for_nobody_here_is_refused_for_good(
    town: Town, authority: Authority, client: Identity, tmp_path: Path
) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        _send(town, _context(authority, tmp_path, client), "inconnu@ch-exemple.mssante.example")
    assert [code for code, _ in refusal.value.recipients.values()] == [550]


def test_residents_are_found_whatever_the_case_of_their_address(
    town: Town, authority: Authority, client: Identity, tmp_path: Path
) -> None:
    _send(town, _context(authority, tmp_path, client), RESIDENT.upper())
    assert town.wait(lambda arrivals: len(arrivals) == 1, 5)


def test_a_town_takes_no_connection_once_it_is_closed(authority: Authority) -> None:
    with open_town("mssante", [RESIDENT], authority.machine("mx.example")) as closed:
        port = closed.port
    with pytest.raises(OSError, match="refused"):
        smtplib.SMTP("127.0.0.1", port, timeout=5)


def _context(authority: Authority, folder: Path, client: Identity | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=authority.anchor.decode())
    if client:
        chain, key = folder / "chain.pem", folder / "key.pem"
        chain.write_bytes(client.chain)
        key.write_bytes(client.key)
        context.load_cert_chain(chain, key)
    return context


def _send(town: Town, context: ssl.SSLContext, recipient: str) -> None:
    with smtplib.SMTP("127.0.0.1", town.port, timeout=5) as session:
        session.starttls(context=context)
        session.sendmail("expediteur@passerelle.example", [recipient], MAIL)
