"""A relay, what it sends, and how often it asks before the dot."""

import hashlib
from dataclasses import dataclass

from passerelle.adapters.relay import SmtpRelay
from passerelle.adapters.settings import Place, Tls
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Network
from passerelle.local.towns.authority import Authority
from passerelle.steps.ports import Identity
from tests.fakes import FakeKeyring

SENDER, RECIPIENT = "a@passerelle.mssante.example", "b@ch-exemple.mssante.example"


MAIL = b"Subject: x\r\n\r\nBonjour\r\n.\r\n..deux\r\n.QUIT\r\nfin\r\n"


def envelope(mail: bytes, sender: str = SENDER) -> Envelope:
    return Envelope(Network.MSSANTE, sender, (RECIPIENT,), hashlib.sha256(mail).hexdigest())


@dataclass
class Dot:
    """Counts what is written before the dot."""

    calls: int = 0
    error: Exception | None = None

    def __call__(self) -> None:
        self.calls += 1
        if self.error:
            raise self.error


def relay(place: Place, way: Tls = Tls.LOOPBACK, keyring: FakeKeyring | None = None) -> SmtpRelay:
    return SmtpRelay(place, way, keyring or FakeKeyring(), "relay.mssante", lambda: "passerelle.example", last_wait=0.5)


@dataclass(frozen=True)
class Papers:
    ours: Authority
    theirs: Authority
    server: Identity
    client: Identity
    stranger: Identity


def keys(anchor: bytes, identity: Identity | None = None) -> FakeKeyring:
    return FakeKeyring({"relay.mssante": identity} if identity else {}, {}, {"relay.mssante": anchor})
