"""Fetch mail from the application mailboxes (schedule)."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from passerelle.adapters import collection, telemetry
from passerelle.steps.collect import collect


@telemetry.watched
def handler(_event: dict[str, Any], _context: LambdaContext) -> dict[str, int]:
    """Empty every mailbox once."""
    made = collect(collection.desk())
    collection.tell(made)
    return {"taken": made.taken, "left": made.waiting_for_a_person, "faults": len(made.faults)}
