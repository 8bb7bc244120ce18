"""Who is at the page: a cookie that names him, signed by a key of this bridge, and the token of his forms."""

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

COOKIE = "passerelle"
LASTS = timedelta(hours=8)
"""A working day: then one signs in again."""

_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Sessions:
    """Cookies as one key makes and knows them; `secure` wherever the page is not on loopback."""

    clock: Clock
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    secure: bool = True

    def open(self, asker: Asker) -> str:
        """Return the Set-Cookie of a new session."""
        until = int((self.clock() + LASTS).timestamp())
        roles = sorted(role.value for role in asker.roles)
        told = [asker.name, roles, asker.domain, until, secrets.token_hex(8)]
        said = base64.urlsafe_b64encode(json.dumps(told).encode()).decode()
        safe = "; Secure" if self.secure else ""
        return f"{COOKIE}={said}.{self._sign('session', said)}; Path=/; HttpOnly; SameSite=Strict{safe}"

    def asker(self, event: Mapping[str, Any]) -> Asker:
        """Return who is at the page; UntrustedError `page.session` where nobody is known to be."""
        said, _, signature = _cookie(event).partition(".")
        if not hmac.compare_digest(signature, self._sign("session", said)):
            raise _nobody()
        try:
            name, roles, domain, until, _ = json.loads(base64.urlsafe_b64decode(said))
        except (binascii.Error, ValueError) as error:
            raise _nobody() from error
        if self.clock().timestamp() >= until:
            raise _nobody()
        return Asker(name, frozenset(map(Role, roles)), domain)

    def token(self, event: Mapping[str, Any]) -> str:
        """Return the token of the forms of a session."""
        return self._sign("form", _cookie(event))

    def check(self, event: Mapping[str, Any], token: str) -> None:
        """Check that a form is of this session; UntrustedError `page.forgery` otherwise."""
        elsewhere = event.get("headers", {}).get("sec-fetch-site", "same-origin") != "same-origin"
        if elsewhere or not hmac.compare_digest(token.encode(), self.token(event).encode()):
            raise UntrustedError("page.forgery", "This request does not come from a form of the page.")

    def _sign(self, use: str, said: str) -> str:
        return hmac.new(self.key, f"{use}\n{said}".encode(), hashlib.sha256).hexdigest()


def _cookie(event: Mapping[str, Any]) -> str:
    """Return our cookie of a request; API Gateway puts them into a list, a server into a header."""
    given = "; ".join(event.get("cookies") or [event.get("headers", {}).get("cookie", "")])
    try:
        jar = SimpleCookie(given[:_LONGEST])
    except CookieError:
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""


def _nobody() -> UntrustedError:
    return UntrustedError("page.session", "There is no session, or it is over.")
