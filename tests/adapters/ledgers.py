"""Ledgers on DynamoDB, and deliveries opened in them."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from passerelle.adapters.ledger import DynamoLedger
from passerelle.core.receipts.delivery import Delivery, Event
from passerelle.core.receipts.lifecycle import State
from passerelle.local.cloud.clients import Cloud
from passerelle.steps.ports import Ledger
from tests.adapters import clouds

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def on_dynamo(cloud: Cloud) -> DynamoLedger:
    name = clouds.table(cloud, f"ledger-{uuid.uuid4().hex}")
    return DynamoLedger(cloud.client("dynamodb"), name, pause=lambda _: None)


def a_delivery(**changes: Any) -> Delivery:  # noqa: ANN401 - fields of Delivery
    return replace(Delivery(uuid.uuid4().hex, State.RECEIVED, NOON, wake_at=NOON), **changes)


def its_event(delivery: Delivery, **changes: Any) -> Event:  # noqa: ANN401 - fields of Event
    event = Event(uuid.uuid4().hex, NOON, "accept", delivery.state, delivery=delivery.id, sequence=delivery.version)
    return replace(event, **changes)


def opened_in(ledger: Ledger, **changes: Any) -> Delivery:  # noqa: ANN401 - fields of Delivery
    delivery = a_delivery(**changes)
    assert ledger.open(delivery, its_event(delivery))
    return delivery
