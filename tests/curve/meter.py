"""What calls of DynamoDB cost, in request units, as DynamoDB itself says with each answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class Meter:
    """Counts what the calls of a client consume, and the CPU that goes into them."""

    spent: Callable[[], float]
    read: float = 0.0
    written: float = 0.0

    def watch(self, client: Any) -> None:  # noqa: ANN401 - boto3 makes its clients at run time
        """Ask with each call what it consumes."""
        client.meta.events.register("provide-client-params.dynamodb", self._ask)
        client.meta.events.register("after-call.dynamodb", self._count)

    def reset(self) -> None:
        """Begin at nothing."""
        self.read = self.written = 0.0

    def _ask(self, params: dict[str, Any], **_more: object) -> dict[str, Any]:
        return (
            {**params, "ReturnConsumedCapacity": "TOTAL"}
            if "TableName" in params or "RequestItems" in params
            else params
        )

    def _count(self, parsed: dict[str, Any], model: Any, **_more: object) -> None:  # noqa: ANN401 - botocore's
        consumed = parsed.get("ConsumedCapacity", [])
        units = sum(one["CapacityUnits"] for one in ([consumed] if isinstance(consumed, dict) else consumed))
        if model.name in {"PutItem", "BatchWriteItem"}:
            self.written += units
        else:
            self.read += units
