"""Logs, metrics and traces: JSON, and never an event, an address or the text of an error that is not ours."""

import functools
import traceback
from collections.abc import Callable
from typing import Any, TypeVar

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from passerelle.core.errors import PasserelleError

Answer = TypeVar("Answer")
Handler = Callable[[dict[str, Any], LambdaContext], Answer]

# In template.yaml: POWERTOOLS_LOG_LEVEL, and POWERTOOLS_SERVICE_NAME, by which alarms know the metrics of their stack.
logger = Logger()
metrics = Metrics(namespace="Passerelle")
tracer = Tracer(auto_patch=False)

_FRAMES = 8


class FailedError(Exception):
    """What Lambda sees of a fault: its name and its place, not its words."""


def watched(handler: Handler[Answer]) -> Handler[Answer]:
    """Return a handler that is logged, counted and traced."""

    @functools.wraps(handler)
    def guarded(event: dict[str, Any], context: LambdaContext) -> Answer:
        try:
            return handler(event, context)
        except Exception as error:  # noqa: BLE001 - the words of a fault may be those of a mail: Lambda would log them
            report(error)
            raise FailedError(_name(error)) from None

    logged = logger.inject_lambda_context(guarded, log_event=False, clear_state=True)
    counted = metrics.log_metrics(logged, capture_cold_start_metric=True, raise_on_empty_metrics=False)
    traced: Handler[Answer] = tracer.capture_lambda_handler(counted, capture_response=False, capture_error=False)
    return traced


def report(error: Exception) -> None:
    """Log and count a fault: our own by its code, any other by its kind and where it happened."""
    place = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-_FRAMES:]]
    logger.error("fault", extra={"fault": _name(error), "place": place})
    metrics.add_metric("Faults", MetricUnit.Count, 1)


def count(name: str, number: int = 1) -> None:
    """Count something that happened."""
    metrics.add_metric(name, MetricUnit.Count, number)


def _name(error: Exception) -> str:
    return error.code if isinstance(error, PasserelleError) else type(error).__name__
