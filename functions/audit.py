"""What auditors ask (HTTP API)."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from passerelle.adapters import api, page, telemetry
from passerelle.adapters.api import desks
from passerelle.adapters.page import doors


@telemetry.watched
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request: of a program, or, where the page is open, of a browser."""
    telemetry.count("Asked")
    door = None if api.speaks(event) else doors.door()
    if door is None:
        return api.answer(event, context, desks.both)
    return page.answer(event, context, desks.both, door.sessions, door)
