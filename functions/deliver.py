"""Hand it over (SQS)."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from passerelle.adapters import events, telemetry, wiring
from passerelle.steps.deliver import deliver


@telemetry.watched
def handler(event: dict[str, Any], context: LambdaContext) -> object:
    """Make one attempt at each delivery."""
    return events.each(event, context, lambda body: deliver(wiring.deliver_desk(), events.delivery(body)))
