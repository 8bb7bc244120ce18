"""Receipts in, receipts out (SQS)."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from passerelle.adapters import events, telemetry, wiring
from passerelle.steps.acknowledge import acknowledge


@telemetry.watched
def handler(event: dict[str, Any], context: LambdaContext) -> object:
    """Tell the sender of each delivery what became of it."""
    return events.each(event, context, lambda body: acknowledge(wiring.acknowledge_desk(), events.delivery(body)))
