"""The ledger as a reader turns its pages: one query of one index for each leaf, newest first."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from passerelle.adapters import entries
from passerelle.adapters.answers import answering
from passerelle.core.errors import UnavailableError
from passerelle.core.receipts.delivery import Delivery, Event
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.audit.ports import By, Crossing, Leaf, Place, Tally

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SERVICE = "ledger"
_OPENED = "opened_at"  # the order within every index
_WHOLE = frozenset({By.DAY, By.WAITING})
"""Indexes that hold the states themselves; the others hold keys, and cost a write or two in a delivery's life."""

SIDES = ("group", "origin")
"""The indexes of a partner: what goes to him, and what comes from him."""

_COUNTED = {
    f"#{name}": name  # some are reserved words
    for name in (
        "delivery",
        "opened_at",
        "state",
        "reason",
        "source",
        "sender_domain",
        "recipient_domain",
        "codes",
        "qualified",
        "product",
    )
}
_BATCH = 100  # keys of one BatchGetItem
_TRIES = 5


@dataclass(frozen=True, slots=True)
class DynamoRegister:
    """The ledger's table, read through the indexes that bear the names of By."""

    client: "DynamoDBClient"
    table: str

    def leaf(self, by: By, value: str, after: Place | None, most: int) -> Leaf:
        """Return up to `most` deliveries of an index, newest first, after a place."""
        if by is By.PARTNER:
            return self._sides(value, after, most)
        start: dict[str, Any] = {"ExclusiveStartKey": _key(by, value, after)} if after else {}
        answer = self._query(by.value, value, Limit=most, **start)
        items = answer["Items"]
        found = tuple(map(entries.to_delivery, items if by in _WHOLE else self._whole(items)))
        last = items[-1] if "LastEvaluatedKey" in answer and items else None
        return Leaf(found, _place(last) if last else None)

    def tally(self, day: date, most: int) -> Tally:
        """Return the deliveries of a day, counted."""
        counts, crossings, start = Counter[tuple[State, str]](), Counter[Crossing](), dict[str, Any]()
        while True:
            wanted: dict[str, Any] = {"ProjectionExpression": ", ".join(_COUNTED), "Limit": most - counts.total()}
            answer = self._query(By.DAY.value, day.isoformat(), names=_COUNTED, **wanted, **start)
            found = list(map(entries.to_delivery, answer["Items"]))
            counts.update((one.state, one.reason) for one in found)
            crossings.update(map(Crossing.of, found))
            complete = "LastEvaluatedKey" not in answer
            if complete or counts.total() >= most:
                return Tally(day, MappingProxyType(counts), complete, MappingProxyType(crossings))
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def note(self, event: Event, expires: datetime) -> None:
        """Write an event that belongs to no delivery; written twice, it is one."""
        alone = Delivery(event.delivery, event.state, event.at, expires=expires)
        with answering(_SERVICE):
            self.client.put_item(TableName=self.table, Item=entries.of_event(alone, event))

    def _sides(self, value: str, after: Place | None, most: int) -> Leaf:
        """Return a leaf of both indexes of a partner together; what he writes to himself stands in both, once here."""
        before = entries.opened(after.opened_at, after.id) if after else entries.NEVER
        answers = [self._query(side, value, before=before, Limit=most) for side in SIDES]
        keys = {item["opened"]["S"]: item for answer in answers for item in answer["Items"]}
        chosen = [keys[opened] for opened in sorted(keys, reverse=True)[:most]]
        found = tuple(map(entries.to_delivery, self._whole(chosen)))
        if not chosen or (len(keys) == len(chosen) and not any("LastEvaluatedKey" in answer for answer in answers)):
            return Leaf(found, None)
        at, _, name = chosen[-1]["opened"]["S"].partition("#")
        return Leaf(found, Place(datetime.fromisoformat(at), name))

    def _whole(self, keys: list[entries.Item]) -> list[entries.Item]:
        """Return the states whose keys an index gave, in its order; one is read again until the table gives it."""
        wanted = [{"delivery": key["delivery"], "entry": key["entry"]} for key in keys]
        found: dict[str, entries.Item] = {}
        for start in range(0, len(wanted), _BATCH):
            asked: Any = {self.table: {"Keys": wanted[start : start + _BATCH], "ConsistentRead": True}}
            for _ in range(_TRIES):
                with answering(_SERVICE):
                    answer = self.client.batch_get_item(RequestItems=asked)
                found |= {item["delivery"]["S"]: item for item in answer["Responses"][self.table]}
                asked = answer.get("UnprocessedKeys")
                if not asked:
                    break
            else:
                raise UnavailableError("ledger.unavailable", "The ledger did not answer as it should.")
        return [found[key["delivery"]["S"]] for key in keys if key["delivery"]["S"] in found]

    def _query(self, index: str, value: str, before: str = "", **more: Any) -> Any:  # noqa: ANN401 - boto3's
        names = {"#by": index, **more.pop("names", {})}
        with answering(_SERVICE):
            return self.client.query(
                TableName=self.table,
                IndexName=index,
                KeyConditionExpression="#by = :value" + (" AND opened < :before" if before else ""),
                ExpressionAttributeNames=names,
                ExpressionAttributeValues={":value": {"S": value}, **({":before": {"S": before}} if before else {})},
                ScanIndexForward=False,
                **more,
            )


def _place(item: entries.Item) -> Place:
    return Place(datetime.fromisoformat(item[_OPENED]["S"]), item["delivery"]["S"])


def _key(by: By, value: str, place: Place) -> entries.Item:
    """Return the key of a delivery in an index."""
    return {
        by.value: {"S": value},
        _OPENED: {"S": entries.moment(place.opened_at)},
        "delivery": {"S": place.id},
        "entry": {"S": entries.STATE},
    }
