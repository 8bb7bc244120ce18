"""The simulation in small: ours loses nothing and hides nothing, the first ideas do, and a seed is a history."""

from dataclasses import replace

import pytest

from passerelle.core.policy import Ambiguity
from tests.simulation.__main__ import live
from tests.simulation.designs import Ledgered
from tests.simulation.rivals import CheckThenSend, Idempotent

MAILS = 150
STORM = 0.05


def test_in_the_worst_weather_no_mail_is_lost_and_every_extra_copy_is_flagged() -> None:
    account = live(Ledgered(7, STORM), MAILS)
    assert (account.lost, account.unseen, account.waiting) == (0, 0, 0)
    assert account.once + account.told + account.held == account.mails == MAILS * 11 // 10
    assert account.faults > 300
    assert account.flagged > 0


def test_where_an_agreement_holds_what_is_ambiguous_nothing_is_sent_twice() -> None:
    account = live(Ledgered(7, STORM, Ambiguity.HOLD), MAILS)
    assert (account.lost, account.unseen, account.waiting, account.flagged) == (0, 0, 0, 0)
    assert account.held > 0


def test_the_same_seed_is_the_same_history_and_another_is_another() -> None:
    one, same, other = (live(Ledgered(seed, 0.02), 30) for seed in (1, 1, 2))
    assert one == same
    assert one.history != other.history


@pytest.mark.parametrize("design", [CheckThenSend, Idempotent])
def test_the_first_ideas_send_copies_that_nobody_sees(design: type[CheckThenSend]) -> None:
    account = live(design(7, STORM), 500)
    assert account.unseen > 0


def test_in_good_weather_all_designs_are_alike() -> None:
    accounts = [live(design(1, 0.0), 30) for design in (Ledgered, CheckThenSend, Idempotent)]
    assert {replace(one, mails=0, once=0, history="") for one in accounts} == {
        replace(accounts[0], mails=0, once=0, history="")
    }
    assert all(one.once == one.mails for one in accounts)
