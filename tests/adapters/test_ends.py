"""The bridge's own certificates are told of before they run out, where they are used, and not for each mail."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from passerelle.adapters import ends, telemetry
from passerelle.adapters.ends import WatchedKeyring
from passerelle.steps.ports import Identity
from tests.fakes import FakeClock, FakeKeyring
from tests.vectors import pki


@pytest.fixture
def counted() -> Iterator[Callable[[str], float]]:
    """The sum of a metric that was counted since."""
    telemetry.metrics.clear_metrics()

    def total(name: str) -> float:
        found: dict[str, Any] = telemetry.metrics.metric_set
        return sum(found[name]["Value"]) if name in found else 0

    yield total
    telemetry.metrics.clear_metrics()


def watched(chain: bytes, clock: FakeClock) -> WatchedKeyring:
    keyring = FakeKeyring({"apicrypt": Identity(chain, b"")}, {"jean": b"jean"}, {"mssante": b"anchors"})
    return WatchedKeyring(keyring, clock)


def test_a_certificate_that_runs_out_is_counted_once_in_a_while(counted: Callable[[str], float]) -> None:
    clock = FakeClock(pki.UNTIL - timedelta(days=20))
    keyring = watched(pki.organisation().certificate_pem, clock)
    for _ in range(3):
        assert keyring.identity("apicrypt").chain == pki.organisation().certificate_pem
    assert (counted("EndsIn30Days"), counted("EndsIn60Days"), counted("Ended")) == (1, 0, 0)
    clock.now += ends.OFTEN
    keyring.identity("apicrypt")
    assert counted("EndsIn30Days") == 2
    clock.now = pki.UNTIL + timedelta(days=1)
    keyring.identity("apicrypt")
    assert counted("Ended") == 1


def test_a_certificate_that_cannot_be_read_is_left_to_who_uses_it(counted: Callable[[str], float]) -> None:
    keyring = watched(b"no PEM", FakeClock())
    assert keyring.identity("apicrypt").chain == b"no PEM"
    assert counted("Ended") == 0


def test_all_else_is_the_keyring_s(counted: Callable[[str], float]) -> None:
    keyring = watched(b"", FakeClock())
    assert (keyring.certificate("jean"), keyring.anchors("mssante")) == (b"jean", b"anchors")
    assert counted("Ended") == 0


def test_no_person_is_named() -> None:
    assert ends.place("certificates/jean.martin 1") == "certificates"
    assert ends.place("anchors/apicrypt 1") == "anchors/apicrypt 1"
