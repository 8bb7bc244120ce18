"""A short ordeal: real parts, broken connections, killed workers; `make ordeal` is the long one."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from passerelle.local.trouble import SetupError
from tests.adapters import postfix
from tests.ordeal.__main__ import table, wrongs
from tests.ordeal.scene import Plan
from tests.ordeal.trial import Outcome, undergo

PLAN = Plan(mails=16, kills=5, seed=1, scale=300.0, workers=3, seconds=180.0)

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.slow,
    pytest.mark.skipif(bool(postfix.missing()), reason=f"NOT CHECKED on Postfix: {postfix.missing()}"),
]


@pytest.fixture(scope="module")
def outcome() -> Iterator[Outcome]:
    with tempfile.TemporaryDirectory() as folder:  # not pytest's, which only root may enter
        try:
            yield undergo(PLAN, Path(folder))
        except SetupError as error:
            if error.key == "setup.ministack":
                pytest.skip("NOT CHECKED: the emulator is not installed (make .ministack)")
            raise


def test_no_mail_is_lost_and_no_copy_unseen(outcome: Outcome) -> None:
    assert wrongs(PLAN, outcome) == [], table(PLAN, outcome)


def test_workers_were_killed_and_connections_broken(outcome: Outcome) -> None:
    assert outcome.nursery.killed >= PLAN.kills
    assert outcome.proxy.struck.total() > 0
    assert outcome.reckoning.figures["in mailboxes"] > PLAN.mails // 2
