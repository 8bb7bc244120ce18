"""The ledger as a reader turns its pages: one query of one index for each leaf, newest first."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from passerelle.adapters import entries
from passerelle.adapters.answers import answering
from passerelle.core.receipts.delivery import Delivery, Event
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.audit.ports import By, Leaf, Place, Tally

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SERVICE = "ledger"
_OPENED = "opened_at"  # the order within every index


@dataclass(frozen=True, slots=True)
class DynamoRegister:
    """The ledger's table, read through the indexes that bear the names of By."""

    client: "DynamoDBClient"
    table: str

    def leaf(self, by: By, value: str, after: Place | None, most: int) -> Leaf:
        """Return up to `most` deliveries of an index, newest first, after a place."""
        start: dict[str, Any] = {"ExclusiveStartKey": _key(by, value, after)} if after else {}
        answer = self._query(by, value, Limit=most, **start)
        found = tuple(map(entries.to_delivery, answer["Items"]))
        last = found[-1] if "LastEvaluatedKey" in answer and found else None
        return Leaf(found, Place(last.opened_at, last.id) if last else None)

    def tally(self, day: date, most: int) -> Tally:
        """Return the deliveries of a day, counted."""
        counts, start = Counter[tuple[State, str]](), dict[str, Any]()
        while True:
            names = {"#state": "state", "#reason": "reason"}
            wanted = {"ProjectionExpression": "#state, #reason", "Limit": most - counts.total()}
            answer = self._query(By.DAY, day.isoformat(), names, **wanted, **start)
            counts.update((State(one["state"]["S"]), one.get("reason", {}).get("S", "")) for one in answer["Items"])
            if "LastEvaluatedKey" not in answer or counts.total() >= most:
                return Tally(day, MappingProxyType(dict(counts)), "LastEvaluatedKey" not in answer)
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def note(self, event: Event) -> None:
        """Write an event that belongs to no delivery; written twice, it is one."""
        alone = Delivery(event.delivery, event.state, event.at)
        with answering(_SERVICE):
            self.client.put_item(TableName=self.table, Item=entries.of_event(alone, event))

    def _query(self, by: By, value: str, names: dict[str, str] | None = None, **more: Any) -> Any:  # noqa: ANN401 - boto3's
        with answering(_SERVICE):
            return self.client.query(
                TableName=self.table,
                IndexName=by.value,
                KeyConditionExpression="#by = :value",
                ExpressionAttributeNames={"#by": by.value, **(names or {})},
                ExpressionAttributeValues={":value": {"S": value}},
                ScanIndexForward=False,
                **more,
            )


def _key(by: By, value: str, place: Place) -> entries.Item:
    """Return the key of a delivery in an index."""
    return {
        by.value: {"S": value},
        _OPENED: {"S": entries.moment(place.opened_at)},
        "delivery": {"S": place.id},
        "entry": {"S": entries.STATE},
    }
