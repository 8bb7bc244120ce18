"""Every attack of the corpus gets the verdict that it names, and good mail crosses the same bridge."""

import pytest

from passerelle.adapters import smtp
from passerelle.core.receipts.lifecycle import State
from tests.attacks import bridge, cms_envelopes, smuggling
from tests.attacks.registry import Attack, Door, corpus

CORPUS = corpus()


@pytest.mark.parametrize("attack", CORPUS, ids=lambda attack: attack.name)
def test_an_attack_gets_its_verdict(attack: Attack) -> None:
    assert bridge.verdict(attack) == attack.verdict


def test_every_failure_to_decrypt_leaves_the_same_trace() -> None:
    silent = [one for one in CORPUS if one.verdict == cms_envelopes.SILENT]
    traces = [bridge.run(one.door, one.build()).details for one in silent]
    assert len(silent) > 5
    assert all(trace.keys() == traces[0].keys() for trace in traces)


def test_every_attack_has_a_name_of_its_own_a_source_and_a_known_end() -> None:
    assert len({attack.name for attack in CORPUS}) == len(CORPUS)
    ends = {State.READY.value, State.REFUSED.value, State.QUARANTINED.value, State.HELD.value}
    assert [one.name for one in CORPUS if not one.source or one.verdict.split()[0] not in ends] == []


@pytest.mark.parametrize(("door", "mail"), [(Door.MSSANTE, bridge.xdm()), (Door.SIGNED, bridge.hprim())])
def test_a_good_mail_crosses_the_same_bridge(door: Door, mail: bytes) -> None:
    assert bridge.run(door, mail).verdict == "READY"


@pytest.mark.parametrize(
    "dot", [*smuggling.BARE_CR.values(), *smuggling.MIXED.values(), *smuggling.NUL.values(), *smuggling.DOTS.values()]
)
def test_no_end_of_a_mail_is_smuggled_out(dot: bytes) -> None:
    mail = b"Subject: x\r\n\r\nBonjour" + dot + smuggling.SECOND + b"\r\n"
    assert smtp.conforming(mail) is (dot in smuggling.DOTS.values())
    assert b"\r\n.\r\n" not in smtp.stuffed(mail) + b"."
