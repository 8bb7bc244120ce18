"""The API over HTTP on loopback, behind what API Gateway does before the function: routes and tokens."""

import io
import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from passerelle.steps.audit.ports import Role
from tests.adapters.gateway import DOMAIN, Gateway, arrived, request, waiting

_ID = re.compile(r"(?<=/v1/deliveries/)[^/]+")
_SAID = {HTTPStatus.UNAUTHORIZED: "Unauthorized", HTTPStatus.FORBIDDEN: "Forbidden", HTTPStatus.NOT_FOUND: "Not Found"}
"""What API Gateway says where the function is not asked."""


@dataclass
class Stage:
    """A WSGI application: the token names roles, as `auditor+operator`, as if an issuer had signed it."""

    gateway: Gateway = field(default_factory=Gateway)
    answered: Counter[tuple[str, int]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.known = (waiting(self.gateway).id, arrived(self.gateway).id)
        self.gateway.seal()

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:  # noqa: ANN401 - WSGI's
        status, headers, text = self._answer(environ)
        self.answered[f"{environ['REQUEST_METHOD']} {_ID.sub('{delivery_id}', environ['PATH_INFO'])}", int(status)] += 1
        content = text.encode()
        start(f"{status} {HTTPStatus(status).phrase}", [*headers.items(), ("Content-Length", str(len(content)))])
        return [content]

    def _answer(self, environ: dict[str, Any]) -> tuple[int, dict[str, str], str]:
        path, method = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"), environ["REQUEST_METHOD"]
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        known = scheme.casefold() == "bearer" and set(token.split("+")) <= {role.value for role in Role}
        if path != "/openapi.json" and not known:
            return _said(HTTPStatus.UNAUTHORIZED)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode("utf-8", "replace")
        claims = (
            {"sub": "anne.durand", "scope": token.replace("+", " "), "passerelle_domain": DOMAIN} if known else None
        )
        event = request(method, path, query=environ["QUERY_STRING"], body=body, claims=claims)
        event["headers"] = {"content-type": environ.get("CONTENT_TYPE", "")} if environ.get("CONTENT_TYPE") else {}
        found = self.gateway.hand(event)
        return found.status, found.headers, found.text


def _said(status: HTTPStatus) -> tuple[int, dict[str, str], str]:
    return status, {"Content-Type": "application/json"}, f'{{"message":"{_SAID[status]}"}}'


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def get_stderr(self) -> io.StringIO:
        return io.StringIO()


@contextmanager
def served(stage: Stage) -> Iterator[str]:
    """Serve the API, and yield its address."""
    with make_server("127.0.0.1", 0, stage, handler_class=_Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
