"""Who may do what: each role on each route of the API and of the page; a route without its row fails."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import pytest

from passerelle.adapters import api, page
from passerelle.adapters.api import document
from passerelle.core.receipts.delivery import Delivery
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.audit.ports import Asker, Role
from tests.adapters import clouds
from tests.adapters.browsing import Visitor
from tests.adapters.gateway import DOMAIN, Gateway, arrived
from tests.adapters.rights import API, PAGE

DOCUMENT = f"GET {document.PATH}"
"""Open to everybody: it says how to ask."""


def routes(resolver: Any) -> set[str]:  # noqa: ANN401 - powertools'
    """Return every route that a resolver knows."""
    return {f"{one.method} {one.openapi_path}" for one in [*resolver._static_routes, *resolver._dynamic_routes]}


def test_every_route_has_its_row() -> None:
    assert routes(api.resolver()) == {*API, DOCUMENT}
    assert routes(page.resolver()) == set(PAGE)


@pytest.mark.parametrize("role", [*Role, None])
@pytest.mark.parametrize("route", API)
def test_a_route_of_the_api_is_open_to_its_roles_and_to_nobody_else(route: str, role: Role | None) -> None:
    gateway, row = Gateway(), API[route]
    held = _held(gateway)
    way = row.way.replace("{id}", held.id)
    answer = gateway.tell(way, row.body, role) if route.startswith("POST") else gateway.ask(way, role)
    if role in row.roles:
        assert answer.status is HTTPStatus.OK
        return
    refused = (HTTPStatus.FORBIDDEN, "audit.right") if role else (HTTPStatus.UNAUTHORIZED, "audit.token")
    assert (answer.status, answer.json["code"]) == refused
    _nothing_happened(gateway, held.id, role)


@pytest.mark.parametrize("role", [*Role, None])
@pytest.mark.parametrize("route", PAGE)
def test_a_route_of_the_page_is_open_to_its_roles_and_to_nobody_else(route: str, role: Role | None) -> None:
    row = PAGE[route]
    visitor = Visitor(asker=Asker("anne.durand", frozenset({role}), DOMAIN) if role else None)
    held = _held(visitor.gateway)
    way, fields = row.way.replace("{id}", held.id), {**row.body, "token": visitor.token}
    answer = visitor.post(way, fields) if route.startswith("POST") else visitor.get(way)
    if role in row.roles:
        assert answer.status in {HTTPStatus.OK, HTTPStatus.SEE_OTHER}
        return
    assert answer.status is (HTTPStatus.FORBIDDEN if role else HTTPStatus.UNAUTHORIZED)
    assert held.id not in answer.text
    _nothing_happened(visitor.gateway, held.id, role)


def _held(gateway: Gateway) -> Delivery:
    """Return a delivery to the partner's domain that waits for a decision, and is sealed."""
    held = gateway.office.force(arrived(gateway), State.HELD)
    gateway.seal()
    return held


def _nothing_happened(gateway: Gateway, delivery: str, role: Role | None) -> None:
    """Check that a delivery is as it was, and that the refusal of somebody known is an event."""
    assert gateway.office.ledger.get(delivery).state is State.HELD
    assert [event.reason for event in gateway.register.asked] == (["audit.refused"] if role else [])


def test_the_document_tells_every_route_behind_a_token() -> None:
    answer = Gateway().ask(document.PATH, None)
    assert answer.json["openapi"].startswith("3.1")
    paths: Mapping[str, Any] = answer.json["paths"]
    assert {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods} == set(API)


def test_the_template_has_every_route_with_the_scopes_of_its_roles() -> None:
    template = (clouds.ROOT / "template.yaml").read_text("utf-8")
    blocks = re.findall(r"RouteKey: (\w+ /v1/\S+)\n(.*?)\n  \w", template, re.DOTALL)
    assert {key for key, _ in blocks} == set(API)
    for key, block in blocks:
        assert "AuthorizationType: JWT" in block
        scopes = set(re.findall(r"\$\{ScopePrefix\}(\w+)", block))
        assert scopes == {role.value for role in API[key].roles}
