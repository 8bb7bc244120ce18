"""Deliveries and events as items of the ledger's table, and back."""

import zlib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from passerelle.core.receipts.delivery import Delivery, Event, standing, stopped
from passerelle.core.receipts.lifecycle import State

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

Item = dict[str, "AttributeValueTypeDef"]

STATE = "STATE"
_EVENT = "EVENT#"
WAITING = "1"
"""The one value of the index `waiting`: a person must look."""

NEVER = "9999"
"""What comes after every time."""

SHARDS = 16
"""Parts of the index `due`, so that no one of them is hot."""

LOGS = 8
"""Parts of a day in the index `log`, same."""

_TIMES = frozenset({"opened_at", "wake_at", "give_up_at", "answer_by"})
_DEFAULTS = MappingProxyType({field.name: field.default for field in fields(Delivery) if field.default is not MISSING})


def place(version: int) -> str:
    """Return the place of the event that led to a version; the first is EVENT#000001."""
    return f"{_EVENT}{version + 1:06d}"


def moment(at: datetime) -> str:
    """Return a time as text whose order is the order of time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def opened(at: datetime, delivery_id: str) -> str:
    """Return what no two deliveries have, in the order of time."""
    return f"{moment(at)}#{delivery_id}"


def shard(delivery_id: str) -> str:
    """Return the part of the index `due` that a delivery stands in."""
    return f"{zlib.crc32(delivery_id.encode()) % SHARDS:x}"


def log(day: date, part: int) -> str:
    """Return the name of a part of a day's events."""
    return f"{day.isoformat()}#{part}"


def of_delivery(delivery: Delivery) -> Item:
    """Return the item of a state; what has its default is left out."""
    values = {field.name: getattr(delivery, field.name) for field in fields(delivery)}
    item = {name: _written(value) for name, value in values.items() if value != _DEFAULTS.get(name, MISSING)}
    item |= {"delivery": item.pop("id"), "entry": {"S": STATE}, "version": {"N": str(delivery.version)}}
    item |= _expires(delivery)
    item["day"] = {"S": moment(delivery.opened_at)[:10]}
    item["opened"] = {"S": opened(delivery.opened_at, delivery.id)}
    item["standing"] = {"S": standing(delivery.opened_at.astimezone(UTC).date(), delivery.state)}
    if delivery.wake_at is not None:
        item["wake_shard"] = {"S": shard(delivery.id)}
    if stopped(delivery):
        item["waiting"] = {"S": WAITING}
    return item


def to_delivery(item: Mapping[str, Any]) -> Delivery:
    """Return the delivery of an item."""
    known = {field.name for field in fields(Delivery)}
    values: dict[str, Any] = {name: _read(name, value) for name, value in item.items() if name in known}
    return Delivery(id=item["delivery"]["S"], **values)


def of_event(delivery: Delivery, event: Event) -> Item:
    """Return the item of the event that led to a state."""
    return {
        "delivery": {"S": delivery.id},
        "entry": {"S": place(delivery.version)},
        "event": {"S": event.id},
        "at": {"S": moment(event.at)},
        "log": {"S": log(event.at.astimezone(UTC).date(), zlib.crc32(delivery.id.encode()) % LOGS)},
        "previous": {"S": event.previous},
        "actor": {"S": event.actor},
        "state": {"S": event.state.value},
        "reason": {"S": event.reason},
        "details": {"L": [{"L": [{"S": name}, {"S": value}]} for name, value in event.details]},
        **_expires(delivery),
    }


def to_event(item: Mapping[str, Any]) -> Event:
    """Return the event of an item."""
    return Event(
        item["event"]["S"],
        datetime.fromisoformat(item["at"]["S"]),
        item["actor"]["S"],
        State(item["state"]["S"]),
        item["reason"]["S"],
        tuple((pair["L"][0]["S"], pair["L"][1]["S"]) for pair in item["details"]["L"]),
        item["delivery"]["S"],
        int(item["entry"]["S"].removeprefix(_EVENT)) - 1,
        item["previous"]["S"],
    )


def _expires(delivery: Delivery) -> Item:
    """Return when DynamoDB may delete what belongs to a delivery: all of it at the same time."""
    return {"expires": {"N": str(int(delivery.expires.timestamp()))}} if delivery.expires else {}


def _written(value: object) -> "AttributeValueTypeDef":
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, datetime):
        return {"S": moment(value)}
    return {"S": value.value if isinstance(value, State) else str(value)}


def _read(name: str, value: Mapping[str, Any]) -> object:
    if name == "state":
        return State(value["S"])
    if name == "expires":
        return datetime.fromtimestamp(int(value["N"]), UTC)
    if name in _TIMES:
        return datetime.fromisoformat(value["S"])
    return int(value["N"]) if "N" in value else value.get("S", value.get("BOOL"))
