"""The site's OpenID issuer: what it publishes, what it gives for a code, and whether its tokens are good.

1. Only the configured issuer is fetched, and what its own document names: under its scheme, without a redirect.
2. A token never chooses how it is checked: the issuer's public keys, signatures only (no `none`, no HMAC).
3. Who enters is named by the ID token of this very sign-in (nonce); what he may is what API Gateway would find in the
   access token: its audience and its scopes.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import jwt

from passerelle.adapters.web import HttpWeb
from passerelle.core.errors import UnavailableError, UntrustedError
from passerelle.steps.ports import Clock
from passerelle.steps.refresh.ports import Wanted

ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
LEEWAY = 60
"""Seconds that clocks may be apart."""

LARGEST = 256 << 10
"""Bytes of an answer."""

MOST_KEYS = 50
LOOPBACK = "127.0.0.1"
FRESH = timedelta(hours=1)
"""How long keys are taken as they were published; a key that is not there yet is looked for once a minute."""

_AGAIN = timedelta(minutes=1)
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class Client:
    """What the issuer knows the page as; without a secret it is a public client, which PKCE protects."""

    id: str
    audience: str  # of access tokens
    scopes: str
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """A sign-in that has begun: it stays with the browser, sealed, until the issuer sends that back."""

    state: str
    nonce: str
    verifier: str = field(repr=False)
    to: str  # where to go then

    @property
    def challenge(self) -> str:
        """Return what the issuer is told of the verifier (RFC 7636 §4.2, S256)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class _Published:
    """What the issuer said, and when."""

    at: datetime
    document: Mapping[str, Any]
    keys: Mapping[str, jwt.PyJWK]  # by their ids


@dataclass(slots=True)
class Issuer:
    """An issuer by its URL."""

    url: str
    client: Client
    clock: Clock
    web: HttpWeb = field(default_factory=lambda: HttpWeb(whole=10))
    anchors: bytes = b""
    _kept: _Published | None = None

    def authorization(self, entry: Entry, back: str) -> str:
        """Return where a browser goes to sign in."""
        asked = {
            "response_type": "code",
            "client_id": self.client.id,
            "redirect_uri": back,
            "scope": self.client.scopes,
            "state": entry.state,
            "nonce": entry.nonce,
            "code_challenge": entry.challenge,
            "code_challenge_method": "S256",
        }
        endpoint = str(self._published().document["authorization_endpoint"])
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    def leaving(self, back: str) -> str:
        """Return where a browser signs out of the issuer, too (OpenID RP-Initiated Logout); nothing where it cannot."""
        endpoint = self._published().document.get("end_session_endpoint")
        if not self._names(endpoint):
            return ""
        return f"{endpoint}?{urlencode({'client_id': self.client.id, 'post_logout_redirect_uri': back})}"

    def claims(self, code: str, entry: Entry, back: str) -> dict[str, str]:
        """Return the claims of who has signed in; UntrustedError `page.token` unless both tokens are good."""
        given = self._exchanged(code, entry, back)
        said, may = self._checked(given.get("id_token")), self._checked(given.get("access_token"))
        for_us = self.client.id in _listed(said.get("aud")) and said.get("azp", self.client.id) == self.client.id
        asked_now = hmac.compare_digest(str(said.get("nonce", "")).encode(), entry.nonce.encode())
        for_api = self.client.audience in {*_listed(may.get("aud")), may.get("client_id")}
        if not (for_us and asked_now and for_api and said["sub"] == may["sub"]):
            raise _bad()
        told = {name: said[name] for name in ("preferred_username", "username") if name in said} | may
        return {name: " ".join(map(str, _listed(value))) for name, value in told.items()}

    def _exchanged(self, code: str, entry: Entry, back: str) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": self.client.id,
            "code_verifier": entry.verifier,
        }
        basic = f"{quote(self.client.id, safe='')}:{quote(self.client.secret, safe='')}".encode()  # RFC 6749 §2.3.1
        headers = {"Authorization": f"Basic {base64.b64encode(basic).decode()}"} if self.client.secret else {}
        wanted = Wanted(str(self._published().document["token_endpoint"]), LARGEST, anchors=self.anchors)
        try:
            return _read(self.web.post(wanted, headers, urlencode(form)))
        except UnavailableError as error:
            raise (_bad() if error.code == "web.status" else _gone()) from error

    def _checked(self, token: object) -> dict[str, Any]:
        """Return the claims of a token that this issuer has signed and that still holds."""
        try:
            text = str(token or "")
            header = jwt.get_unverified_header(text)
            name, algorithm = str(header.get("kid", "")), str(header.get("alg", ""))
            if algorithm not in ALGORITHMS:
                raise _bad()
            key = self._key(name)
            wanted = {"require": ["exp", "iat", "iss", "sub"], "verify_aud": False}
            found: dict[str, Any] = jwt.decode(
                text,
                key.key,
                algorithms=[algorithm],
                issuer=self.url,
                leeway=LEEWAY,
                options=wanted,  # type: ignore[arg-type] # a TypedDict
            )
        except (jwt.PyJWTError, TypeError, ValueError) as error:
            raise _bad() from error
        return found

    def _key(self, name: str) -> jwt.PyJWK:
        published = self._published()
        if name not in published.keys and self.clock() - published.at > _AGAIN:
            self._kept = None
            published = self._published()
        if name not in published.keys:
            raise _bad()
        return published.keys[name]

    def _published(self) -> _Published:
        now = self.clock()
        if self._kept is None or now - self._kept.at > FRESH:
            document = self._fetched(f"{self.url.rstrip('/')}/.well-known/openid-configuration")
            if document.get("issuer") != self.url or not all(self._names(document.get(key)) for key in _NEEDED):
                raise _gone()
            self._kept = _Published(now, document, _keys(self._fetched(str(document["jwks_uri"]))))
        return self._kept

    def _names(self, url: object) -> bool:
        """Return whether an address may be gone to: https; of an issuer on loopback, http on that very host."""
        own, there = urlsplit(self.url), urlsplit(url if isinstance(url, str) else "")
        if own.scheme == "https":
            return there.scheme == "https" and bool(there.hostname)
        return own.hostname == LOOPBACK and (there.scheme, there.netloc) == (own.scheme, own.netloc)

    def _fetched(self, url: str) -> Mapping[str, Any]:
        try:
            found = self.web.get(Wanted(url, LARGEST, anchors=self.anchors))
            return _read(found.content if found else b"")
        except (UnavailableError, UntrustedError) as error:
            raise _gone() from error


def _keys(document: Mapping[str, Any]) -> dict[str, jwt.PyJWK]:
    """Return the public keys for signatures, by their ids; what is none is left out."""
    found = {}
    for one in document.get("keys", [])[:MOST_KEYS]:
        try:
            if one["kty"] != "oct" and one.get("use", "sig") == "sig":
                found[str(one.get("kid", ""))] = jwt.PyJWK(one)
        except (jwt.PyJWTError, KeyError, TypeError, ValueError):
            continue
    return found


def _read(content: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _gone() from error
    if not isinstance(found, dict):
        raise _gone()
    return found


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _bad() -> UntrustedError:
    return UntrustedError("page.token", "What the issuer of identities gave is not good for this page.")


def _gone() -> UnavailableError:
    return UnavailableError("page.issuer", "The issuer of identities did not answer as it should.")
