"""The OpenAPI 3.1 document: made from the routes, with every answer that can come, the gateway's own too."""

import json
from functools import cache
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from passerelle.adapters.api import problems
from passerelle.adapters.api.shapes import Message, Problem
from passerelle.steps.audit.ports import Role

PATH = "/openapi.json"
VERSION = "1"
_TITLE = "Passerelle: what an auditor asks"
_SECURITY = "token"
_ANSWERS = MappingProxyType(
    {
        HTTPStatus.BAD_REQUEST: "The cursor belongs to another question, or the body is too large.",
        HTTPStatus.UNAUTHORIZED: "No valid token.",
        HTTPStatus.FORBIDDEN: "This role may not ask this.",
        HTTPStatus.NOT_FOUND: "No such delivery, for this asker; or nothing of it is sealed yet.",
        HTTPStatus.CONFLICT: "The delivery is past this decision.",
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not JSON.",
        HTTPStatus.UNPROCESSABLE_ENTITY: "A parameter has not its form.",
        HTTPStatus.TOO_MANY_REQUESTS: "Ask again later.",
        HTTPStatus.INTERNAL_SERVER_ERROR: "The bridge has failed; its operator is told.",
        HTTPStatus.SERVICE_UNAVAILABLE: "The ledger did not answer; ask again.",
    }
)
_GATEWAYS = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
"""Answers that API Gateway may give by itself, in its own form."""


@cache
def written(resolver: APIGatewayHttpResolver) -> str:
    """Return the document as JSON."""
    document: dict[str, Any] = json.loads(resolver.get_openapi_json_schema(title=_TITLE, version=VERSION))
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas |= {"Problem": Problem.model_json_schema(), "Message": Message.model_json_schema()}
    document["servers"] = [{"url": "/"}]
    document["components"]["securitySchemes"] = {
        _SECURITY: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": _scopes()}
    }
    document["security"] = [{_SECURITY: []}]
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["responses"] |= {str(int(code)): _answer(code, text) for code, text in _ANSWERS.items()}
            operation["responses"][str(int(HTTPStatus.OK))].setdefault("headers", {}).update(_headers())
    return json.dumps(document, indent=1)


def _answer(code: HTTPStatus, text: str) -> dict[str, Any]:
    content = {problems.MEDIA: _form("Problem")}
    if code in _GATEWAYS:
        content["application/json"] = _form("Message")
    return {"description": text, "content": content}


def _form(name: str) -> dict[str, Any]:
    return {"schema": {"$ref": f"#/components/schemas/{name}"}}


def _headers() -> dict[str, Any]:
    return {name: {"required": True, "schema": {"const": value}} for name, value in problems.HEADERS.items()}


def _scopes() -> str:
    return f"A scope gives the role: {', '.join(role.value for role in Role)}."
