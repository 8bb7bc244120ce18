"""A delivery's page tells an auditor who presses the button whom it concerns, until nobody knows it any more."""

from http import HTTPStatus

import pytest

from passerelle.steps.audit.ports import Asker, Role
from tests.adapters.browsing import Outline, Visitor
from tests.adapters.gateway import Answer, arrived
from tests.steps.office import DOCTOR, HOSPITAL

BUTTON = "Montrer les adresses"


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def ask(visitor: Visitor, delivery: str, tongue: str = "fr") -> Answer:
    """Press the button."""
    return visitor.post(f"/{tongue}/deliveries/{delivery}/persons", {"token": visitor.token})


def test_the_addresses_are_shown_to_who_asks_for_them_and_the_question_is_recorded(visitor: Visitor) -> None:
    one = arrived(visitor.gateway)
    before = visitor.get(f"/fr/deliveries/{one.id}").text
    assert BUTTON in before
    assert "@" not in before
    answer = ask(visitor, one.id)
    assert answer.status is HTTPStatus.OK
    for address in (HOSPITAL.address, DOCTOR.alias, DOCTOR.address, "canari@source.example"):
        assert address in answer.text
    assert BUTTON not in answer.text
    assert "audit.persons" in {event.reason for event in visitor.gateway.register.asked}


@pytest.mark.parametrize(("tongue", "words"), [("fr", "Oubliées : la clé"), ("en", "Forgotten: the key")])
def test_what_is_forgotten_is_said_to_be(visitor: Visitor, tongue: str, words: str) -> None:
    one = arrived(visitor.gateway)
    visitor.gateway.office.persons.forget("2026-11")
    answer = ask(visitor, one.id, tongue)
    assert words in answer.text
    assert "@" not in answer.text


def test_a_delivery_without_seals_says_so(visitor: Visitor) -> None:
    one = arrived(visitor.gateway)
    events = visitor.gateway.office.ledger._events[one.id]
    visitor.gateway.office.ledger._events[one.id] = [event for event in events if not event.details]
    assert "Aucune adresse n&#39;a été scellée" in ask(visitor, one.id).text


def test_an_operator_has_no_button_and_no_answer() -> None:
    visitor = Visitor(asker=Asker("karim", frozenset({Role.OPERATOR})))
    one = arrived(visitor.gateway)
    assert BUTTON not in visitor.get(f"/fr/deliveries/{one.id}").text
    answer = ask(visitor, one.id)
    assert answer.status is HTTPStatus.FORBIDDEN
    assert "@" not in answer.text


def test_a_question_from_another_page_is_not_answered(visitor: Visitor) -> None:
    one = arrived(visitor.gateway)
    answer = visitor.post(f"/fr/deliveries/{one.id}/persons", {"token": "0" * 64})
    assert answer.status is HTTPStatus.UNAUTHORIZED
    assert "@" not in answer.text
    assert "audit.persons" not in {event.reason for event in visitor.gateway.register.asked}


def test_the_other_language_is_that_of_the_delivery_s_own_page(visitor: Visitor) -> None:
    one = arrived(visitor.gateway)
    links = [str(link.get("href")) for link in Outline(ask(visitor, one.id).text).all("a")]
    assert f"/en/deliveries/{one.id}" in links
    assert not [link for link in links if link.endswith("/persons")]
