"""Whom a delivery concerns, asked of the API: an auditor is told until the key of its month is destroyed."""

from http import HTTPStatus

import pytest

from passerelle.adapters.api import problems
from passerelle.core.errors import MalformedError, UntrustedError
from passerelle.steps.audit.ports import Role
from tests.adapters.gateway import Gateway, arrived
from tests.steps.office import DOCTOR, HOSPITAL


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


def test_an_auditor_is_told_whom_a_delivery_concerns(gateway: Gateway) -> None:
    found = gateway.ask(f"/v1/deliveries/{arrived(gateway).id}/persons")
    assert found.status is HTTPStatus.OK
    assert found.json == {
        "sender": HOSPITAL.address,
        "recipient": DOCTOR.alias,
        "reader": DOCTOR.address,
        "message": "canari@source.example",
        "forgotten": False,
    }
    assert found.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.PARTNER])
def test_nobody_else_is(gateway: Gateway, role: Role) -> None:
    found = gateway.ask(f"/v1/deliveries/{arrived(gateway).id}/persons", role)
    assert (found.status, found.json["code"]) == (HTTPStatus.FORBIDDEN, "audit.right")


def test_after_the_month_is_forgotten_nobody_is(gateway: Gateway) -> None:
    one = arrived(gateway)
    gateway.office.persons.forget("2026-11")
    found = gateway.ask(f"/v1/deliveries/{one.id}/persons")
    assert found.json == {"sender": "", "recipient": "", "reader": "", "message": "", "forgotten": True}


def test_of_no_delivery_nobody_is_known(gateway: Gateway) -> None:
    assert gateway.ask(f"/v1/deliveries/{'f' * 32}/persons").status is HTTPStatus.NOT_FOUND


def test_what_was_changed_in_the_ledger_is_a_fault_of_the_bridge_and_no_wrong_token() -> None:
    for error in (UntrustedError("persons.seal", "Not those."), MalformedError("persons.form", "Not so.")):
        assert problems.status(error) is HTTPStatus.INTERNAL_SERVER_ERROR


def test_a_timeline_shows_no_sealed_text(gateway: Gateway) -> None:
    found = gateway.ask(f"/v1/deliveries/{arrived(gateway).id}")
    assert "2026-11." not in found.text.replace("2026-11-", "")
    assert "persons" not in found.text
