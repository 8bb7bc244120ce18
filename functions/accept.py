"""A mail has come in (S3 object created → SQS)."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from passerelle.adapters import events, telemetry, wiring
from passerelle.steps.accept import accept


@telemetry.watched
def handler(event: dict[str, Any], context: LambdaContext) -> object:
    """Open a delivery for each recipient of each envelope."""
    return events.each(event, context, arrive)


def arrive(body: str) -> None:
    """Accept the envelopes of one notice."""
    for key in events.arrivals(body):
        accept(wiring.desk(), key)
