"""The papers of the pretend world: two authorities, and whom they certify.

Apicrypt's partners have S/MIME certificates (route D of the design: standard S/MIME, not Apicrypt's own cipher);
the bridge signs there as an organisation; every server and the bridge as a client have TLS certificates.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from passerelle.core.message import Network
from passerelle.core.policy import Correspondent, Lock
from passerelle.local.towns.authority import Authority, seal_key
from passerelle.steps.ports import Identity

SIGNER = "alb.mssante.example"
"""Who signs the pretend white list."""

LOG = "passerelle.example/remises"
"""The name of the log that the pretend bridge seals."""

BRIDGE_DOMAIN = "passerelle.apicrypt.example"


@dataclass(frozen=True, slots=True)
class Papers:
    """All certificates and keys."""

    anchors: Mapping[Network, bytes]  # the root of each network, PEM
    people: Mapping[str, Identity]  # by the name of the certificate in the agreements
    bridge: Identity  # signs and opens S/MIME for the whole domain of the aliases
    client: Identity  # of the bridge, for mutual TLS on MSSanté
    towns: Mapping[Network, Identity]
    revocations: Mapping[Network, bytes]  # the list of each network's root, DER
    publisher: Identity  # of the server of the white list
    signer: Identity  # of the white list
    seal: bytes  # the key that signs seals, PEM


def issue(correspondents: Iterable[Correspondent], now: datetime) -> Papers:
    """Return new papers for everybody."""
    apicrypt = Authority.make("AC d'essai Apicrypt", now)
    mssante = Authority.make("AC d'essai IGC", now)
    locked = [one for one in correspondents if one.lock is Lock.SMIME]
    return Papers(
        anchors={Network.APICRYPT: apicrypt.anchor, Network.MSSANTE: mssante.anchor},
        people={one.certificate: apicrypt.person(one.label, one.address) for one in locked},
        bridge=apicrypt.organisation("Passerelle", BRIDGE_DOMAIN),
        client=mssante.machine("passerelle.example"),
        towns={
            Network.APICRYPT: apicrypt.machine("mx.apicrypt.example"),
            Network.MSSANTE: mssante.machine("mx.mssante.example"),
        },
        revocations={Network.APICRYPT: apicrypt.revocations(), Network.MSSANTE: mssante.revocations()},
        publisher=mssante.machine("liste.mssante.example"),
        signer=mssante.person(SIGNER, f"alb@{SIGNER}"),
        seal=seal_key(),
    )
