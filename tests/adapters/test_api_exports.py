"""Exports by the API: a file for each part, and where the next one is; and the figures of a month."""

import csv
import io
import json
from http import HTTPStatus
from typing import Any

import pytest

from passerelle.adapters.api import document
from passerelle.core.receipts import chain
from passerelle.steps.audit import export as exporting
from passerelle.steps.audit.ports import Role
from tests.adapters.gateway import Answer, Gateway, arrived

WAY = "/v1/exports?day=2026-11-22&form="


@pytest.fixture
def gateway() -> Gateway:
    """Return an office whose letter arrived two minutes ago."""
    made = Gateway()
    arrived(made)
    made.office.clock.forward(minutes=2)
    return made


def following(answer: Answer) -> str:
    """Return the way to the next part; nothing at the end."""
    link = answer.headers.get("Link", "")
    assert not link or link.endswith('; rel="next"')
    return link.partition(">")[0].lstrip("<")


@pytest.mark.parametrize(
    ("form", "media"),
    [("csv", "text/csv; charset=utf-8"), ("jsonl", "application/x-ndjson"), ("fhir", "application/fhir+json")],
)
def test_a_day_is_a_file_of_its_form(gateway: Gateway, form: str, media: str) -> None:
    answer = gateway.ask(WAY + form)
    assert (answer.status, answer.headers["Content-Type"]) == (HTTPStatus.OK, media)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="passerelle-2026-11-22.{form}"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert following(answer) == ""
    assert "SENDING" in answer.text


def test_parts_follow_each_other_and_make_one_file(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = gateway.ask(WAY + "csv").text
    monkeypatch.setattr(exporting, "MOST_EVENTS", 2)
    way, parts = WAY + "csv", list[str]()
    while way:
        answer = gateway.ask(way)
        parts.append(answer.text)
        way = following(answer)
    assert "".join(parts) == whole
    assert len(parts) == 3
    rows = list(csv.DictReader(io.StringIO(whole.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert [row["state"] for row in rows] == ["RECEIVED", "READY", "CLAIMED", "SENDING", "ACCEPTED"]


def test_lines_are_the_events_as_they_are_chained(gateway: Gateway) -> None:
    events = [chain.read(line.encode()) for line in gateway.ask(WAY + "jsonl").text.splitlines()]
    chain.check(events)
    assert tuple(events) == gateway.office.ledger.history(events[0].delivery)


def test_each_bundle_stands_alone(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MOST_EVENTS", 3)
    first = gateway.ask(WAY + "fhir")
    second = gateway.ask(following(first))
    assert [len(json.loads(part.text)["entry"]) for part in (first, second)] == [3, 2]


@pytest.mark.parametrize("way", [WAY, WAY + "xml", "/v1/exports?form=csv", WAY + "csv&cursor=%21"])
def test_what_is_no_form_or_no_day_is_told(gateway: Gateway, way: str) -> None:
    assert gateway.ask(way).status is HTTPStatus.UNPROCESSABLE_ENTITY


def test_nobody_but_an_auditor_takes_a_file_away(gateway: Gateway) -> None:
    for role in (Role.OPERATOR, Role.PARTNER):
        assert gateway.ask(WAY + "csv", role).json["code"] == "audit.right"


def test_a_month_is_counted(gateway: Gateway) -> None:
    found = gateway.ask("/v1/statistics?month=2026-11", Role.OPERATOR).json
    between = ("ch-exemple.mssante.example", "medical59.apicrypt.example")
    assert [(one["sender"], one["recipient"], one["state"], one["number"]) for one in found["flows"]] == [
        (*between, "ACCEPTED", 1)
    ]
    assert found["complete"]
    for month in ("2026-13", "1999-12", "x"):
        assert gateway.ask(f"/v1/statistics?month={month}").status is HTTPStatus.UNPROCESSABLE_ENTITY


def test_the_document_tells_each_media_type_and_the_link(gateway: Gateway) -> None:
    paths: dict[str, Any] = gateway.ask(document.PATH, None).json["paths"]
    good = paths["/v1/exports"]["get"]["responses"]["200"]
    assert set(good["content"]) == {"text/csv", "application/x-ndjson", "application/fhir+json"}
    assert {"Link", "Cache-Control"} <= good["headers"].keys()
