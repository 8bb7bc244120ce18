"""The page: what it shows, in both languages, to whom, and what an operator can do on it."""

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import pytest

from passerelle.adapters.page import words
from passerelle.adapters.page.sessions import LASTS
from passerelle.core.receipts.delivery import Delivery
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.audit.ports import Asker, Role
from passerelle.steps.decide import CHOICES
from tests.adapters import clouds
from tests.adapters.browsing import Outline, Visitor
from tests.adapters.gateway import arrived, waiting
from tests.steps.office import HOSPITAL

PAGES = (
    "/",
    "/deliveries",
    "/deliveries?day=2026-11-22&state=HELD&reason=policy.",
    "/waiting",
    "/deliveries/{id}",
    "/statistics",
)
PARTNER = Asker("labo", frozenset({Role.PARTNER}), "medical59.apicrypt.example")


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


@pytest.mark.parametrize("tongue", ["fr", "en"])
@pytest.mark.parametrize("way", PAGES)
def test_every_page_speaks_both_languages_and_each_leads_to_the_other(visitor: Visitor, way: str, tongue: str) -> None:
    one = arrived(visitor.gateway)
    answer = visitor.get(f"/{tongue}{way.replace('{id}', one.id)}")
    assert answer.status is HTTPStatus.OK
    outline = Outline(answer.text)
    assert outline.all("html") == [{"lang": tongue}]
    (twin,) = [link["href"] for link in outline.all("a") if "hreflang" in link]
    other = "en" if tongue == "fr" else "fr"
    assert twin == f"/{other}{way.replace('{id}', one.id)}"
    assert visitor.get(str(twin)).status is HTTPStatus.OK


@pytest.mark.parametrize("way", PAGES)
def test_a_page_has_landmarks_labels_and_headings_and_no_script_or_style_of_its_own(visitor: Visitor, way: str) -> None:
    held = waiting(visitor.gateway)
    outline = Outline(visitor.get(f"/fr{way.replace('{id}', held.id)}").text)
    assert [len(outline.all(tag)) for tag in ("main", "header", "footer", "h1")] == [1] * 4
    assert outline.all("title")[0] == {}
    assert outline.all("a")[0] == {"class": "skip", "href": "#content"}
    labels = {label["for"] for label in outline.all("label")}
    named = [one for tag in ("input", "select") for one in outline.all(tag) if one.get("type") != "hidden"]
    assert {one["id"] for one in named} == labels
    assert all(one["scope"] in {"col", "row"} for one in outline.all("th"))
    assert len(outline.all("table")) == len(outline.all("caption"))
    ids = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert not outline.all("script") + outline.all("style")
    loud = {"style", *(f"on{event}" for event in ("click", "load", "error", "submit"))}
    assert [tag for tag, attributes in outline.elements if loud & set(attributes)] == []


def test_what_a_browser_may_do_with_a_page_is_next_to_nothing(visitor: Visitor) -> None:
    for way in ("/fr/", "/style.css", "/fr/nothing", "/nothing", "/"):
        headers = visitor.get(way).headers
        policy = dict(rule.strip().split(" ", 1) for rule in headers["Content-Security-Policy"].split(";"))
        assert policy.pop("default-src") == "'none'"
        assert set(policy.values()) <= {"'self'", "'none'"}
        assert "script-src" not in policy
        assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


def test_a_delivery_is_told_with_its_events_and_the_state_of_its_chain(visitor: Visitor) -> None:
    one = arrived(visitor.gateway)
    text = visitor.get(f"/fr/deliveries/{one.id}").text
    assert text.count("<li class=") == 5
    assert "Chaîne entière : les 5 événements" in text.replace("\N{NO-BREAK SPACE}", " ")
    events = visitor.gateway.office.ledger._events[one.id]
    events[1] = replace(events[1], reason="policy.other")
    assert "Chaîne rompue" in visitor.get(f"/fr/deliveries/{one.id}").text


def test_a_chain_that_was_cut_short_is_seen_at_its_head(visitor: Visitor) -> None:
    one = arrived(visitor.gateway)
    visitor.gateway.office.ledger._events[one.id].pop()
    assert "Broken chain" in visitor.get(f"/en/deliveries/{one.id}").text


