"""The way into the page by an OpenID issuer: who comes in, under which name, and how long."""

from datetime import timedelta
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from passerelle.adapters.page.sessions import SHORT
from tests.adapters.gateway import arrived
from tests.adapters.knocking import HOST, Browser
from tests.adapters.provider import OTHER, SECRET, Provider


@pytest.mark.parametrize("algorithm", ["RS256", "PS384", "ES256"])
def test_who_signs_in_comes_to_the_page_that_he_wanted_under_his_name(provider: Provider, algorithm: str) -> None:
    provider.algorithm = algorithm
    browser = Browser(provider)
    answer = browser.enter("/en/deliveries?day=2026-11-22&state=HELD")
    assert (answer.status, answer.headers["Location"]) == (
        HTTPStatus.SEE_OTHER,
        "/en/deliveries?day=2026-11-22&state=HELD",
    )
    assert "anne.durand</strong> (auditor, operator)" in browser.ask("/en/").text
    assert dict(browser.gateway.register.asked[-1].details)["author"] == "anne.durand"


def test_a_client_with_a_secret_shows_it(provider: Provider) -> None:
    provider.secret = SECRET
    assert Browser(provider, SECRET).enter().status is HTTPStatus.SEE_OTHER
    assert Browser(provider).enter().status is HTTPStatus.UNAUTHORIZED


def test_the_session_is_short_and_its_cookie_is_of_this_host_only(browser: Browser) -> None:
    browser.enter()
    session, ended = browser.set
    assert session.startswith("__Host-passerelle-session=")
    assert session.endswith("; Path=/; HttpOnly; SameSite=Lax; Secure")
    assert ended.startswith("__Host-passerelle-entry=;")
    assert browser.ask("/fr/waiting").status is HTTPStatus.OK
    browser.clock.ahead = SHORT
    assert browser.ask("/fr/waiting").headers["Location"] == "/sign-in?to=%2Ffr%2Fwaiting"


def test_a_partner_sees_his_domain(provider: Provider) -> None:
    provider.person |= {"scope": "openid partner", "passerelle_domain": "medical59.apicrypt.example"}
    browser = Browser(provider)
    one = arrived(browser.gateway)
    browser.enter()
    assert browser.ask(f"/fr/deliveries/{one.id}").status is HTTPStatus.OK
    assert browser.ask("/fr/waiting").status is HTTPStatus.FORBIDDEN


def test_scopes_may_come_as_a_list_and_names_as_anything(provider: Provider) -> None:
    provider.person = {"sub": "77", "scp": ["auditor", "openid"], "preferred_username": 7}
    browser = Browser(provider)
    browser.enter()
    assert browser.ask("/fr/waiting").status is HTTPStatus.OK
    assert dict(browser.gateway.register.asked[-1].details)["author"] == "7"


def test_without_a_role_nobody_comes_in(provider: Provider) -> None:
    provider.person["scope"] = "openid profile"
    answer = Browser(provider).enter()
    assert (answer.status, "aucun rôle" in answer.text) == (HTTPStatus.UNAUTHORIZED, True)


def test_signing_out_ends_the_session_and_leads_to_the_issuer(browser: Browser) -> None:
    browser.enter()
    token = browser.sessions.token({"cookies": [f"{name}={value}" for name, value in browser.cookies.items()]})
    assert browser.ask("/fr/sign-out", "POST", "token=x").status is HTTPStatus.UNAUTHORIZED
    answer = browser.ask("/fr/sign-out", "POST", f"token={token}")
    assert answer.status is HTTPStatus.OK
    assert (
        f"{browser.provider.base}/leave?client_id=page&amp;post_logout_redirect_uri=https%3A%2F%2Faudit.example%2F"
        in answer.text
    )
    assert browser.cookies == {}
    assert browser.ask("/fr/waiting").status is HTTPStatus.SEE_OTHER


def test_the_way_back_is_this_very_host(browser: Browser) -> None:
    first = browser.ask("/fr/")
    asked = parse_qs(urlsplit(browser.ask(first.headers["Location"]).headers["Location"]).query)
    assert asked["redirect_uri"] == [f"https://{HOST}/signed-in"]
    assert len(asked["code_challenge"][0]) == 43


def test_keys_are_fetched_once_an_hour_and_an_unknown_one_makes_no_storm(browser: Browser) -> None:
    browser.enter()
    browser.provider.asked.clear()
    browser.cookies.clear()
    browser.enter()
    assert browser.provider.asked == ["/token"]
    browser.provider.sign = lambda claims: jwt.encode(dict(claims), OTHER, "RS256", {"kid": "new"})
    browser.cookies.clear()
    browser.enter()
    assert browser.provider.asked.count("/jwks") == 0
    browser.clock.ahead = timedelta(minutes=2)
    for _ in range(3):
        browser.cookies.clear()
        browser.enter()
    assert browser.provider.asked.count("/jwks") == 1
