"""The page of `audit`: the same questions as the API, drawn by the server for people, without any script."""

from collections.abc import Mapping
from functools import cache, partial
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from passerelle.adapters import telemetry
from passerelle.adapters.api import LARGEST, Desks, problems
from passerelle.adapters.page import drawing, entrance, exports, routes, words
from passerelle.adapters.page.drawing import HEADERS, Visit
from passerelle.adapters.page.entrance import Entrance
from passerelle.adapters.page.sessions import Sessions
from passerelle.adapters.page.words import Tongue
from passerelle.core.errors import MalformedError, PasserelleError

_ASSETS = MappingProxyType({"/style.css": "text/css; charset=utf-8", "/mark.svg": "image/svg+xml"})


def answer(
    event: dict[str, Any],
    context: LambdaContext,
    desks: Desks,
    sessions: Sessions,
    door: Entrance | None = None,
) -> dict[str, Any]:
    """Answer a request of a browser; with a door, whoever is not known yet is sent to sign in."""
    path = event["rawPath"]
    if door and path in {entrance.IN, entrance.BACK}:
        return _entering(event, door)
    if not path.startswith(("/fr/", "/en/")):
        return _sent(_fixed(path))
    found = resolver()
    found.context["path"], found.context["leaving"] = path, partial(door.leaving, event) if door else None
    try:
        found.context["visit"] = _visit(event, desks, sessions)
    except PasserelleError as error:
        if door and error.code == "page.session" and event["requestContext"]["http"]["method"] == "GET":
            return _sent(drawing.elsewhere(entrance.way(path, event.get("rawQueryString") or "")))
        return _sent(_problem(error, {"path": path}))
    return _with_cookies(found.resolve(event, context))


def _fixed(path: str) -> Response[str]:
    """Return what is the same for everybody."""
    if path in _ASSETS:
        return Response(HTTPStatus.OK, _ASSETS[path], drawing.asset(path[1:]), headers={**HEADERS})
    if path == "/":
        return drawing.elsewhere(f"/{Tongue.FR.value}/")
    return _told(HTTPStatus.NOT_FOUND, "api.route", {"path": path})


def _with_cookies(answer: dict[str, Any]) -> dict[str, Any]:
    """Put a cookie where API Gateway wants it."""
    cookie = answer["headers"].pop("Set-Cookie", "")
    return answer | {"cookies": [cookie] if cookie else []}


def _entering(event: Mapping[str, Any], door: Entrance) -> dict[str, Any]:
    """Answer who begins to sign in, or comes back; a sign-in that failed is over, too."""
    try:
        if event["requestContext"]["http"]["method"] != "GET":
            raise MalformedError("page.form", "A value has not its form.")
        return door.begin(event) if event["rawPath"] == entrance.IN else door.finish(event)
    except PasserelleError as error:
        told = _sent(_problem(error, {"path": event["rawPath"], "again": entrance.IN}))
        return told | {"cookies": [door.ended]}


@cache
def resolver() -> APIGatewayHttpResolver:
    """Return the pages' routes."""
    made = APIGatewayHttpResolver()
    made.include_router(routes.router)
    made.include_router(exports.router)
    made.not_found(lambda _error: _told(HTTPStatus.NOT_FOUND, "api.route", made.context))
    made.exception_handler(PasserelleError)(lambda error: _problem(error, made.context))
    made.exception_handler(Exception)(lambda error: _fault(error, made.context))
    return made


def _visit(event: Mapping[str, Any], desks: Desks, sessions: Sessions) -> Visit:
    if len(event.get("body") or "") > LARGEST:
        raise MalformedError("api.size", f"A request has at most {LARGEST} bytes.")
    asker = sessions.asker(event)
    asking, deciding = desks()
    path = event["rawPath"]
    query = event.get("rawQueryString") or ""
    address = f"{path}?{query}" if query else path
    if event["requestContext"]["http"]["method"] != "GET":
        address = f"/{_tongue(path).value}/"  # what was sent has no twin in the other language
    guard = partial(sessions.check, event)
    return Visit(asker, _tongue(path), address, sessions.token(event), guard, asking, deciding, sessions.ended())


def _problem(error: PasserelleError, context: Mapping[str, Any]) -> Response[str]:
    return _told(problems.status(error), error.code, context)


def _fault(error: Exception, context: Mapping[str, Any]) -> Response[str]:
    telemetry.report(error)
    return _told(HTTPStatus.INTERNAL_SERVER_ERROR, "api.fault", context)


def _told(status: HTTPStatus, code: str, context: Mapping[str, Any]) -> Response[str]:
    """Return a page that says what stands in the way; only a page that was got has a twin in the other language."""
    tongue, visit = _tongue(context["path"]), context.get("visit")
    own = f"problem.{code}"
    told = words.speaker(tongue)(own) if words.known(own) else words.reason(code, tongue)
    home = f"/{tongue.value}/"
    return drawing.html(
        status, drawing.page("problem", visit, tongue, home, told=told, code=code, again=context.get("again", ""))
    )


def _tongue(path: str) -> Tongue:
    return Tongue.EN if path.startswith("/en/") else Tongue.FR


def _sent(response: Response[str]) -> dict[str, Any]:
    headers = {"Content-Type": str(response.headers.get("Content-Type", "")), **response.headers}
    return {"statusCode": int(response.status_code), "headers": headers, "body": response.body, "cookies": []}
