"""The API: what it answers, whom, and that its document says so."""

import json
import re
from http import HTTPStatus

import pytest

from passerelle.adapters import api
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.audit.ports import Role
from tests.adapters.gateway import Gateway, arrived, request, waiting
from tests.adapters.rights import API
from tests.steps.office import DOCTOR, HOSPITAL, OTHER, PATIENT, letter


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


def test_the_deliveries_of_a_day_come_with_where_they_stand(gateway: Gateway) -> None:
    one = arrived(gateway)
    answer = gateway.ask("/v1/deliveries?day=2026-11-22")
    assert answer.status is HTTPStatus.OK
    (found,) = answer.json["deliveries"]
    assert (found["id"], found["state"], found["reason"]) == (one.id, "ACCEPTED", one.reason)
    assert answer.json["cursor"] == ""


def test_pages_follow_each_other_by_cursor(gateway: Gateway) -> None:
    for number in range(3):
        gateway.office.open(letter(text=str(number)))
    first = gateway.ask("/v1/deliveries?day=2026-11-22&limit=2").json
    second = gateway.ask(f"/v1/deliveries?day=2026-11-22&limit=2&cursor={first['cursor']}").json
    assert len({one["id"] for page in (first, second) for one in page["deliveries"]}) == 3
    assert second["cursor"] == ""
    strange = gateway.ask(f"/v1/deliveries?day=2026-11-21&cursor={first['cursor']}")
    assert (strange.status, strange.json["code"]) == (HTTPStatus.BAD_REQUEST, "audit.cursor")


def test_one_delivery_comes_with_its_events(gateway: Gateway) -> None:
    one = arrived(gateway)
    story = gateway.ask(f"/v1/deliveries/{one.id}").json
    assert story["delivery"]["id"] == one.id
    assert [event["state"] for event in story["events"]] == ["RECEIVED", "READY", "CLAIMED", "SENDING", "ACCEPTED"]


@pytest.mark.parametrize(
    ("by", "value"),
    [
        ("sender", HOSPITAL.address.upper()),
        ("recipient", DOCTOR.alias),
        ("reader", f" {DOCTOR.address} "),
        ("patient", "1 80 02 59 123 456 78"),
        ("message", "<canari@source.example>"),
    ],
)
def test_a_delivery_is_found_by_whom_and_what_it_has_to_do_with(gateway: Gateway, by: str, value: str) -> None:
    one = gateway.office.open(letter((*PATIENT, "180025912345678")))
    gateway.office.settle()
    gateway.office.open(letter(OTHER, sender=DOCTOR.address, id="other@source.example"), sender=DOCTOR.address)
    answer = gateway.tell("/v1/searches", {"by": by, "value": value}, role=Role.AUDITOR)
    assert [found["id"] for found in answer.json["deliveries"]] == [one.id]
    assert value.strip("<> ").casefold() not in repr(gateway.register.asked).casefold()
    nothing = gateway.tell("/v1/searches", {"by": by, "value": "nobody"}, role=Role.AUDITOR)
    assert nothing.json == {"deliveries": [], "cursor": ""}


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.PARTNER])
def test_a_patient_is_looked_for_by_auditors_only(gateway: Gateway, role: Role) -> None:
    answer = gateway.tell("/v1/searches", {"by": "patient", "value": "180025912345678"}, role=role)
    assert (answer.status, answer.json["code"]) == (HTTPStatus.FORBIDDEN, "audit.right")


def test_what_a_partner_has_sent_he_sees_even_where_it_was_refused(gateway: Gateway) -> None:
    opened = gateway.office.open(letter(sender=DOCTOR.address), "nobody@elsewhere.example", sender=DOCTOR.address)
    gateway.office.settle()
    assert gateway.office.ledger.get(opened.id).state is State.REFUSED
    found = gateway.tell("/v1/searches", {"by": "sender", "value": DOCTOR.address}, role=Role.PARTNER).json
    assert [one["id"] for one in found["deliveries"]] == [opened.id]
    other = Gateway(gateway.office)
    assert other.ask("/v1/deliveries?day=2026-11-22", Role.PARTNER, {"passerelle_domain": "x.example"}).json == {
        "deliveries": [],
        "cursor": "",
    }


def test_volumes_come_day_by_day(gateway: Gateway) -> None:
    arrived(gateway)
    days = gateway.ask("/v1/volumes?until=2026-11-22&days=2").json["days"]
    assert [day["day"] for day in days] == ["2026-11-21", "2026-11-22"]
    assert [count["number"] for count in days[1]["counts"]] == [1]


def test_what_waits_is_decided_by_an_operator_under_his_own_name(gateway: Gateway) -> None:
    held = waiting(gateway)
    assert [one["id"] for one in gateway.ask("/v1/waiting").json["deliveries"]] == [held.id]
    answer = gateway.tell(f"/v1/deliveries/{held.id}/decisions", {"decision": "release"})
    assert (answer.status, answer.json["state"]) == (HTTPStatus.OK, "RECEIVED")
    last = gateway.office.ledger.history(held.id)[-1]
    assert (last.reason, dict(last.details)) == ("operator.released", {"author": "anne.durand"})
    again = gateway.tell(f"/v1/deliveries/{held.id}/decisions", {"decision": "release"})
    assert (again.status, again.json["code"]) == (HTTPStatus.CONFLICT, "decision.state")


