"""Who asks: what API Gateway's authorizer found in a token that it has checked."""

import hashlib
from collections.abc import Mapping
from typing import Any

from passerelle.core.errors import MalformedError, UntrustedError
from passerelle.steps.audit.ports import Asker, Role
from passerelle.steps.decide import Author

DOMAIN_CLAIM = "passerelle_domain"
"""The claim that says which domain a partner is."""

_NAMES = ("preferred_username", "username", "sub")


def of(event: Mapping[str, Any]) -> Asker:
    """Return who asks; UntrustedError `audit.token` where no token was checked, or it names nobody or no role."""
    jwt = (event.get("requestContext", {}).get("authorizer") or {}).get("jwt") or {}
    return named(jwt.get("claims") or {})


def named(claims: Mapping[str, str]) -> Asker:
    """Return whom claims that were checked name; UntrustedError `audit.token` where it is nobody, or without a role."""
    roles = frozenset(role for role in Role if role.value in _scopes(claims))
    name = next((claims[key] for key in _NAMES if claims.get(key)), "")
    if not roles or not name:
        raise UntrustedError("audit.token", "The token names nobody, or gives him no role here.")
    return Asker(_author(name), roles, claims.get(DOMAIN_CLAIM, "").casefold())


def _scopes(claims: Mapping[str, str]) -> set[str]:
    """Return the scopes of a token, without the name of the resource server that some issuers put before them."""
    listed = claims.get("scope", claims.get("scp", "")).strip("[]")  # API Gateway writes a list as [a b]
    return {scope.rpartition("/")[2] for scope in listed.split()}


def _author(name: str) -> str:
    """Return a name that an event may hold: this one, or, of an address or the like, what stands for it."""
    try:
        return Author(name).name
    except MalformedError:
        return f"sub-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
