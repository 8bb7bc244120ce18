"""Wake what has made no progress (schedule)."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from passerelle.adapters import telemetry, wiring
from passerelle.steps.sweep import sweep


@telemetry.watched
def handler(_event: dict[str, Any], _context: LambdaContext) -> dict[str, int]:
    """Wake the verb that each due delivery needs."""
    woken = sweep(wiring.desk())
    telemetry.count("Woken", woken)
    return {"woken": woken}