def test_a_partner_gets_no_other_answer_for_another_s_delivery_than_for_none(gateway: Gateway) -> None:
    one = arrived(gateway)
    assert gateway.ask(f"/v1/deliveries/{one.id}", Role.PARTNER).status is HTTPStatus.OK
    other = gateway.ask(f"/v1/deliveries/{one.id}", Role.PARTNER, {"passerelle_domain": "labo.example"})
    none = gateway.ask(f"/v1/deliveries/{'0' * 32}", Role.PARTNER)
    assert other.status is HTTPStatus.NOT_FOUND
    assert other == none
    listed = gateway.ask("/v1/deliveries?day=2026-11-22", Role.PARTNER, {"passerelle_domain": "labo.example"})
    assert listed.json["deliveries"] == []


@pytest.mark.parametrize("claims", [{"scope": "openid"}, {"scope": ""}, {"sub": ""}, {"scope": "auditors"}])
def test_a_token_without_a_role_or_a_name_is_no_token(gateway: Gateway, claims: dict[str, str]) -> None:
    assert gateway.ask("/v1/waiting", claims=claims).status is HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"sub": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}, "7c9e6679-7425-40de-944b-e07fc1f90ae7"),
        ({"preferred_username": "karim"}, "karim"),
        ({"preferred_username": "camille@canari.example"}, r"sub-[0-9a-f]{16}"),
        ({"sub": "auth0|77"}, r"sub-[0-9a-f]{16}"),
        ({"scope": "https://api.example/auditor"}, "anne.durand"),
        ({"scope": "[openid auditor]"}, "anne.durand"),
    ],
)
def test_who_asks_is_named_in_the_event_and_never_by_an_address(
    gateway: Gateway, claims: dict[str, str], name: str
) -> None:
    gateway.ask("/v1/waiting", claims=claims)
    (event,) = gateway.register.asked
    assert re.fullmatch(name, dict(event.details)["author"])


@pytest.mark.parametrize(
    "way",
    [
        "/v1/deliveries",
        "/v1/deliveries?day=22/11/2026",
        "/v1/deliveries?day=0001-01-01",
        "/v1/deliveries?day=2026-11-22&limit=0",
        "/v1/deliveries?day=2026-11-22&limit=201",
        "/v1/deliveries?day=2026-11-22&state=LOST",
        "/v1/deliveries?day=2026-11-22&reason=Camille",
        f"/v1/deliveries?day=2026-11-22&cursor={'a' * 201}",
        "/v1/deliveries/camille.canari",
        "/v1/volumes?until=2026-11-22&days=32",
        "/v1/volumes?until=2026-11-22&days=many",
    ],
)
def test_a_parameter_of_another_form_is_refused_without_being_repeated(gateway: Gateway, way: str) -> None:
    answer = gateway.ask(way)
    assert (answer.status, answer.json["code"]) == (HTTPStatus.UNPROCESSABLE_ENTITY, "api.form")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "amille" not in answer.text


@pytest.mark.parametrize("body", ["", "no json", "[]", "1", '{"decision": "lose"}', '{"decision": 1}', '{"x": 1}'])
def test_a_body_of_another_form_is_refused(gateway: Gateway, body: str) -> None:
    way = f"/v1/deliveries/{waiting(gateway).id}/decisions"
    claims = {"sub": "karim", "scope": "operator"}
    assert gateway.hand(request("POST", way, body=body, claims=claims)).status is HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.parametrize("media", ["", "text/plain", "multipart/form-data", "application/jsonp", "\x00"])
def test_a_body_that_does_not_say_to_be_json_is_not_read(gateway: Gateway, media: str) -> None:
    claims = {"sub": "karim", "scope": "operator"}
    event = request(
        "POST", f"/v1/deliveries/{waiting(gateway).id}/decisions", body='{"decision": "retry"}', claims=claims
    )
    answer = gateway.hand(event | {"headers": {"content-type": media}})
    assert (answer.status, answer.json["code"]) == (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "api.media")
    good = gateway.hand(event | {"headers": {"content-type": "application/json; charset=utf-8"}})
    assert good.status is HTTPStatus.OK


@pytest.mark.parametrize(("size", "status"), [(api.LARGEST, 422), (api.LARGEST + 1, 400)])
def test_a_body_has_a_size(gateway: Gateway, size: int, status: int) -> None:
    way, claims = f"/v1/deliveries/{'0' * 32}/decisions", {"sub": "karim", "scope": "operator"}
    assert gateway.hand(request("POST", way, body="1" * size, claims=claims)).status == status


def test_what_is_not_there_is_said_so(gateway: Gateway) -> None:
    answer = gateway.ask("/v1/patients")
    assert (answer.status, answer.json["code"]) == (HTTPStatus.NOT_FOUND, "api.route")


def test_a_fault_says_nothing_of_itself(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        msg = "Camille CANARI"
        raise ZeroDivisionError(msg)

    monkeypatch.setattr(gateway.office.ledger, "find", fail)
    answer = gateway.ask(f"/v1/deliveries/{'0' * 32}")
    assert (answer.status, answer.json["code"]) == (HTTPStatus.INTERNAL_SERVER_ERROR, "api.fault")
    assert "CANARI" not in answer.text


def test_no_answer_is_kept_by_anybody(gateway: Gateway) -> None:
    for way in ("/v1/waiting", "/v1/patients", "/openapi.json"):
        headers = gateway.ask(way).headers
        assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


WAYS = [row.way for route, row in API.items() if route.startswith("GET") and not route.endswith("/persons")]


def test_no_address_stands_in_what_is_answered_but_where_it_is_asked_for(gateway: Gateway) -> None:
    one = arrived(gateway)
    told = json.dumps([gateway.ask(way.replace("{id}", one.id)).text for way in WAYS])
    assert HOSPITAL.address not in told
    assert "@" not in told
    assert "canari" not in told.casefold()
