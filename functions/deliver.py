"""Hand it over (SQS)."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from passerelle.adapters import events, telemetry, wiring
from passerelle.steps.deliver import deliver


@telemetry.watched
def handler(event: dict[str, Any], context: LambdaContext) -> object:
    """Make one attempt at each delivery, over one connection where they go the same way."""
    desk = wiring.deliver_desk()

    def left() -> float:
        return context.get_remaining_time_in_millis() / 1000

    try:
        return events.each(event, context, lambda body: deliver(desk, events.delivery(body), left))
    finally:
        for relay in desk.relays.values():
            relay.close()
