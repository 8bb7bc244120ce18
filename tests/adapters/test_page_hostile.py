"""Whatever a stranger can bring into an event or an address stays text on the page."""

from dataclasses import replace
from http import HTTPStatus
from urllib.parse import quote

import pytest

from passerelle.adapters.api import LARGEST
from tests.adapters.browsing import Outline, Visitor
from tests.adapters.gateway import arrived, request

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)' autofocus='",
    "</title><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "\u202egnp.exe\x00\x1b[31m",
    "</li></ol><form action='https://x.example'>",
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("place", ["reason", "detail", "name", "actor", "loss", "at", "id"])
def test_hostile_values_of_an_event_are_inert(text: str, place: str) -> None:
    visitor = Visitor()
    one = arrived(visitor.gateway)
    calm = _skeleton(visitor.get(f"/fr/deliveries/{one.id}").text)
    ledger = visitor.gateway.office.ledger
    event = ledger._events[one.id][-1]
    details = {
        "detail": (("smtp", text),),
        "name": ((text, "x"),),
        "loss": ((f"loss.{text}", text),),
        "at": (("loss.hprim.cut", "1"), ("at.hprim.cut", text)),
    }.get(place, event.details)
    changed = replace(event, details=details, actor=text if place == "actor" else event.actor)
    if place == "reason":
        changed = replace(changed, reason=text)
        ledger._deliveries[one.id] = replace(one, reason=text, notice=text)
    ledger._events[one.id][-1] = changed
    for tongue in ("fr", "en"):
        answer = visitor.get(f"/{tongue}/deliveries/{one.id}")
        assert answer.status is HTTPStatus.OK
        assert _skeleton(answer.text) <= calm | {"ul", "dd", "dt", "dl"}
        assert "49" not in Outline(answer.text).words
    assert visitor.get("/fr/").status is HTTPStatus.OK
    assert visitor.get("/fr/deliveries?day=2026-11-22").status is HTTPStatus.OK


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("way", ["?day={}", "?state={}", "?reason={}", "?day=2026-11-22&cursor={}", "/{}"])
def test_a_hostile_address_is_refused_and_not_repeated(text: str, way: str) -> None:
    answer = Visitor().get(f"/fr/deliveries{way.format(quote(text, safe=''))}")
    assert answer.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}
    assert text not in answer.text
    assert "alert" not in answer.text


def test_a_raw_address_cannot_break_out_of_its_attribute() -> None:
    answer = Visitor().get('/fr/waiting?"><script>alert(1)</script>=1')
    assert Outline(answer.text).all("script") == []
    assert not [link for link in Outline(answer.text).all("a") if str(link["href"]).startswith(("//", "http"))]


@pytest.mark.parametrize("way", ["/fr//elsewhere.example/", "/fr/../../etc/passwd", "/templates/base.html", "/fr/%00"])
def test_an_odd_address_leads_nowhere(way: str) -> None:
    answer = Visitor().get(way)
    assert answer.status is HTTPStatus.NOT_FOUND
    assert "elsewhere" not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "day=0001-01-01",
        "day=9999-12-31",
        "day=2026-02-30",
        "state=LOST",
        "reason=Camille",
        "cursor=x",
        "&" * 20 + "a=1",
    ],
)
def test_a_query_of_another_form_gets_a_clean_answer(query: str) -> None:
    assert Visitor().get(f"/fr/deliveries?{query}").status in {HTTPStatus.BAD_REQUEST, HTTPStatus.OK}


@pytest.mark.parametrize(("size", "status"), [(LARGEST, 401), (LARGEST + 1, 400)])
def test_a_form_has_a_size(size: int, status: int) -> None:
    event = request("POST", f"/fr/deliveries/{'0' * 32}/decisions", body="a" * size)
    assert Visitor().hand(event, {}).status == status


def test_too_many_fields_are_refused() -> None:
    fields = {f"f{number}": "1" for number in range(9)}
    answer = Visitor().post(f"/fr/deliveries/{'0' * 32}/decisions", fields)
    assert answer.status is HTTPStatus.BAD_REQUEST


def _skeleton(text: str) -> set[str]:
    """Return the kinds of elements of a page."""
    return {tag for tag, _ in Outline(text).elements}
