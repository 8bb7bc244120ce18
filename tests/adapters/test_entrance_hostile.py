"""What does not open the door of the page: tokens, answers and issuers that are not what they should be."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

import jwt
import pytest

from passerelle.adapters.page import entrance
from tests.adapters.knocking import Browser
from tests.adapters.provider import CLIENT, OTHER, Change, Provider


def _expired(claims: dict[str, Any]) -> None:
    claims["exp"] = claims["iat"] - 120


WRONG: dict[str, tuple[str, Change]] = {
    "nonce": ("identity", lambda claims: claims.update(nonce="another")),
    "no nonce": ("identity", lambda claims: claims.pop("nonce")),
    "audience": ("identity", lambda claims: claims.update(aud="another")),
    "authorized party": ("identity", lambda claims: claims.update(aud=[CLIENT, "x"], azp="x")),
    "issuer": ("identity", lambda claims: claims.update(iss="https://evil.example")),
    "expired": ("identity", _expired),
    "no end": ("identity", lambda claims: claims.pop("exp")),
    "not yet": ("identity", lambda claims: claims.update(nbf=claims["iat"] + 600)),
    "access audience": ("access", lambda claims: claims.update(aud="another")),
    "access issuer": ("access", lambda claims: claims.update(iss="https://evil.example")),
    "access expired": ("access", _expired),
    "another's access": ("access", lambda claims: claims.update(sub="78")),
    "no subject": ("access", lambda claims: claims.pop("sub")),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_token_that_is_not_for_this_sign_in_opens_nothing(browser: Browser, wrong: str) -> None:
    name, change = WRONG[wrong]
    setattr(browser.provider, name, change)
    answer = browser.enter()
    assert (answer.status, "page.token" in answer.text) == (HTTPStatus.UNAUTHORIZED, True)
    assert browser.cookies == {}
    assert browser.ask("/fr/waiting").status is HTTPStatus.SEE_OTHER


def _hs256(provider: Provider, claims: Any) -> str:  # noqa: ANN401 - claims
    """Sign by HMAC under the public key, as if it were a secret; PyJWT itself would not."""
    parts = [json.dumps(one).encode() for one in ({"alg": "HS256", "kid": "rsa"}, dict(claims))]
    text = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    mac = hmac.new(provider.public, text, hashlib.sha256).digest()
    return (text + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


@pytest.mark.parametrize(
    "way", ["none", "hs256", "oct", "stranger", "unknown", "no kid", "confused", "garbage", "empty"]
)
def test_a_token_that_the_issuer_has_not_signed_opens_nothing(browser: Browser, way: str) -> None:
    ways: dict[str, Any] = {
        "none": lambda claims: jwt.encode(dict(claims), "", "none", {"kid": "rsa"}),
        "hs256": lambda claims: _hs256(browser.provider, claims),
        "oct": lambda claims: jwt.encode(dict(claims), b"k" * 32, "HS256", {"kid": "hmac"}),
        "stranger": lambda claims: jwt.encode(dict(claims), OTHER, "RS256", {"kid": "rsa"}),
        "unknown": lambda claims: jwt.encode(
            dict(claims), OTHER, "RS256", {"kid": "mine", "jku": "https://evil.example"}
        ),
        "no kid": lambda claims: jwt.encode(dict(claims), OTHER, "RS256"),
        "confused": lambda claims: jwt.encode(dict(claims), OTHER, "RS256", {"kid": "ec"}),
        "garbage": lambda _claims: "a.b.c",
        "empty": lambda _claims: "",
    }
    browser.provider.sign = ways[way]
    assert browser.enter().status is HTTPStatus.UNAUTHORIZED
    assert browser.cookies == {}


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(browser: Browser) -> None:
    back = browser.begin()
    entry = dict(browser.cookies)
    stranger = Browser(browser.provider)
    assert "page.entry" in stranger.ask(back).text
    assert browser.ask(back).status is HTTPStatus.SEE_OTHER
    browser.cookies.clear()
    assert "page.entry" in browser.ask(back).text
    browser.cookies = entry  # even whoever kept the cookie: the issuer's code counts once
    assert "page.token" in browser.ask(back).text


@pytest.mark.parametrize(
    "change", [{"state": "x"}, {"state": ""}, {"iss": "https://evil.example"}, {"code": ""}, {"code": "made-up"}]
)
def test_an_answer_that_was_changed_opens_nothing(browser: Browser, change: dict[str, str]) -> None:
    path, _, query = browser.begin().partition("?")
    given = {name: values[0] for name, values in parse_qs(query).items()}
    assert browser.ask(f"{path}?{urlencode(given | change)}").status is HTTPStatus.UNAUTHORIZED
    assert browser.cookies == {}


def test_a_sign_in_that_took_too_long_begins_again(browser: Browser) -> None:
    back = browser.begin()
    browser.clock.ahead = entrance.LASTS
    assert "page.entry" in browser.ask(back).text


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/fr//evil.example",
        "/fr/../x",
        "/fr/%0d%0aX: y",
        "/fr/\r\nX: y",
        "javascript:alert(1)",
        "/sign-in",
        "/fr/x?a=//evil.example",
        "/fr/@evil.example",
        "",
    ],
)
def test_nobody_is_sent_on_to_elsewhere(browser: Browser, to: str) -> None:
    issuer = browser.ask(f"/sign-in?to={quote(to, safe='')}").headers["Location"]
    answer = browser.ask(browser.provider.authorize(issuer))
    assert answer.headers["Location"] == "/fr/"


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://127.0.0.1:1/token"},
        {"jwks_uri": "https://evil.example/jwks"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
    ],
)
def test_an_issuer_that_points_elsewhere_is_not_followed(provider: Provider, change: dict[str, str]) -> None:
    provider.document = lambda document: document.update(change)
    answer = Browser(provider).ask("/sign-in?to=/fr/")
    assert (answer.status, "page.issuer" in answer.text) == (HTTPStatus.SERVICE_UNAVAILABLE, True)


def test_an_issuer_that_is_not_there_is_told_so(provider: Provider) -> None:
    browser = Browser(provider)
    browser.door.issuer.url = "http://127.0.0.1:9"
    assert browser.ask("/sign-in").status is HTTPStatus.SERVICE_UNAVAILABLE


def test_a_form_without_a_session_is_not_sent_to_sign_in(browser: Browser) -> None:
    assert browser.ask("/fr/search", "POST", "by=sender").status is HTTPStatus.UNAUTHORIZED
    assert browser.ask("/sign-in", "POST").status is HTTPStatus.BAD_REQUEST


def test_a_cookie_of_one_use_is_none_of_another(browser: Browser) -> None:
    browser.begin()
    browser.cookies = {"__Host-passerelle-session": browser.cookies["__Host-passerelle-entry"]}
    assert browser.ask("/fr/waiting").status is HTTPStatus.SEE_OTHER


def test_an_http_issuer_is_one_of_this_machine(provider: Provider) -> None:
    issuer = Browser(provider).door.issuer
    assert issuer._names(f"{provider.base}/x")
    strange = replace(issuer, url="http://issuer.example")
    assert not strange._names("http://issuer.example/x")
    safe = replace(issuer, url="https://issuer.example")
    assert [safe._names(one) for one in ("https://login.example/x", "http://issuer.example/x", "https:///x", None)] == [
        True,
        False,
        False,
        False,
    ]
