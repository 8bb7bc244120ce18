"""What stands under a key of the ledger: the first delivery that claimed it, or how many members it has gathered."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from passerelle.adapters.ledger import DynamoLedger
from passerelle.local.cloud.clients import Cloud
from passerelle.steps.ports import Ledger
from tests.adapters import clouds
from tests.fakes import FakeLedger

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(params=["fake", "moto", pytest.param("emulator", marks=pytest.mark.emulator)])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    if request.param == "fake":
        return FakeLedger()
    cloud = request.getfixturevalue(f"{request.param}_cloud")
    return DynamoLedger(cloud.client("dynamodb"), clouds.table(cloud, f"keys-{uuid.uuid4().hex}"))


def test_the_first_claim_stands_and_may_be_made_again(ledger: Ledger) -> None:
    assert ledger.claim("content x", "one", NOON) == "one"
    assert ledger.claim("content x", "two", NOON + timedelta(days=29)) == "one"
    assert ledger.claim("content x", "one", NOON) == "one"
    assert ledger.claim("content y", "two", NOON) == "two"


def test_a_claim_ends_after_thirty_days(ledger: Ledger) -> None:
    ledger.claim("content x", "one", NOON)
    assert ledger.claim("content x", "two", NOON + timedelta(days=30, seconds=1)) == "two"


def test_a_set_counts_each_member_once_up_to_its_limit(ledger: Ledger) -> None:
    assert [ledger.gather("mass x", member, 3, NOON) for member in "aabcdea"] == [1, 1, 2, 3, 3, 3, 3]
    assert ledger.gather("mass y", "a", 3, NOON) == 1


def test_a_key_is_no_delivery(ledger: Ledger) -> None:
    ledger.claim("content x", "one", NOON)
    assert ledger.find("content x") is None
    assert list(ledger.opened_on(NOON.date())) == []
    assert list(ledger.due(NOON + timedelta(days=40))) == []


@pytest.mark.emulator
def test_of_many_claims_at_once_one_stands(emulator_cloud: Cloud) -> None:
    ledger = DynamoLedger(emulator_cloud.client("dynamodb"), clouds.table(emulator_cloud, f"keys-{uuid.uuid4().hex}"))
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda number: ledger.claim("content x", f"d{number}", NOON), range(16)))
    assert len(found) == 1
