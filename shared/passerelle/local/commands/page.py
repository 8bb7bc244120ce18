"""`passerelle page`: the page of `audit` on this machine, for whoever has the link that it prints, once."""

import base64
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any
from urllib.parse import parse_qs

from aws_lambda_powertools.utilities.typing import LambdaContext

from passerelle.adapters import page, wiring
from passerelle.adapters.api import LARGEST, Desks
from passerelle.adapters.api.desks import asking, proving
from passerelle.adapters.page.sessions import Sessions
from passerelle.local.cloud.bridge import Bridge
from passerelle.local.commands import decide
from passerelle.local.voice import Voice
from passerelle.steps.audit.ports import Asker, Role

LOOPBACK = "127.0.0.1"
_ENTER = "/enter"
_NOBODY = "local"


@dataclass(slots=True)
class Door:
    """The way in: a token that opens one session, once."""

    asker: Asker
    sessions: Sessions
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def enter(self, given: str) -> str:
        """Return the cookie of a new session; nothing where the token is wrong or was used."""
        right = bool(self.token) and secrets.compare_digest(given.encode(), self.token.encode())
        if not right:
            return ""
        self.token = ""
        return self.sessions.open(self.asker)


def run(voice: Voice, bridge: Bridge, port: int, author: str) -> None:
    """Serve the page of a bridge until Ctrl-C."""
    server = serve(desks(bridge), Door(who(author), Sessions(wiring.now, secure=False)), port)
    voice.say("page.open", link=link(server))
    try:
        server.serve_forever()
    finally:
        server.server_close()


def who(author: str) -> Asker:
    """Return who looks: an operator under his name, or somebody who decides nothing."""
    if author:
        return Asker(author, frozenset({Role.AUDITOR, Role.OPERATOR}))
    return Asker(_NOBODY, frozenset({Role.AUDITOR}))


def desks(bridge: Bridge) -> Desks:
    """Return the desks of a bridge, reached from outside."""
    delay = timedelta(minutes=int(bridge.parameter("SealDelayMinutes")))
    ledger = asking(bridge.ledger, bridge.marks, bridge.persons, bridge.days("LedgerDays"))
    auditing = proving(ledger, bridge.archive, lambda: bridge.keyring.anchors(wiring.TIME), delay)
    return lambda: (auditing, decide.desk(bridge))


class Server(ThreadingHTTPServer):
    """A server on loopback: browsers hold connections open that say nothing; requests are answered one by one."""

    daemon_threads = True
    block_on_close = False
    turn: Lock
    door: Door
    desks: Desks
    hosts: frozenset[str]

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - named by socketserver
        """Tell of a fault; a browser that went away in the middle is none."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def serve(desks: Desks, door: Door, port: int) -> Server:
    """Return a server that waits to be run."""
    server = Server((LOOPBACK, port), _Handler)
    server.door, server.desks, server.turn = door, desks, Lock()
    server.hosts = frozenset(f"{name}:{server.server_port}" for name in (LOOPBACK, "localhost"))
    return server


def link(server: Server) -> str:
    """Return the link that opens the page, once."""
    return f"http://{LOOPBACK}:{server.server_port}{_ENTER}?token={server.door.token}"


class _Handler(BaseHTTPRequestHandler):
    """HTTP as API Gateway would hand it over."""

    server: Server
    server_version, sys_version = "Passerelle", ""
    timeout = 30  # seconds for a request to come

    def do_GET(self) -> None:
        """Answer a GET."""
        self._guarded(self._get)

    def do_POST(self) -> None:
        """Answer a form."""
        size = self.headers.get("Content-Length", "0")
        body = self.rfile.read(min(int(size), LARGEST + 1)).decode("utf-8", "replace") if size.isdecimal() else ""
        self._guarded(lambda: self._page("POST", body))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by http.server
        """Say nothing: an address may hold what was looked for."""

    def _guarded(self, work: Callable[[], None]) -> None:
        """Answer only under a name of this machine: another one is a page elsewhere that was pointed here."""
        if self.headers.get("Host", "") in self.server.hosts:
            work()
        else:
            self._send(HTTPStatus.MISDIRECTED_REQUEST, {}, b"")

    def _get(self) -> None:
        path, _, query = self.path.partition("?")
        if path != _ENTER:
            self._page("GET", "")
            return
        with self.server.turn:
            cookie = self.server.door.enter(parse_qs(query).get("token", [""])[-1])
        headers = {"Location": "/fr/", "Cache-Control": "no-store"} | ({"Set-Cookie": cookie} if cookie else {})
        self._send(HTTPStatus.SEE_OTHER, headers, b"")

    def _page(self, method: str, body: str) -> None:
        path, _, query = self.path.partition("?")
        event: dict[str, Any] = {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
            "body": body,
            "isBase64Encoded": False,
        }
        with self.server.turn:
            answer = page.answer(event, LambdaContext(), self.server.desks, self.server.door.sessions)
        content = answer["body"]
        binary = base64.b64decode(content) if answer.get("isBase64Encoded") else content.encode()
        cookies = {"Set-Cookie": answer["cookies"][0]} if answer["cookies"] else {}  # one: there is no issuer here
        self._send(answer["statusCode"], {**answer["headers"], **cookies}, binary)

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
