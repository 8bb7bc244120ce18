"""The way in and out where an OpenID issuer names people: authorization code with PKCE (RFC 6749, RFC 7636, RFC 9700).

1. A sign-in belongs to the browser that began it: state, nonce and verifier stay there, sealed, for ten minutes.
2. It is answered once: whatever comes back, the browser has them no longer.
3. One goes on to a page of ours and to nowhere else.
"""

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from passerelle.adapters.api import askers
from passerelle.adapters.issuer import Entry, Issuer
from passerelle.adapters.page import asked
from passerelle.adapters.page.drawing import HEADERS
from passerelle.adapters.page.sessions import Sessions
from passerelle.core.errors import PasserelleError, UntrustedError

IN, BACK = "/sign-in", "/signed-in"
LASTS = timedelta(minutes=10)
_ENTRY = "entry"
_OURS = re.compile(
    r"/(?:fr|en)/(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*/?)?(?:\?[A-Za-z0-9_.~%&=+-]*)?"
)
_HOME = "/fr/"

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entrance:
    """The door of the page, and who says who knocks."""

    issuer: Issuer
    sessions: Sessions

    def begin(self, event: Mapping[str, Any]) -> Answer:
        """Send a browser to the issuer."""
        to = asked.fields(event.get("rawQueryString", "")).get("to", "")
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        entry = Entry(state, nonce, verifier, ours(to))
        cookie = self.sessions.cookie(_ENTRY, [entry.state, entry.nonce, entry.verifier, entry.to], LASTS)
        return _elsewhere(self.issuer.authorization(entry, _back(event)), cookie)

    def finish(self, event: Mapping[str, Any]) -> Answer:
        """Let in who comes back from the issuer, or raise; `ended` is the cookie to send in either case."""
        entry = self._entry(event)
        given = asked.fields(event.get("rawQueryString", ""))
        if not hmac.compare_digest(given.get("state", "").encode(), entry.state.encode()):
            raise _strange()
        if given.get("iss", self.issuer.url) != self.issuer.url or not given.get("code"):  # RFC 9207
            raise _strange()
        asker = askers.named(self.issuer.claims(given["code"], entry, _back(event)))
        return _elsewhere(entry.to, self.sessions.open(asker), self.ended)

    @property
    def ended(self) -> str:
        """Return the cookie that ends a sign-in."""
        return self.sessions.ended(_ENTRY)

    def leaving(self, event: Mapping[str, Any]) -> str:
        """Return where one signs out of the issuer, too; nothing where it does not say."""
        try:
            return self.issuer.leaving(f"{_origin(event)}/")
        except PasserelleError:
            return ""

    def _entry(self, event: Mapping[str, Any]) -> Entry:
        try:
            state, nonce, verifier, to = self.sessions.told(_ENTRY, event)
        except UntrustedError as error:
            raise _strange() from error
        return Entry(state, nonce, verifier, to)


def way(path: str, query: str) -> str:
    """Return where somebody goes to sign in, and come back to a page."""
    return f"{IN}?{urlencode({'to': f'{path}?{query}' if query else path})}"


def ours(to: str) -> str:
    """Return a page of ours; the first one for anything else."""
    return to if _OURS.fullmatch(to) else _HOME


def _origin(event: Mapping[str, Any]) -> str:
    return f"https://{event['requestContext']['domainName']}"


def _back(event: Mapping[str, Any]) -> str:
    return f"{_origin(event)}{BACK}"


def _elsewhere(to: str, *cookies: str) -> Answer:
    return {"statusCode": 303, "headers": {**HEADERS, "Location": to}, "cookies": list(cookies), "body": ""}


def _strange() -> UntrustedError:
    return UntrustedError("page.entry", "This is not the answer to a sign-in that began in this browser.")
