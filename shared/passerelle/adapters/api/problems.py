"""Errors as answers: problem details (RFC 9457), typed by what the asker can do about them."""

import json
from http import HTTPStatus
from types import MappingProxyType

from aws_lambda_powertools.event_handler import Response

from passerelle.core.errors import (
    MalformedError,
    OvertakenError,
    PasserelleError,
    UnavailableError,
    UnsupportedError,
    UntrustedError,
)

MEDIA = "application/problem+json"
HEADERS = MappingProxyType({"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})
"""Of every answer of the API."""

_BY_CODE = MappingProxyType(
    {
        "api.media": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "audit.right": HTTPStatus.FORBIDDEN,
        "decision.state": HTTPStatus.CONFLICT,
        "ledger.missing": HTTPStatus.NOT_FOUND,
        "persons.form": HTTPStatus.INTERNAL_SERVER_ERROR,
        "persons.seal": HTTPStatus.INTERNAL_SERVER_ERROR,
        "slip.unsealed": HTTPStatus.NOT_FOUND,
    }
)
_BY_KIND = MappingProxyType(
    {
        MalformedError: HTTPStatus.BAD_REQUEST,
        UnsupportedError: HTTPStatus.BAD_REQUEST,
        UntrustedError: HTTPStatus.UNAUTHORIZED,
        UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
        OvertakenError: HTTPStatus.CONFLICT,
    }
)


def status(error: PasserelleError) -> HTTPStatus:
    """Return the status of an error."""
    return _BY_CODE.get(error.code) or _BY_KIND.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)


def told(error: PasserelleError) -> Response[str]:
    """Return an error of the house as an answer."""
    return problem(status(error), error.code, error.text)


def problem(number: HTTPStatus, code: str, text: str) -> Response[str]:
    """Return a problem as an answer."""
    body = {"type": f"urn:passerelle:{code}", "title": text, "status": int(number), "code": code}
    return Response(int(number), MEDIA, json.dumps(body), headers={"Content-Type": MEDIA, **HEADERS})