def test_an_id_leads_to_its_delivery(visitor: Visitor) -> None:
    one = arrived(visitor.gateway)
    answer = visitor.get(f"/fr/find?id=+{one.id.upper()}+")
    assert (answer.status, answer.headers["Location"]) == (HTTPStatus.SEE_OTHER, f"/fr/deliveries/{one.id}")
    assert visitor.get("/fr/find?id=Camille").status is HTTPStatus.BAD_REQUEST
    assert visitor.get(f"/fr/find?id={'0' * 32}").status is HTTPStatus.SEE_OTHER
    assert visitor.get(f"/fr/deliveries/{'0' * 32}").status is HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("tongue", ["fr", "en"])
def test_a_delivery_is_found_by_its_sender_and_the_page_keeps_no_value(visitor: Visitor, tongue: str) -> None:
    one = arrived(visitor.gateway)
    fields = {"token": visitor.token, "by": "sender", "value": f" {HOSPITAL.address} "}
    answer = visitor.post(f"/{tongue}/search", fields)
    assert answer.status is HTTPStatus.OK
    assert f"/{tongue}/deliveries/{one.id}" in answer.text
    assert HOSPITAL.address not in repr(visitor.gateway.register.asked)
    assert visitor.post(f"/{tongue}/search", fields | {"by": "name"}).status is HTTPStatus.BAD_REQUEST
    assert visitor.post(f"/{tongue}/search", fields | {"value": " "}).status is HTTPStatus.BAD_REQUEST
    assert visitor.post(f"/{tongue}/search", fields | {"token": "x"}).status is HTTPStatus.UNAUTHORIZED


def test_only_an_auditor_is_offered_patients(visitor: Visitor) -> None:
    assert 'value="patient"' in visitor.get("/fr/").text
    operator = Visitor(visitor.gateway, Asker("karim", frozenset({Role.OPERATOR})))
    assert 'value="patient"' not in operator.get("/fr/").text
    fields = {"token": operator.token, "by": "patient", "value": "180025912345678"}
    assert operator.post("/fr/search", fields).status is HTTPStatus.FORBIDDEN


def test_a_long_day_is_turned_page_by_page(visitor: Visitor) -> None:
    ledger, now = visitor.gateway.office.ledger, visitor.gateway.office.clock.now
    for number in range(51):
        one = Delivery(f"{number:032x}", State.ACCEPTED, now + timedelta(seconds=number))
        ledger._deliveries[one.id] = one
    first = visitor.get("/fr/deliveries?day=2026-11-22&state=ACCEPTED").text
    (onward,) = [str(link["href"]) for link in Outline(first).all("a") if link.get("class") == "button"]
    second = visitor.get(onward).text
    assert (first.count('scope="row"'), second.count('scope="row"')) == (50, 1)


def buttons(text: str) -> list[str | None]:
    return [one["value"] for one in Outline(text).all("button") if one.get("name") == "decision"]


@pytest.mark.parametrize("state", CHOICES)
def test_an_operator_sees_the_buttons_of_a_state_and_no_others(visitor: Visitor, state: State) -> None:
    one = visitor.gateway.office.force(arrived(visitor.gateway), state)
    assert buttons(visitor.get(f"/fr/deliveries/{one.id}").text) == [choice.value for choice in CHOICES[state]]


def test_what_waits_leads_to_what_can_be_decided(visitor: Visitor) -> None:
    held = waiting(visitor.gateway)
    links = [link for link in Outline(visitor.get("/en/waiting").text).all("a") if link.get("class") == "act"]
    assert [link["href"] for link in links] == [f"/en/deliveries/{held.id}#decide-title"]
    assert "Decide: release, retry, refuse" in visitor.get("/en/waiting").text
    auditor = Visitor(visitor.gateway, Asker("zoe", frozenset({Role.AUDITOR})))
    assert "#decide-title" not in auditor.get("/en/waiting").text


def test_a_button_decides_under_the_name_of_the_session(visitor: Visitor) -> None:
    held = waiting(visitor.gateway)
    answer = visitor.decide(held.id, "refuse")
    assert (answer.status, answer.headers["Location"]) == (HTTPStatus.SEE_OTHER, f"/fr/deliveries/{held.id}")
    last = visitor.gateway.office.ledger.history(held.id)[-1]
    assert (last.state, dict(last.details)) == (State.REFUSED, {"author": "anne.durand"})
    again = visitor.post(f"/fr/deliveries/{held.id}/decisions", {"token": visitor.token, "decision": "refuse"})
    assert again.status is HTTPStatus.CONFLICT
    assert "n'admet pas cette décision" in again.text.replace("&#39;", "'")


