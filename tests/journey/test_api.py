"""The API and the page over HTTP, through the HTTP API of template.yaml: its routes, its authorizer, its scopes."""

import http.client
import json
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest

from passerelle.local.commands.rounds import Round
from passerelle.local.towns.world import World
from tests.adapters.provider import Provider

pytestmark = pytest.mark.emulator


@dataclass
class Program:
    """What asks over HTTP; a browser, too, for it keeps cookies."""

    place: str  # of the emulator, host:port
    api: str
    token: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, way: str, method: str = "GET", body: str = "", media: str = "application/json"
    ) -> tuple[int, str, str]:
        """Return status, Location and text of an answer."""
        headers = {"Host": f"{self.api}.execute-api.{self.place}", "Content-Type": media}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with closing(http.client.HTTPConnection(self.place, timeout=60)) as connection:
            connection.request(method, way, body or None, headers)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                self.cookies |= {name: one.value for name, one in SimpleCookie(cookie).items()}
            return answer.status, answer.getheader("Location", ""), answer.read().decode("utf-8", "replace")


@pytest.fixture
def program(here: World, happened: Round) -> Program:
    assert happened.ended
    place = str(here.bridge.cloud.endpoint).removeprefix("http://")
    return Program(place, here.bridge.resources["AuditApi"])


def test_a_token_of_the_issuer_opens_what_its_scopes_open(program: Program, issuer: Provider, happened: Round) -> None:
    today = datetime.now(UTC).date().isoformat()
    assert program.ask("/openapi.json")[0] == 200
    assert program.ask(f"/v1/deliveries?day={today}")[0] == 401
    program.token = issuer.token(scope="auditor")
    status, _, text = program.ask(f"/v1/deliveries?day={today}")
    assert status == 200
    assert {one["id"] for one in json.loads(text)["deliveries"]} & set(happened.posted)
    assert program.ask("/v1/waiting")[0] == 200
    assert program.ask(f"/v1/deliveries/{'0' * 32}/decisions", "POST", '{"decision": "retry"}')[0] == 403
    program.token = issuer.token(scope="partner", passerelle_domain="elsewhere.example")
    assert json.loads(program.ask(f"/v1/deliveries?day={today}")[2])["deliveries"] == []
    assert program.ask("/v1/waiting")[0] == 403


@pytest.mark.parametrize("wrong", [{"aud": "another"}, {"iss": "https://evil.example"}, {"exp": 1}])
def test_a_token_for_something_else_opens_nothing(program: Program, issuer: Provider, wrong: dict[str, object]) -> None:
    program.token = issuer.token(**wrong)
    assert program.ask("/v1/waiting")[0] == 401


def test_a_person_signs_in_to_the_page_and_finds_the_day(program: Program, issuer: Provider) -> None:
    _, to_sign_in, _ = program.ask("/fr/deliveries")
    assert to_sign_in == f"/sign-in?{urlencode({'to': '/fr/deliveries'})}"
    _, to_issuer, _ = program.ask(to_sign_in)
    back = issuer.authorize(to_issuer)
    status, home, _ = program.ask(back[back.index("/signed-in") :])
    assert (status, home) == (303, "/fr/deliveries")
    status, _, text = program.ask(home)
    assert (status, "anne.durand" in text) == (200, True)
