"""The OpenAPI 3.1 document: made from the routes, with every answer that can come, the gateway's own too."""

import json
from functools import cache
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from passerelle.adapters.api import problems
from passerelle.adapters.api.shapes import Problem
from passerelle.steps.audit.ports import Role

PATH = "/openapi.json"
VERSION = "1"
_TITLE = "Passerelle: what an auditor asks"
_SECURITY = "token"
_ANSWERS = MappingProxyType(
    {
        HTTPStatus.BAD_REQUEST: "The cursor belongs to another question.",
        HTTPStatus.UNAUTHORIZED: "No valid token.",
        HTTPStatus.FORBIDDEN: "This role may not ask this.",
        HTTPStatus.NOT_FOUND: "No such delivery, for this asker.",
        HTTPStatus.CONFLICT: "The delivery is past this decision.",
        HTTPStatus.UNPROCESSABLE_ENTITY: "A parameter has not its form.",
        HTTPStatus.TOO_MANY_REQUESTS: "Ask again later.",
        HTTPStatus.SERVICE_UNAVAILABLE: "The ledger did not answer; ask again.",
    }
)


@cache
def written(resolver: APIGatewayHttpResolver) -> str:
    """Return the document as JSON."""
    document: dict[str, Any] = json.loads(resolver.get_openapi_json_schema(title=_TITLE, version=VERSION))
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema()
    document["servers"] = [{"url": "/"}]
    document["components"]["securitySchemes"] = {
        _SECURITY: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": _scopes()}
    }
    document["security"] = [{_SECURITY: []}]
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["responses"] |= {str(int(code)): _answer(text) for code, text in _ANSWERS.items()}
    return json.dumps(document, indent=1)


def _answer(text: str) -> dict[str, Any]:
    return {"description": text, "content": {problems.MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def _scopes() -> str:
    return f"A scope gives the role: {', '.join(role.value for role in Role)}."