def test_a_form_of_another_session_or_another_site_decides_nothing(visitor: Visitor) -> None:
    held = waiting(visitor.gateway)
    way, good = f"/fr/deliveries/{held.id}/decisions", {"decision": "release", "token": visitor.token}
    stranger = Visitor(visitor.gateway)
    for answer in (
        visitor.post(way, {"decision": "release"}),
        visitor.post(way, good | {"token": "é"}),
        visitor.post(way, good | {"token": stranger.token}),
        visitor.post(way, good, sec_fetch_site="cross-site"),
        Visitor(visitor.gateway, asker=None).post(way, good),
    ):
        assert answer.status is HTTPStatus.UNAUTHORIZED
    assert visitor.gateway.office.ledger.get(held.id) == held
    assert visitor.get(way).status is HTTPStatus.NOT_FOUND


def test_who_may_not_decide_sees_no_button_and_decides_nothing(visitor: Visitor) -> None:
    held = waiting(visitor.gateway)
    auditor = Visitor(visitor.gateway, Asker("zoe", frozenset({Role.AUDITOR})))
    assert buttons(auditor.get(f"/fr/deliveries/{held.id}").text) == []
    fields = {"token": auditor.token, "decision": "release"}
    assert auditor.post(f"/fr/deliveries/{held.id}/decisions", fields).status is HTTPStatus.FORBIDDEN


def test_a_partner_sees_his_own_and_no_volumes(visitor: Visitor) -> None:
    one = arrived(visitor.gateway)
    partner = Visitor(visitor.gateway, PARTNER)
    home = partner.get("/fr/").text
    assert "<table" not in home
    assert "/fr/waiting" not in home
    assert partner.get("/fr/waiting").status is HTTPStatus.FORBIDDEN
    assert partner.get(f"/fr/deliveries/{one.id}").status is HTTPStatus.OK
    other = Visitor(visitor.gateway, replace(PARTNER, domain="labo.example"))
    assert other.get(f"/fr/deliveries/{one.id}").status is HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("way", [*PAGES, "/find?id=x"])
def test_without_a_session_nothing_is_shown(visitor: Visitor, way: str) -> None:
    one = arrived(visitor.gateway)
    answer = Visitor(visitor.gateway, asker=None).get(f"/fr{way.replace('{id}', one.id)}")
    assert answer.status is HTTPStatus.UNAUTHORIZED
    assert one.id not in answer.text
    assert visitor.gateway.register.asked == []


def test_a_session_is_over_after_a_working_day_and_cannot_be_made_up(visitor: Visitor) -> None:
    clock = visitor.gateway.office.clock
    clock.now += LASTS - timedelta(seconds=1)
    assert visitor.get("/fr/waiting").status is HTTPStatus.OK
    clock.now += timedelta(seconds=1)
    assert visitor.get("/fr/waiting").status is HTTPStatus.UNAUTHORIZED
    clock.now -= LASTS
    for forged in ("", "passerelle=", "passerelle=x.y", f"{visitor.cookie}0", visitor.cookie[:-1], "passerelle=\x00;"):
        visitor.cookie = forged
        assert visitor.get("/fr/waiting").status is HTTPStatus.UNAUTHORIZED


def test_a_cookie_is_for_this_site_only_and_for_no_script(visitor: Visitor) -> None:
    cookie = visitor.sessions.open(PARTNER)
    assert cookie.endswith("; Path=/; HttpOnly; SameSite=Strict; Secure")


def test_every_word_is_said_twice_and_every_word_is_needed() -> None:
    page = clouds.ROOT / "shared/passerelle/adapters/page"
    files = [*page.rglob("*.py"), *page.rglob("*.html")]
    used = "".join(file.read_text("utf-8") for file in files).replace("'", '"')
    for key, said in words._words().items():
        assert len(said) == 2
        assert all(said)
        parts = ("state", "kind", "role", "nav", "problem", "decide", "search", "detail", "export", "persons")
        assert f'"{key}"' in used or key.split(".")[0] in parts
