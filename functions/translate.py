"""One network's mail → the other's (SQS)."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from passerelle.adapters import events, telemetry, translation
from passerelle.steps.translate import translate


@telemetry.watched
def handler(event: dict[str, Any], context: LambdaContext) -> object:
    """Translate each delivery."""
    return events.each(event, context, lambda body: translate(translation.desk(), events.delivery(body)))
