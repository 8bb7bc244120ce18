"""Who is at the page: a cookie that names him, sealed by a key of this bridge, and the token of his forms."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any

from passerelle.core.errors import UntrustedError
from passerelle.steps.audit.ports import Asker, Role
from passerelle.steps.ports import Clock

LASTS = timedelta(hours=8)
"""A working day: then one signs in again."""

SHORT = timedelta(hours=1)
"""Where an issuer names people: what it has taken back holds here no longer than so."""

_LONGEST = 4000
_SESSION = "session"


@dataclass(frozen=True, slots=True)
class Sessions:
    """Cookies as one key makes and knows them; `secure` wherever the page is not on loopback."""

    clock: Clock
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    secure: bool = True
    lasts: timedelta = LASTS
    same_site: str = "Strict"  # Lax where one comes from an issuer, whose redirect another site has begun

    def open(self, asker: Asker) -> str:
        """Return the Set-Cookie of a new session."""
        roles = sorted(role.value for role in asker.roles)
        return self.cookie(_SESSION, [asker.name, roles, asker.domain, secrets.token_hex(8)], self.lasts)

    def asker(self, event: Mapping[str, Any]) -> Asker:
        """Return who is at the page; UntrustedError `page.session` where nobody is known to be."""
        name, roles, domain, _ = self.told(_SESSION, event)
        return Asker(name, frozenset(map(Role, roles)), domain)

    def token(self, event: Mapping[str, Any]) -> str:
        """Return the token of the forms of a session."""
        return self._sign("form", self._given(_SESSION, event))

    def check(self, event: Mapping[str, Any], token: str) -> None:
        """Check that a form is of this session; UntrustedError `page.forgery` otherwise."""
        elsewhere = event.get("headers", {}).get("sec-fetch-site", "same-origin") != "same-origin"
        if elsewhere or not hmac.compare_digest(token.encode(), self.token(event).encode()):
            raise UntrustedError("page.forgery", "This request does not come from a form of the page.")

    def cookie(self, use: str, told: list[Any], lasts: timedelta) -> str:
        """Return a Set-Cookie that holds something for a time, and that only this key makes."""
        until = int((self.clock() + lasts).timestamp())
        said = base64.urlsafe_b64encode(json.dumps([until, *told]).encode()).decode()
        return self._set(use, f"{said}.{self._sign(use, said)}")

    def told(self, use: str, event: Mapping[str, Any]) -> list[Any]:
        """Return what a cookie of this key holds; UntrustedError `page.session` where there is none, or no longer."""
        said, _, signature = self._given(use, event).partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(use, said).encode()):
            raise _nobody()
        try:
            found: list[Any] = json.loads(base64.urlsafe_b64decode(said))
        except (binascii.Error, ValueError) as error:
            raise _nobody() from error
        if self.clock().timestamp() >= found[0]:
            raise _nobody()
        return found[1:]

    def ended(self, use: str = _SESSION) -> str:
        """Return the Set-Cookie that ends a session, or what else a cookie is for."""
        return f"{self._set(use, '')}; Max-Age=0"

    def _set(self, use: str, value: str) -> str:
        safe = "; Secure" if self.secure else ""
        return f"{self._name(use)}={value}; Path=/; HttpOnly; SameSite={self.same_site}{safe}"

    def _given(self, use: str, event: Mapping[str, Any]) -> str:
        """Return a cookie of a request; API Gateway puts them into a list, a server into a header."""
        given = "; ".join(event.get("cookies") or [event.get("headers", {}).get("cookie", "")])
        try:
            jar = SimpleCookie(given[:_LONGEST])
        except CookieError:
            return ""
        name = self._name(use)
        return jar[name].value if name in jar else ""

    def _name(self, use: str) -> str:
        """Return the name of a cookie: __Host- is taken by browsers of this very host only, over TLS (RFC 6265bis)."""
        return f"{'__Host-' if self.secure else ''}passerelle-{use}"

    def _sign(self, use: str, said: str) -> str:
        return hmac.new(self.key, f"{use}\n{said}".encode(), hashlib.sha256).hexdigest()


def _nobody() -> UntrustedError:
    return UntrustedError("page.session", "There is no session, or it is over.")
