"""The agency's audit matrix against real TLS on loopback, in both directions: our relay calls, and we are called."""

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from passerelle.adapters import channel
from passerelle.adapters.grounds import Grounds
from passerelle.adapters.guard import PeerGuard
from passerelle.adapters.relay import SmtpRelay
from passerelle.adapters.settings import Place, Tls
from passerelle.core.errors import PasserelleError
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Network
from passerelle.core.trust import crl, names, peer, white_list
from passerelle.core.trust.path import Use
from passerelle.core.trust.peer import Peer
from passerelle.local.towns.town import open_town, tls
from passerelle.steps.ports import Identity, Outcome
from passerelle.steps.refresh import LIST, lists
from tests.adapters import peers
from tests.fakes import FakeBulletins, FakeKeyring
from tests.vectors import pki

DOMAIN = "ch-exemple.mssante.example"
RECIPIENT = f"b@{DOMAIN}"
NAME = "CN=localhost,OU=1990000001,O=CH EXEMPLE,ST=Nord (59),C=FR"
REVOKED = 4242
GOOD = pki.Subject(NAME, domains=("localhost",), usages=pki.TLS)
ANCHORS = pki.pem(pki.root().certificate, pki.authority().certificate)
MAIL = b"Subject: x\r\n\r\nBonjour\r\n"
BAD_TLS = "4.7.5"
"""Refused in the handshake already, by OpenSSL."""


def _foreign() -> pki.Identity:
    return pki.issue(GOOD, pki.rsa_key("variant"), pki.stranger())


# What a certificate is, and how it is refused; OpenSSL refuses some before we look.
MATRIX: dict[str, tuple[Callable[[], pki.Identity], str]] = {
    "cert-valide": (lambda: pki.variant(GOOD), ""),
    "cert-expire": (lambda: pki.variant(GOOD, until=pki.SINCE + timedelta(days=1)), BAD_TLS),
    "cert-revoque": (lambda: pki.variant(GOOD, serial=REVOKED), "trust.revoked"),
    "cert-non-igc": (_foreign, BAD_TLS),
    "cert-no-match": (lambda: pki.variant(GOOD, name=NAME.replace("1990000001", "1990000002")), "trust.not-listed"),
    "cert-cn-diff-dn": (lambda: pki.variant(GOOD, name=NAME.replace("localhost", "x.example")), "trust.not-listed"),
}


@cache
def bulletins() -> FakeBulletins:
    made = FakeBulletins()
    published = [(pki.Listing((REVOKED,)), pki.authority()), (pki.Listing(), pki.root())]
    made.keep(lists("relay.mssante"), b"".join(crl.load(pki.revocations(*one)).pem for one in published))
    listed = white_list.gathered(pki.NOW, [(DOMAIN, names.parse(NAME))])
    made.keep(LIST, white_list.dump(white_list.Kept(listed, pki.NOW)))
    return made


def guard(*, operator: bool = True, published: FakeBulletins | None = None) -> PeerGuard:
    keyring = FakeKeyring({}, {}, {"relay.mssante": ANCHORS})
    grounds = Grounds(keyring, published or bulletins(), {"relay.mssante": ("http://crl.example/",)})
    return PeerGuard(grounds, "relay.mssante", lambda: pki.NOW, operator)


def identity(made: pki.Identity) -> Identity:
    return Identity(made.chain_pem, made.key_pem)


def sent(place: Place, watch: PeerGuard, recipient: str = RECIPIENT) -> str:
    """Send to a place; return the code of the refusal, or nothing."""
    ours = identity(pki.issue(replace(GOOD, name="CN=passerelle.example,C=FR"), pki.rsa_key("ours"), pki.authority()))
    keyring = FakeKeyring({"relay.mssante": ours}, {}, {"relay.mssante": ANCHORS})
    way = SmtpRelay(place, Tls.OPERATOR, keyring, "relay.mssante", lambda: "passerelle.example", watch)
    envelope = Envelope(Network.MSSANTE, "a@passerelle.example", (recipient,), "0" * 64)
    try:
        reply = way.send(envelope, MAIL, lambda: None)
    except PasserelleError as error:
        return error.code
    return "" if reply.outcome is Outcome.ACCEPTED else reply.enhanced


