"""The API of `audit`: an event of API Gateway (HTTP API, payload 2.0) in, its answer out."""

from collections.abc import Callable, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestUnsupportedContentType, RequestValidationError
from aws_lambda_powertools.utilities.typing import LambdaContext

from passerelle.adapters import telemetry
from passerelle.adapters.api import askers, document, exports, problems, routes
from passerelle.core.errors import MalformedError, PasserelleError
from passerelle.steps.audit.ports import AuditDesk
from passerelle.steps.ports import Desk

LARGEST = 4096
"""Bytes of a body."""

_JSON = "application/json"
_VERSION = "/v1/"

Desks = Callable[[], tuple[AuditDesk, Desk]]


def speaks(event: Mapping[str, Any]) -> bool:
    """Return whether a request is one of the API's: whatever else is the page's, where there is one."""
    path: str = event["rawPath"]
    return path == document.PATH or path.startswith(_VERSION)


def answer(event: dict[str, Any], context: LambdaContext, desks: Desks) -> dict[str, Any]:
    """Answer a request whose token API Gateway has checked; everybody may read the document."""
    found = resolver()
    try:
        _check(event)
        if event["rawPath"] != document.PATH:
            asking, deciding = desks()
            found.context["caller"] = routes.Caller(askers.of(event), asking, deciding)
    except PasserelleError as error:
        refusal = problems.told(error)
        return {"statusCode": refusal.status_code, "headers": refusal.headers, "body": refusal.body}
    given = found.resolve(event, context)
    given["headers"] |= problems.HEADERS
    return given


def _check(event: Mapping[str, Any]) -> None:
    """Let through a body that is no larger than it may be, and that says to be JSON before anybody parses it."""
    body, headers = event.get("body") or "", event.get("headers") or {}
    if len(body) > LARGEST:
        raise MalformedError("api.size", f"A request has at most {LARGEST} bytes.")
    if body and headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
        raise MalformedError("api.media", "A body is JSON, and its Content-Type says so: application/json.")


@cache
def resolver() -> APIGatewayHttpResolver:
    """Return the routes."""
    made = APIGatewayHttpResolver(enable_validation=True)
    made.include_router(routes.router)
    made.include_router(exports.router)
    made.get(document.PATH, include_in_schema=False)(lambda: _document(made))
    made.not_found(lambda _error: problems.problem(HTTPStatus.NOT_FOUND, "api.route", "There is nothing here."))
    made.exception_handler([RequestValidationError, RequestUnsupportedContentType])(_unreadable)
    made.exception_handler(PasserelleError)(problems.told)
    made.exception_handler(Exception)(_fault)
    return made


def _document(made: APIGatewayHttpResolver) -> Response[str]:
    return Response(HTTPStatus.OK, _JSON, document.written(made))


def _unreadable(_error: Exception) -> Response[str]:
    """Say that a parameter has not its form, and not which value it had."""
    return problems.problem(HTTPStatus.UNPROCESSABLE_ENTITY, "api.form", "A parameter has not its form.")


def _fault(error: Exception) -> Response[str]:
    telemetry.report(error)
    return problems.problem(HTTPStatus.INTERNAL_SERVER_ERROR, "api.fault", "The bridge has failed here.")
