"""What only DynamoDB can get wrong: answers that are lost, and transactions that meet."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from passerelle.adapters import entries
from passerelle.adapters.ledger import DynamoLedger
from passerelle.core.errors import UnavailableError
from passerelle.core.receipts.delivery import moved
from passerelle.core.receipts.lifecycle import State
from passerelle.local.cloud.clients import Cloud

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
from tests.adapters.ledgers import a_delivery, its_event, on_dynamo, opened_in


@pytest.fixture
def on_moto(moto_cloud: Cloud) -> DynamoLedger:
    return on_dynamo(moto_cloud)


class _Line:
    """A client whose transactions meet faults, one for each call, before or after they have their effect."""

    def __init__(self, client: "DynamoDBClient", *faults: tuple[str, Exception]) -> None:
        self._client, self._faults = client, iter(faults)

    def __getattr__(self, name: str) -> object:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> object:  # noqa: ANN401 - boto3's
        when, fault = next(self._faults, ("", None))
        answer = None if when == "before" else self._client.transact_write_items(**request)
        if fault:
            raise fault
        return answer


def _cancelled(reason: str) -> ClientError:
    response: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": [{"Code": reason}]}
    return ClientError(response, "TransactWriteItems")


GONE = EndpointConnectionError(endpoint_url="https://dynamodb.example")


def _faulty(ledger: DynamoLedger, *faults: tuple[str, Exception]) -> DynamoLedger:
    client: Any = _Line(ledger.client, *faults)
    return replace(ledger, client=client)


def test_a_lost_answer_is_not_a_lost_race(on_moto: DynamoLedger) -> None:
    """The SDK sends again after a lost answer, and meets its own write."""
    opened = opened_in(on_moto)
    ready = moved(opened, State.READY)
    _faulty(on_moto, ("after", _cancelled("ConditionalCheckFailed"))).record(ready, its_event(ready))
    assert on_moto.get(opened.id) == ready


def test_an_opening_whose_answer_was_lost_is_ours(on_moto: DynamoLedger) -> None:
    delivery = a_delivery()
    assert _faulty(on_moto, ("after", _cancelled("ConditionalCheckFailed"))).open(delivery, its_event(delivery))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_ledger_that_does_not_answer_can_be_asked_again(on_moto: DynamoLedger, when: str) -> None:
    opened = opened_in(on_moto)
    ready = moved(opened, State.READY)
    event = its_event(ready)
    ledger = _faulty(on_moto, (when, GONE))
    with pytest.raises(UnavailableError):
        ledger.record(ready, event)
    ledger.record(ready, event)
    assert on_moto.get(opened.id) == ready
    assert len(on_moto.history(opened.id)) == 2


def test_a_transaction_that_meets_another_is_run_again(on_moto: DynamoLedger) -> None:
    opened = opened_in(on_moto)
    ready = moved(opened, State.READY)
    conflicts = [("before", _cancelled("TransactionConflict"))] * 5
    _faulty(on_moto, *conflicts).record(ready, its_event(ready))
    assert on_moto.get(opened.id) == ready


def test_a_sixth_conflict_is_left_to_the_caller(on_moto: DynamoLedger) -> None:
    ready = moved(opened_in(on_moto), State.READY)
    with pytest.raises(UnavailableError):
        _faulty(on_moto, *[("before", _cancelled("TransactionConflict"))] * 6).record(ready, its_event(ready))


def test_the_state_is_found_by_text_only_while_something_is_to_be_done() -> None:
    assert "wake_shard" in entries.of_delivery(a_delivery())
    assert {"wake_shard", "wake_at"}.isdisjoint(entries.of_delivery(a_delivery(wake_at=None)))
