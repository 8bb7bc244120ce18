"""What the proxy does to a mail, and what the relay makes of it: the relay never thinks it knows more than it can."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from passerelle.adapters.settings import Place, Tls
from passerelle.local.towns.authority import Authority
from passerelle.local.towns.town import tls
from passerelle.steps.ports import Identity, Outcome
from tests.adapters import peers
from tests.adapters.peers import GOOD
from tests.adapters.sending import MAIL, Dot, envelope, keys, relay
from tests.ordeal.proxy import FAULTS, Proxy, standing
from tests.ordeal.scene import client_tls

FATES: dict[str, tuple[Outcome | None, bool]] = {
    "none": (Outcome.ACCEPTED, True),
    "cut: greeting": (Outcome.POSTPONED, False),
    "cut: recipient": (Outcome.POSTPONED, False),
    "cut: text": (None, False),
    "cut: dot, kept back": (Outcome.UNKNOWN, False),
    "cut: dot, handed on": (Outcome.UNKNOWN, True),
    "cut: answer": (Outcome.UNKNOWN, True),
    "4xx: greeting": (Outcome.POSTPONED, False),
    "4xx: recipient": (Outcome.POSTPONED, False),
    "4xx: dot": (Outcome.POSTPONED, False),
    "5xx: recipient": (Outcome.REJECTED, False),
    "5xx: dot": (Outcome.REJECTED, False),
    "slow: recipient": (Outcome.ACCEPTED, True),
    "slow: answer": (Outcome.ACCEPTED, True),
    "silent: answer": (Outcome.UNKNOWN, True),
    "nonsense: answer": (Outcome.UNKNOWN, True),
    "kill: dot, kept back": (Outcome.UNKNOWN, False),
    "kill: answer": (Outcome.UNKNOWN, True),
    "kill: told": (Outcome.ACCEPTED, True),
}
"""How a transaction ends, where that is no race, and whether the server gets the final dot."""

SCRIPT = (GOOD[0], b"250-peer.example\r\n250 STARTTLS\r\n", b"220 Go\r\n", *GOOD[1:])


@cache
def papers() -> tuple[bytes, Identity, Identity]:
    authority = Authority.make("Ordeal", datetime.now(UTC))
    return authority.anchor, authority.machine("mx.example"), authority.machine("passerelle.example")


@pytest.mark.parametrize("fault", FATES)
def test_the_relay_says_what_it_can_know(fault: str) -> None:
    anchors, server, client = papers()
    killed: list[int] = []
    chance = random.Random(1)  # noqa: S311 - a seed is the point
    with peers.peer(*SCRIPT, context=tls(server, anchors)) as peer:
        inside, outside = client_tls(client, anchors), tls(server, anchors)
        with standing(Proxy(peer.place.port, inside, outside, chance, 0.1, killed.append, {fault: 1.0})) as proxy:
            way = relay(Place(host="127.0.0.1", port=proxy.port), Tls.MUTUAL, keys(anchors, client))
            reply = replace(way, ehlo=lambda: "pid42.ordeal.example").send(envelope(MAIL), MAIL, Dot())
            assert peer.gone.wait(10)
    outcome, arrived = FATES[fault]
    assert reply.outcome is outcome or outcome is None
    assert (b"\r\n.\r\n" in peer.heard) is arrived
    assert proxy.struck.total() == (fault != "none")
    assert killed == ([42] if fault.startswith("kill") else [])


def test_every_fault_has_its_fate() -> None:
    assert set(FAULTS) - set(FATES) == {"kill: text"}  # there the relay would wait for its deadline
