"""What auditors ask (HTTP API)."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from passerelle.adapters import api, telemetry
from passerelle.adapters.api import desks


@telemetry.watched
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    telemetry.count("Asked")
    return api.answer(event, context, desks.both)
