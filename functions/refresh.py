"""Fetch white list and revocation lists; say what runs out (schedule)."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from passerelle.adapters import publications, telemetry
from passerelle.steps.refresh import refresh


@telemetry.watched
def handler(_event: dict[str, Any], _context: LambdaContext) -> dict[str, int]:
    """Fetch everything once."""
    made = refresh(publications.desk())
    publications.tell(made)
    return {"faults": len(made.faults), "domains": made.domains}
