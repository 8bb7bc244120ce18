"""Events as rows, lines and AuditEvents: read back by others, and inert where people open them."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.receipts import audit_event, chain, sheet, trace
from passerelle.core.receipts.delivery import Event
from passerelle.core.receipts.export import WRITERS, Form
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.trace import Action, Outcome

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ACTORS = ("accept", "translate", "deliver", "acknowledge", "operator", "audit", "collect", "another")
_CODES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)
_ATTACKS = st.sampled_from(["=1+1", "@SUM(A1)", "+1", "-1", "\t=1", "\r=1", "'=1", 'a";=1', "a,=1", "a|\n'=1", "＝1"])
_SAID = _CODES | _ATTACKS
_HEX = st.text("0123456789abcdef", min_size=32, max_size=32)
EVENTS = st.builds(
    Event,
    _HEX,
    st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - aware by timezones
    st.sampled_from(ACTORS),
    st.sampled_from(State),
    _SAID,
    st.lists(st.tuples(st.sampled_from(["author", "role", "code", "queue", "fault", "value"]) | _SAID, _SAID)).map(
        tuple
    ),
    _HEX,
    st.integers(0, 10**6),
    _HEX,
)


def event(actor: str, state: State, reason: str = "", **details: str) -> Event:
    return Event("0" * 32, NOON, actor, state, reason, tuple(details.items()), "1" * 32)


@given(_SAID)
def test_a_cell_made_inert_says_what_it_said(text: str) -> None:
    cell = sheet.inert(text)
    assert sheet.plain(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@settings(max_examples=50)
@given(st.lists(EVENTS, max_size=4))
def test_rows_are_read_back_by_another_reader_and_hold_no_formula(events: list[Event]) -> None:
    writer = WRITERS[Form.CSV]
    content = writer.whole([writer.one(one) for one in events])
    assert content.startswith("\ufeff")
    head, *rows = csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline=""), delimiter=";", strict=True)
    assert tuple(head) == sheet.COLUMNS
    for one, row in zip(events, rows, strict=True):
        told = dict(zip(head, map(sheet.plain, row), strict=True))
        assert (told["at"], told["id"], told["reason"]) == (chain.moment(one.at), one.id, one.reason)
        assert told["details"] == " | ".join(f"{name}={said}" for name, said in one.told)
    for delimiter in ",;\t|":  # whoever opens it with another separator
        for row in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter):
            assert not any(cell.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) for cell in row)


@settings(max_examples=50)
@given(st.lists(EVENTS, max_size=4))
def test_lines_are_the_bytes_that_are_sealed(events: list[Event]) -> None:
    writer = WRITERS[Form.JSONL]
    content = writer.whole([writer.one(one) for one in events]).encode()
    assert [chain.read(line) for line in content.split(b"\n")[:-1]] == events
    assert writer.whole([]) == ""


@settings(max_examples=50)
@given(st.lists(EVENTS, max_size=3, unique_by=lambda one: one.id))
def test_a_bundle_is_fhir_as_another_library_reads_it(events: list[Event]) -> None:
    writer = WRITERS[Form.FHIR]
    content = json.loads(writer.whole([writer.one(one) for one in events]))
    bundle = Bundle.model_validate(content)
    assert bundle.type == "collection"
    found = [entry["resource"] for entry in content.get("entry", [])]
    assert [one["id"] for one in found] == [one.id for one in events]
    for resource in found:
        AuditEvent.model_validate(resource)
        assert _without_nothing(resource)


def _without_nothing(value: object) -> bool:
    """Return whether no string, list or object of a resource is empty: FHIR has none (R4, 2.6.2)."""
    if isinstance(value, dict):
        return bool(value) and all(map(_without_nothing, value.values()))
    if isinstance(value, list):
        return bool(value) and all(map(_without_nothing, value))
    return value != ""


@pytest.mark.parametrize(
    ("actor", "state", "reason", "expected"),
    [
        ("accept", State.RECEIVED, "", ("110107", "C", "receive")),
        ("translate", State.READY, "", ("110100", "E", "transform")),
        ("translate", State.QUARANTINED, "cms.signature", ("110113", "E", "transform")),
        ("deliver", State.SENDING, "", ("110106", "R", "transmit")),
        ("collect", State.ABSORBED, "collect.removed", ("110100", "D", "destroy")),
        ("operator", State.RECEIVED, "operator.released", ("110100", "U", "amend")),
        ("audit", State.ABSORBED, "audit.export", ("110101", "R", "access")),
        ("audit", State.ABSORBED, "audit.refused", ("110113", "R", "access")),
    ],
)
def test_what_happened_has_its_dicom_code(
    actor: str, state: State, reason: str, expected: tuple[str, str, str]
) -> None:
    found = audit_event.resource(event(actor, state, reason))
    assert (found["type"]["code"], found["action"], found["subtype"][0]["code"]) == expected


def test_a_person_is_the_requestor_and_the_bridge_is_not() -> None:
    asked = audit_event.resource(event("audit", State.ABSORBED, "audit.search", author="anne.durand", role="auditor"))
    assert [agent["requestor"] for agent in asked["agent"]] == [False, True]
    assert asked["agent"][1]["who"]["identifier"]["value"] == "anne.durand"
    sent = audit_event.resource(event("deliver", State.SENDING))
    assert [agent["type"]["coding"][0]["code"] for agent in sent["agent"]] == ["110153", "110152"]
    assert [agent["requestor"] for agent in sent["agent"]] == [True, False]


def test_a_trace_holds_what_eco_4_1_2_asks_for() -> None:
    claimed = trace.of(event("deliver", State.CLAIMED, attempt="1"))
    assert (claimed.author, claimed.action, claimed.request) == ("passerelle", Action.SEND, "SMTP MAIL RCPT DATA")
    failed = trace.of(event("deliver", State.READY, "delivery.postponed", code="451", enhanced="4.3.0"))
    assert (failed.answer, failed.outcome) == ("code=451 enhanced=4.3.0", Outcome.MINOR)
    decided = trace.of(event("operator", State.READY, "operator.retried", author="karim"))
    assert (decided.author, decided.action, decided.outcome) == ("karim", Action.DECIDE, Outcome.SUCCESS)
    assert trace.of(event("audit", State.ABSORBED, "audit.refused", author="karim")).outcome is Outcome.SERIOUS
    assert trace.of(event("deliver", State.FAILED, "delivery.rejected", code="550")).outcome is Outcome.SERIOUS


def test_a_part_that_goes_on_has_no_second_head_and_a_bundle_of_its_own() -> None:
    one = event("accept", State.RECEIVED)
    rows, bundles = WRITERS[Form.CSV], WRITERS[Form.FHIR]
    both = rows.whole([rows.one(one)]) + rows.whole([rows.one(one)], first=False) + rows.whole([], first=False)
    assert len(both.splitlines()) == 3
    Bundle.model_validate_json(bundles.whole([bundles.one(one)], first=False))
    assert "entry" not in json.loads(bundles.whole([]))
