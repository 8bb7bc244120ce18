"""Every single fault, in the everyday suite: nothing lost or untold, copies only past the dot and never unseen."""

import pytest

from passerelle.core.message import Network
from passerelle.core.policy import Ambiguity
from tests.simulation.boundaries import KINDS, Case, Ending, cases, live

PAST_THE_DOT = {"Relay.send", "Ledger.record"}
"""Where the peer may have a mail of which the ledger does not know yet: its answer, and the write of it."""


@pytest.fixture(scope="module")
def endings() -> dict[Case, Ending]:
    return {case: live(case.network, case.at, KINDS[case.kind]) for case in cases()}


def test_there_are_enough_cases_in_both_directions(endings: dict[Case, Ending]) -> None:
    assert len(endings) >= 360
    for network in Network:
        assert len({case.at for case in endings if case.network is network}) >= 30
    assert {case.kind for case in endings} == set(KINDS)


def test_no_single_fault_loses_a_mail_or_its_receipt_or_leaves_it_waiting(endings: dict[Case, Ending]) -> None:
    for case, ending in endings.items():
        account = ending.account
        assert (account.mails, account.once, account.lost, account.waiting) == (1, 1, 0, 0), case
        assert ending.notices >= 1, case
        assert account.faults == 1, case


def test_no_single_fault_makes_a_copy_that_is_not_flagged_or_more_than_one(endings: dict[Case, Ending]) -> None:
    copied = {case: ending for case, ending in endings.items() if ending.account.flagged or ending.account.unseen}
    assert {case.boundary for case in copied} <= PAST_THE_DOT
    assert all((ending.account.flagged, ending.account.unseen) == (1, 0) for ending in copied.values())
    assert len(copied) >= 4, "the window of RFC 1047 is really struck"


def test_where_the_agreement_holds_no_single_fault_makes_a_copy(endings: dict[Case, Ending]) -> None:
    for case in (case for case, ending in endings.items() if ending.account.flagged):
        account = live(case.network, case.at, KINDS[case.kind], Ambiguity.HOLD).account
        assert (account.flagged, account.unseen, account.lost, account.waiting) == (0, 0, 0, 0), case


def test_a_next_hop_that_drops_repeats_sees_the_same_bytes_each_time(endings: dict[Case, Ending]) -> None:
    for case in (case for case, ending in endings.items() if ending.account.flagged):
        assert live(case.network, case.at, KINDS[case.kind]).distinct == 2, case  # the mail, and its receipt
