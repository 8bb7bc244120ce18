"""The events of a day, handed out part by part: all of them, each once, in bounded parts, and asked for as an event."""

import json
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.errors import MalformedError, UnsupportedError
from passerelle.core.receipts import chain
from passerelle.core.receipts.delivery import Event
from passerelle.core.receipts.export import WRITERS, Form
from passerelle.core.receipts.lifecycle import State
from passerelle.steps import audit
from passerelle.steps.audit import export as exporting
from passerelle.steps.audit.export import SETTLED, export
from tests.steps.asking import AUDITOR, CLOCK, DAY, OPERATOR, PARTNER, TODAY, Archive, made

START = datetime.combine(TODAY, time(), UTC)
LINES = (TODAY, Form.JSONL)


@pytest.fixture
def archive() -> Archive:
    return made()


def put(archive: Archive, number: int, at: datetime, **details: str) -> Event:
    """Put an event into the ledger."""
    one = Event(
        f"{number:032x}", at, "deliver", State.SENDING, "", tuple(details.items()), f"{number % 3:032x}", number
    )
    archive.ledger._events.setdefault(one.delivery, []).append(one)
    return one


def everything(archive: Archive, form: Form = Form.JSONL) -> tuple[list[str], int]:
    """Return the texts of all parts, and how many parts there were."""
    texts, cursor, parts = list[str](), "", 0
    while True:
        part = export(archive.desk, AUDITOR, (TODAY, form), cursor)
        texts, cursor, parts = [*texts, *part.texts], part.cursor, parts + 1
        if not cursor:
            return texts, parts


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=30), st.integers(1, 7))
def test_parts_hold_every_event_of_the_day_once_in_the_order_of_time(minutes: list[int], most: int) -> None:
    archive, patch = made(), pytest.MonkeyPatch()
    put_in = [put(archive, number, START + timedelta(minutes=at)) for number, at in enumerate(minutes)]
    put(archive, 1000, START - timedelta(microseconds=1))
    put(archive, 1001, START + timedelta(days=1))
    with patch.context() as patched:
        patched.setattr(exporting, "MOST_EVENTS", most)
        texts, parts = everything(archive)
    found = [chain.read(text.encode().rstrip()) for text in texts]
    assert sorted(one.id for one in found) == sorted(one.id for one in put_in)
    assert [one.at for one in found] == sorted(one.at for one in put_in)
    assert parts == max(1, -(-len(minutes) // most))


@pytest.mark.parametrize(("events", "parts"), [(exporting.MOST_EVENTS, 1), (exporting.MOST_EVENTS + 1, 2)])
def test_a_part_has_so_many_events(archive: Archive, events: int, parts: int) -> None:
    for number in range(events):
        put(archive, number, START + timedelta(milliseconds=number))
    texts, found = everything(archive)
    assert (len(set(texts)), found) == (events, parts)


@pytest.mark.parametrize("form", Form)
def test_a_part_has_so_many_bytes_as_lambda_answers_them(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, form: Form
) -> None:
    put_in = [put(archive, number, START + timedelta(seconds=number), value='é"\\' * 50) for number in range(6)]
    sizes = [len(json.dumps(WRITERS[form].one(one))) for one in put_in]
    monkeypatch.setattr(exporting, "LARGEST", sum(sizes[:3]))
    assert [len(text) for text in everything(archive, form)[0]] == [len(WRITERS[form].one(one)) for one in put_in]
    assert len(export(archive.desk, AUDITOR, (TODAY, form)).texts) == 3
    monkeypatch.setattr(exporting, "LARGEST", sum(sizes[:3]) - 1)
    assert len(export(archive.desk, AUDITOR, (TODAY, form)).texts) == 2
    monkeypatch.setattr(exporting, "LARGEST", 1)  # an event is never cut
    assert everything(archive, form)[1] == 6


def test_an_answer_with_the_largest_part_fits_into_what_lambda_answers() -> None:
    assert len(json.dumps({"body": "x" * exporting.LARGEST, "headers": {"x": "y" * 10_000}})) < 6 << 20


def test_what_is_younger_than_a_minute_is_not_settled(archive: Archive) -> None:
    late = put(archive, 1, CLOCK.now - SETTLED - timedelta(microseconds=1))
    put(archive, 2, CLOCK.now - SETTLED)
    assert everything(archive)[0] == [WRITERS[Form.JSONL].one(late)]


def test_a_day_to_come_has_no_events(archive: Archive) -> None:
    assert export(archive.desk, AUDITOR, (TODAY + timedelta(days=2), Form.CSV)) == exporting.Extract((), None, "")


def test_an_export_is_an_event_before_its_answer(archive: Archive) -> None:
    export(archive.desk, AUDITOR, (TODAY, Form.FHIR))
    (asked,) = archive.register.asked
    assert (asked.reason, dict(asked.details)["value"]) == ("audit.export", f"{TODAY} fhir")
    for asker in (OPERATOR, PARTNER):
        with pytest.raises(UnsupportedError) as refused:
            export(archive.desk, asker, LINES)
        assert refused.value.code == "audit.right"
    assert [event.reason for event in archive.register.asked[1:]] == ["audit.refused"] * 2


def test_a_cursor_of_another_day_or_question_is_refused(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MOST_EVENTS", 1)
    for number in range(2):
        put(archive, number, START)
        archive.put(number)
    cursor = export(archive.desk, AUDITOR, LINES).cursor
    listed = audit.deliveries(archive.desk, AUDITOR, DAY, most=1).cursor
    for day, given_ in ((TODAY - timedelta(days=1), cursor), (TODAY, listed), (TODAY, "x")):
        with pytest.raises(MalformedError) as refused:
            export(archive.desk, AUDITOR, (day, Form.JSONL), given_)
        assert refused.value.code == "audit.cursor"
