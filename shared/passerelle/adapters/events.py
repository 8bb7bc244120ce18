"""What Lambda hands to the functions: SQS batches, with S3 notices or wake-ups in them; each record stands alone."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from passerelle.adapters import telemetry
from passerelle.core.errors import MalformedError
from passerelle.core.receipts.delivery import Delivery, stopped

INBOX = "inbox/"


def each(event: dict[str, Any], context: LambdaContext, work: Callable[[str], object]) -> PartialItemFailureResponse:
    """Do the work on the body of every record; only the records that failed come back.

    A delivery that only a person can move on is counted, and that alarms (template.yaml). What dies before it has
    counted is handed in again, finds the delivery stopped, and counts it then.
    """

    def one(record: SQSRecord) -> None:
        try:
            done = work(record.body)
        except Exception as error:
            telemetry.report(error)
            raise
        telemetry.count("Done")
        if isinstance(done, Delivery) and stopped(done):
            telemetry.count("Stopped")

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event, one, processor, context)


def delivery(body: str) -> str:
    """Return the id of the delivery that a wake-up names."""
    found = _object(body).get("delivery")
    if not isinstance(found, str) or not found:
        raise MalformedError("event.wake", "A wake-up is a JSON object that names a delivery.")
    return found


def arrivals(body: str) -> Iterator[str]:
    """Yield the keys of the envelopes that a notice of S3 or a wake-up names; the test event of S3 names none."""
    notice = _object(body)
    if notice.get("Event") == "s3:TestEvent":
        return
    try:
        woken = [notice["envelope"]] if "envelope" in notice else []
        keys = woken or [unquote_plus(record["s3"]["object"]["key"]) for record in notice["Records"]]
        yield from [key for key in keys if key.startswith(INBOX)]
    except (KeyError, TypeError, AttributeError) as error:
        raise MalformedError("event.notice", "A notice of S3 has records with keys.") from error


def _object(body: str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise MalformedError("event.json", "A message of a queue is JSON.") from error
    if not isinstance(found, dict):
        raise MalformedError("event.json", "A message of a queue is a JSON object.")
    return found
