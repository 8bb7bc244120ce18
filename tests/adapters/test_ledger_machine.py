"""The ledger on DynamoDB does what its fake does, whatever happens to it: many histories, drawn by hypothesis.

More of them: LEDGER_EXAMPLES=500 pytest tests/adapters/test_ledger_machine.py
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from passerelle.local.cloud.clients import Cloud
from tests.adapters.twins import Twins

EXAMPLES = int(os.environ.get("LEDGER_EXAMPLES", "0"))


def _lived(cloud: Cloud, examples: int) -> None:
    class Life(Twins):
        """In this cloud."""

    Life.cloud = cloud
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=EXAMPLES or examples,
            stateful_step_count=50 if EXAMPLES else 25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_on_moto_the_ledger_does_what_its_fake_does(moto_cloud: Cloud) -> None:
    _lived(moto_cloud, 5)


@pytest.mark.emulator
def test_on_the_emulator_the_ledger_does_what_its_fake_does(emulator_cloud: Cloud) -> None:
    _lived(emulator_cloud, 3)