def called(made: pki.Identity, watch: PeerGuard | None = None) -> tuple[str, int]:
    """Send to a town with a certificate; return the refusal, and how many mails the town has."""
    with open_town("mssante", [RECIPIENT], identity(made), ANCHORS) as town:
        said = sent(Place(host="localhost", port=town.port), watch or guard())
        return said, len(town.arrivals)


@pytest.mark.parametrize("case", MATRIX)
def test_the_audit_matrix_when_we_call(case: str) -> None:
    make, refused = MATRIX[case]
    assert called(make()) == (refused, 0 if refused else 1)


def test_a_server_without_tls_gets_no_mail() -> None:
    with peers.peer(*peers.GOOD) as clear:
        assert sent(clear.place, guard()) == "4.7.4"
    assert b"MAIL" not in clear.heard


def test_a_server_of_another_name_gets_no_mail() -> None:
    other = pki.variant(replace(GOOD, domains=("x.example",)))
    assert called(other) == (BAD_TLS, 0)


def test_a_domain_that_is_not_listed_is_never_called() -> None:
    nowhere = Place(host="localhost", port=1)
    assert sent(nowhere, guard(), "b@elsewhere.example") == "5.1.2"
    assert sent(nowhere, guard()) == "4.4.1"
    assert sent(nowhere, guard(operator=False), "b@elsewhere.example") == "4.4.1"


def test_a_client_of_an_operator_asks_no_list_but_the_revocation_list() -> None:
    make, _ = MATRIX["cert-no-match"]
    assert called(make(), guard(operator=False)) == ("", 1)
    make, _ = MATRIX["cert-revoque"]
    assert called(make(), guard(operator=False)) == ("trust.revoked", 0)


def test_without_lists_mail_waits() -> None:
    empty = FakeBulletins()
    assert sent(Place(host="localhost", port=1), guard(published=empty)) == "trust.list-missing"
    assert called(pki.variant(GOOD), guard(operator=False, published=empty)) == ("trust.crl-missing", 0)
    empty.keep(LIST, b"{}")
    assert sent(Place(host="localhost", port=1), guard(published=empty)) == "trust.list-kept"


def welcomed(client: pki.Identity | None) -> str:
    """Let a client in as an operator's edge does: TLS with its certificate, then the check; return the refusal."""
    server = tls(identity(pki.variant(GOOD)), ANCHORS)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=ANCHORS.decode())
    ours, theirs = socket.socketpair()
    if client:
        tls_files(context, client)
    caller = threading.Thread(target=_call, args=(context, theirs), daemon=True)
    caller.start()
    try:
        with ours, server.wrap_socket(ours, server_side=True) as channel:
            own = channel.getpeercert(binary_form=True)
            assert own
            seen, grounds = Peer((own,), "localhost", Use.CLIENT), guard().grounds
            peer.check_operator(seen, DOMAIN, grounds.of("relay.mssante"), grounds.white_list(pki.NOW), pki.NOW)
    except PasserelleError as error:
        return error.code
    except ssl.SSLError:
        return BAD_TLS
    finally:
        theirs.close()
        caller.join(10)
    return ""


def tls_files(context: ssl.SSLContext, client: pki.Identity) -> None:
    """Give a client its certificate: by the relay's own way to do so."""
    channel.present(context, identity(client))


def _call(context: ssl.SSLContext, theirs: socket.socket) -> None:
    theirs.settimeout(10)
    try:
        with context.wrap_socket(theirs, server_hostname="localhost") as channel:
            channel.recv(1)
    except OSError:
        return


@pytest.mark.parametrize("case", MATRIX)
def test_the_audit_matrix_when_we_are_called(case: str) -> None:
    make, refused = MATRIX[case]
    assert welcomed(make()) == refused


def test_a_client_without_a_certificate_is_not_let_in() -> None:
    assert welcomed(None) == BAD_TLS
