"""An auditor takes the events of a day from the page: one file, or part by part where they are many."""

from http import HTTPStatus

import pytest

from passerelle.core.receipts.export import Form
from passerelle.steps.audit import export
from passerelle.steps.audit.ports import Asker, Role
from tests.adapters.browsing import Outline, Visitor
from tests.adapters.gateway import arrived


@pytest.fixture
def visitor() -> Visitor:
    made = Visitor()
    arrived(made.gateway)
    made.gateway.seal()
    made.gateway.office.clock.forward(minutes=5)
    return made


@pytest.mark.parametrize("form", Form)
def test_the_list_of_a_day_offers_its_events_in_each_form(visitor: Visitor, form: Form) -> None:
    way = f"/en/exports?day=2026-11-22&form={form.value}"
    assert way in [link["href"] for link in Outline(visitor.get("/en/deliveries?day=2026-11-22").text).all("a")]
    answer = visitor.get(way)
    assert answer.status is HTTPStatus.OK
    assert answer.headers["Content-Disposition"] == f'attachment; filename="passerelle-2026-11-22.{form.value}"'
    assert "delivery.accepted" in answer.text


def test_who_may_not_export_is_offered_nothing(visitor: Visitor) -> None:
    operator = Visitor(visitor.gateway, Asker("karim", frozenset({Role.OPERATOR})))
    assert "exports" not in operator.get("/fr/deliveries?day=2026-11-22").text


def test_a_day_of_many_events_comes_part_by_part_and_none_is_lost(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = visitor.get("/fr/exports?day=2026-11-22&form=jsonl").text
    monkeypatch.setattr(export, "MOST_EVENTS", 2)
    way, taken = "/fr/exports?day=2026-11-22&form=jsonl", ""
    while way:
        links = {
            str(link["href"]): link for link in Outline(visitor.get(way).text).all("a") if link.get("class") == "button"
        }
        (this,) = [link for link in links if "take=1" in link]
        taken += visitor.get(this).text
        way = next((link for link in links if link != this), "")
    events = [line for line in taken.splitlines() if '"audit"' not in line]
    assert events == [line for line in whole.splitlines() if '"audit"' not in line]


@pytest.mark.parametrize("query", ["form=xlsx", "", "form=csv&day=0001-01-01", "form=csv&cursor=x", "form=csv&day=x"])
def test_a_wish_of_another_form_is_refused(visitor: Visitor, query: str) -> None:
    assert visitor.get(f"/fr/exports?{query}").status is HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize(("tongue", "said"), [("fr", "Remises : 1."), ("en", "Deliveries: 1.")])
def test_a_month_is_told_by_domain_and_state(visitor: Visitor, tongue: str, said: str) -> None:
    text = visitor.get(f"/{tongue}/statistics").text
    assert all(word in text for word in (said, "ch-exemple.mssante.example", "medical59.apicrypt.example"))
    assert f'href="/{tongue}/statistics"' in visitor.get(f"/{tongue}/").text
    assert visitor.get(f"/{tongue}/statistics?month=2026-09").status is HTTPStatus.OK


@pytest.mark.parametrize("month", ["2026", "2026-13", "2026-11-01", "1999-01", "<script>"])
def test_what_is_no_month_is_refused(visitor: Visitor, month: str) -> None:
    answer = visitor.get(f"/fr/statistics?month={month}")
    assert (answer.status, "audit.month" in answer.text) == (HTTPStatus.BAD_REQUEST, True)
    assert "<script" not in answer.text
