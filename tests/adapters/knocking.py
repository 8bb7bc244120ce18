"""A browser before the door of the page on AWS, and the issuer that it is sent to."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from passerelle.adapters import page
from passerelle.adapters.issuer import Client, Issuer
from passerelle.adapters.page.entrance import Entrance
from passerelle.adapters.page.sessions import SHORT, Sessions
from tests.adapters.gateway import Answer, Context, Gateway, request
from tests.adapters.provider import AUDIENCE, CLIENT, Provider

HOST = "audit.example"


@dataclass
class Clock:
    """The time now, and then some: tokens hold by the true time."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Browser:
    """A browser before the page on AWS: it keeps cookies, and follows where it is sent."""

    def __init__(self, provider: Provider, secret: str = "") -> None:
        self.provider, self.gateway, self.clock = provider, Gateway(), Clock()
        client = Client(CLIENT, AUDIENCE, "openid auditor operator partner", secret)
        self.sessions = Sessions(self.clock, b"k" * 32, lasts=SHORT, same_site="Lax")
        self.door = Entrance(Issuer(provider.base, client, self.clock), self.sessions)
        self.cookies: dict[str, str] = {}
        self.set: list[str] = []

    def ask(self, way: str, method: str = "GET", body: str = "") -> Answer:
        """Send a request; keep the cookies that come."""
        path, _, query = way.removeprefix(f"https://{HOST}").partition("?")
        event = request(method, path, query=query, body=body)
        event["cookies"] = [f"{name}={value}" for name, value in self.cookies.items()]
        event["requestContext"]["domainName"] = HOST
        desks = (self.gateway.asking, self.gateway.office.desk)
        context: Any = Context()
        answer = page.answer(event, context, lambda: desks, self.sessions, self.door)
        self.set = answer["cookies"]
        for cookie in self.set:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
            if "Max-Age=0" in cookie:
                del self.cookies[name]
        return Answer.of(answer)

    def begin(self, way: str = "/fr/waiting") -> str:
        """Open a page without a session; return where the issuer sends back to."""
        first = self.ask(way)
        assert first.status is HTTPStatus.SEE_OTHER
        return self.provider.authorize(self.ask(first.headers["Location"]).headers["Location"])

    def enter(self, way: str = "/fr/waiting") -> Answer:
        """Sign in."""
        return self.ask(self.begin(way))
