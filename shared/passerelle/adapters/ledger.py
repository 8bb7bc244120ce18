"""The truth about every delivery, in one DynamoDB table.

1. A delivery is one item STATE and one item EVENT#00000n for each event, under its id.
2. State and event are written in one transaction: the state only where the version before it still stands, the event
   only where its place is free.
3. A write that fails is checked against its own event: a lost answer is not a lost race.
4. `wake_at` is there only while something is to be done: the index `due` holds nothing else.
5. The index `log` holds every event, by its day (UTC) and time: what `seal` reads.
6. The indexes lag behind the table by moments: who acts on what they say reads the delivery first, and writes
   on its version.
"""

import hashlib
import heapq
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from passerelle.adapters import entries
from passerelle.adapters.answers import answering, code
from passerelle.core.errors import OvertakenError, UnavailableError
from passerelle.core.receipts.delivery import Delivery, Event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = timedelta(days=30)
"""How long a claim stands."""

_SERVICE = "ledger"
_TRIES = 6
_FIRST_PAUSE = 0.05  # seconds, doubled each time: 1.6 s in all


@dataclass(frozen=True, slots=True)
class DynamoLedger:
    """A table with the indexes `due` and `day`."""

    client: "DynamoDBClient"
    table: str
    pause: Callable[[float], None] = time.sleep

    def open(self, delivery: Delivery, event: Event) -> bool:
        """Write a new delivery with its first event; return False where it is there already."""
        return self._write(delivery, event, {"ConditionExpression": "attribute_not_exists(delivery)"})

    def get(self, delivery_id: str) -> Delivery:
        """Return a delivery."""
        found = self.find(delivery_id)
        if found is None:
            raise UnavailableError("ledger.missing", "The ledger has no delivery of this id.")
        return found

    def find(self, delivery_id: str) -> Delivery | None:
        """Return a delivery, or None where there is none."""
        item = self._item(delivery_id, entries.STATE)
        return entries.to_delivery(item) if item else None

    def claim(self, key: str, delivery_id: str, now: datetime) -> str:
        """Return the delivery that stands under a key: this one, where none has in the last 30 days."""
        until = int((now + KEPT).timestamp())
        item: entries.Item = {
            "delivery": {"S": key},
            "entry": {"S": "CLAIM"},
            "holder": {"S": delivery_id},
            "expires": {"N": str(until)},
        }
        with answering(_SERVICE):
            try:
                self.client.put_item(
                    TableName=self.table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(delivery) OR expires < :now",
                    ExpressionAttributeValues={":now": {"N": str(int(now.timestamp()))}},
                )
            except ClientError as error:
                if code(error) != "ConditionalCheckFailedException":
                    raise
                return self._item(key, "CLAIM").get("holder", {}).get("S", delivery_id)
        return delivery_id

    def gather(self, key: str, member: str, most: int, now: datetime) -> int:
        """Add a member to the set of a key, and return how many it has; one that is full stays at `most`."""
        with answering(_SERVICE):
            try:
                answer = self.client.update_item(
                    TableName=self.table,
                    Key={"delivery": {"S": key}, "entry": {"S": "SET"}},
                    UpdateExpression="ADD members :member SET expires = :until",
                    ConditionExpression="attribute_not_exists(members) OR size(members) < :most",
                    ExpressionAttributeValues={
                        ":member": {"SS": [member]},
                        ":most": {"N": str(most)},
                        ":until": {"N": str(int((now + KEPT).timestamp()))},
                    },
                    ReturnValues="ALL_NEW",
                )
            except ClientError as error:
                if code(error) != "ConditionalCheckFailedException":
                    raise
                return most
        return len(answer["Attributes"]["members"]["SS"])

    def record(self, delivery: Delivery, event: Event) -> None:
        """Write the next state and its event, where the version before it still stands."""
        condition = {
            "ConditionExpression": "version = :before",
            "ExpressionAttributeValues": {":before": {"N": str(delivery.version - 1)}},
        }
        if not self._write(delivery, event, condition):
            raise OvertakenError("ledger.version", "Another attempt has moved this delivery on.")

    def history(self, delivery_id: str) -> tuple[Event, ...]:
        """Return the events of a delivery, oldest first."""
        found = self._query(
            KeyConditionExpression="delivery = :id AND begins_with(entry, :event)",
            ExpressionAttributeValues={":id": {"S": delivery_id}, ":event": {"S": "EVENT#"}},
            ConsistentRead=True,
        )
        return tuple(entries.to_event(item) for item in found)

    def due(self, now: datetime) -> Iterator[Delivery]:
        """Return the deliveries whose `wake_at` has come."""
        for shard in range(entries.SHARDS):
            found = self._query(
                IndexName="due",
                KeyConditionExpression="wake_shard = :shard AND wake_at <= :now",
                ExpressionAttributeValues={":shard": {"S": f"{shard:x}"}, ":now": {"S": entries.moment(now)}},
            )
            yield from map(entries.to_delivery, found)

    def opened_on(self, day: date) -> Iterator[Delivery]:
        """Return the deliveries that were opened on a day (UTC), oldest first."""
        found = self._query(
            IndexName="day",
            KeyConditionExpression="#day = :day",
            ExpressionAttributeNames={"#day": "day"},  # a reserved word
            ExpressionAttributeValues={":day": {"S": day.isoformat()}},
        )
        yield from map(entries.to_delivery, found)

    def logged(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Return the events from a time until before another, in the order of time; read as they are asked for."""
        for days in range((until.date() - since.date()).days + 1 if since < until else 0):
            day = since.date() + timedelta(days)
            parts = [self._logged(since, until, day, part) for part in range(entries.LOGS)]
            yield from map(entries.to_event, heapq.merge(*parts, key=lambda item: item["at"]["S"]))

    def _logged(self, since: datetime, until: datetime, day: date, part: int) -> Iterator[entries.Item]:
        return self._query(
            IndexName="log",
            KeyConditionExpression="#log = :log AND #at BETWEEN :since AND :until",
            ExpressionAttributeNames={"#log": "log", "#at": "at"},
            ExpressionAttributeValues={
                ":log": {"S": entries.log(day, part)},
                ":since": {"S": entries.moment(since)},
                ":until": {"S": entries.moment(until - timedelta(microseconds=1))},
            },
        )

    def _write(self, delivery: Delivery, event: Event, condition: dict[str, Any]) -> bool:
        """Write state and event in one transaction; return whether they stand, by this write or an earlier one."""
        state, entry = entries.of_delivery(delivery), entries.of_event(delivery, event)
        request: dict[str, Any] = {
            "TransactItems": [
                {"Put": {"TableName": self.table, "Item": state, **condition}},
                {
                    "Put": {
                        "TableName": self.table,
                        "Item": entry,
                        "ConditionExpression": "attribute_not_exists(delivery)",
                    }
                },
            ],
            "ClientRequestToken": _token(state, entry),
        }
        return self._transact(request) or self._mine(delivery, event)

    def _transact(self, request: dict[str, Any]) -> bool:
        """Run a transaction; return False where a condition did not hold. One that met another is run again."""
        with answering(_SERVICE):
            for attempt in range(_TRIES):
                try:
                    self.client.transact_write_items(**request)
                except ClientError as error:
                    if _condition_failed(error):
                        return False
                    if code(error) not in _CONFLICTS or attempt == _TRIES - 1:
                        raise
                    self.pause(_FIRST_PAUSE * 2**attempt)
                else:
                    break
        return True

    def _mine(self, delivery: Delivery, event: Event) -> bool:
        """Return whether this very event stands at its place."""
        item = self._item(delivery.id, entries.place(delivery.version))
        return bool(item) and item["event"].get("S") == event.id

    def _item(self, delivery_id: str, entry: str) -> entries.Item:
        with answering(_SERVICE):
            key: entries.Item = {"delivery": {"S": delivery_id}, "entry": {"S": entry}}
            return self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item", {})

    def _query(self, **query: Any) -> Iterator[entries.Item]:  # noqa: ANN401 - arguments of boto3
        """Return all items of a query, page by page."""
        with answering(_SERVICE):
            for page in self.client.get_paginator("query").paginate(TableName=self.table, **query):
                yield from page["Items"]


_CONFLICTS = frozenset(
    {"TransactionCanceledException", "TransactionInProgressException", "TransactionConflictException"}
)


def _condition_failed(error: ClientError) -> bool:
    reasons = error.response.get("CancellationReasons", [])
    return any(reason.get("Code") == "ConditionalCheckFailed" for reason in reasons)


def _token(state: entries.Item, entry: entries.Item) -> str:
    """Return a token that is the same for the same write: DynamoDB runs it once in ten minutes."""
    return hashlib.sha256(json.dumps([state, entry], sort_keys=True).encode()).hexdigest()[:36]
