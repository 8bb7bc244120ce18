"""The contract of the ledger, on its fake, on moto and on ministack; then what only DynamoDB can get wrong."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.adapters import entries
from passerelle.adapters.ledger import DynamoLedger
from passerelle.core.errors import OvertakenError, UnavailableError
from passerelle.core.receipts.delivery import Delivery, Event, moved, noted
from passerelle.core.receipts.lifecycle import State
from passerelle.local.cloud.clients import Cloud
from passerelle.steps.ports import Ledger
from tests.adapters import clouds
from tests.fakes import FakeLedger

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PARTS = ["fake", "moto", pytest.param("emulator", marks=pytest.mark.emulator)]


@pytest.fixture(params=PARTS)
def ledger(request: pytest.FixtureRequest) -> Ledger:
    return FakeLedger() if request.param == "fake" else _dynamo(request.getfixturevalue(f"{request.param}_cloud"))


@pytest.fixture
def on_moto(moto_cloud: Cloud) -> DynamoLedger:
    return _dynamo(moto_cloud)


def _dynamo(cloud: Cloud) -> DynamoLedger:
    name = clouds.table(cloud, f"ledger-{uuid.uuid4().hex}")
    return DynamoLedger(cloud.client("dynamodb"), name, pause=lambda _: None)


def _delivery(**changes: Any) -> Delivery:  # noqa: ANN401 - fields of Delivery
    return replace(Delivery(uuid.uuid4().hex, State.RECEIVED, NOON, wake_at=NOON), **changes)


def _event(delivery: Delivery, **changes: Any) -> Event:  # noqa: ANN401 - fields of Event
    event = Event(uuid.uuid4().hex, NOON, "accept", delivery.state, delivery=delivery.id, sequence=delivery.version)
    return replace(event, **changes)


def _opened(ledger: Ledger, **changes: Any) -> Delivery:  # noqa: ANN401 - fields of Delivery
    delivery = _delivery(**changes)
    assert ledger.open(delivery, _event(delivery))
    return delivery


def test_a_delivery_comes_back_as_it_was_opened(ledger: Ledger) -> None:
    delivery = _opened(ledger, envelope="inbox/x.json", recipient=3, part=1, give_up_at=NOON + timedelta(days=5))
    assert ledger.get(delivery.id) == delivery


def test_a_delivery_is_opened_once(ledger: Ledger) -> None:
    first = _opened(ledger, reason="first")
    again = replace(first, reason="again")
    assert not ledger.open(again, _event(again))
    assert ledger.get(first.id) == first
    assert len(ledger.history(first.id)) == 1


def test_an_unknown_delivery_is_missing(ledger: Ledger) -> None:
    with pytest.raises(UnavailableError) as caught:
        ledger.get("0" * 32)
    assert caught.value.code == "ledger.missing"


def test_state_and_event_are_written_together(ledger: Ledger) -> None:
    opened = _opened(ledger)
    ready = moved(opened, State.READY, outgoing="outbox/y.json", wake_at=None)
    event = _event(ready, details=(("losses", "2"), ("mail", "ab")))
    ledger.record(ready, event)
    assert ledger.get(opened.id) == ready
    assert ledger.history(opened.id)[1:] == (event,)


def test_history_is_in_the_order_of_versions(ledger: Ledger) -> None:
    delivery = _opened(ledger)
    for number in range(12):
        delivery = noted(delivery, reason=f"note.{number}")
        ledger.record(delivery, _event(delivery, reason=f"note.{number}"))
    assert [event.reason for event in ledger.history(delivery.id)] == ["", *(f"note.{n}" for n in range(12))]


def test_who_comes_too_late_is_overtaken(ledger: Ledger) -> None:
    opened = _opened(ledger)
    ready, refused = moved(opened, State.READY), moved(opened, State.REFUSED)
    ledger.record(ready, _event(ready))
    with pytest.raises(OvertakenError):
        ledger.record(refused, _event(refused))
    assert ledger.get(opened.id) == ready
    assert len(ledger.history(opened.id)) == 2


def test_a_version_cannot_be_skipped(ledger: Ledger) -> None:
    opened = _opened(ledger)
    far = replace(moved(opened, State.READY), version=2)
    with pytest.raises(OvertakenError):
        ledger.record(far, _event(far))


def test_the_same_write_again_counts_as_done_even_after_others(ledger: Ledger) -> None:
    opened = _opened(ledger)
    ready = moved(opened, State.READY)
    event = _event(ready)
    ledger.record(ready, event)
    ledger.record(ready, event)
    later = noted(ready, reason="later")
    ledger.record(later, _event(later))
    ledger.record(ready, event)
    assert ledger.get(opened.id) == later
    assert len(ledger.history(opened.id)) == 3


def test_due_is_what_has_something_to_be_done_by_now(ledger: Ledger) -> None:
    due = {_opened(ledger, wake_at=NOON - timedelta(seconds=number)).id for number in range(20)}
    _opened(ledger, wake_at=NOON + timedelta(microseconds=1))
    _opened(ledger, wake_at=None)
    assert {delivery.id for delivery in ledger.due(NOON)} == due


def test_what_has_ended_is_due_no_more(ledger: Ledger) -> None:
    opened = _opened(ledger)
    ended = moved(opened, State.REFUSED, wake_at=None)
    ledger.record(ended, _event(ended))
    assert list(ledger.due(NOON)) == []


def test_a_day_is_of_utc_and_in_order(ledger: Ledger) -> None:
    paris = datetime.fromisoformat("2026-11-22T00:30:00+01:00")  # still the 21st
    before = _opened(ledger, opened_at=paris)
    late, early = _opened(ledger, opened_at=NOON), _opened(ledger, opened_at=NOON - timedelta(microseconds=1))
    assert list(ledger.opened_on(date(2026, 11, 22))) == [early, late]
    assert [delivery.id for delivery in ledger.opened_on(date(2026, 11, 21))] == [before.id]


def test_events_are_logged_by_their_time_over_days_and_parts(ledger: Ledger) -> None:
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    times = [midnight + timedelta(minutes=minutes) for minutes in range(-30, 30, 3)]
    for at in reversed(times):
        delivery = _delivery(opened_at=at)
        ledger.open(delivery, _event(delivery, at=at))
    since, until = times[2], times[-2]
    assert [event.at for event in ledger.logged(since, until)] == times[2:-2]
    assert {event.previous for event in ledger.logged(since, until)} == {""}
    assert list(ledger.logged(until, until)) == []


def test_a_long_log_comes_back_whole_and_in_order(ledger: Ledger) -> None:
    delivery = _opened(ledger)
    for number in range(20):
        delivery = noted(delivery)
        details = (("x", "x" * 60_000),)
        ledger.record(delivery, _event(delivery, at=NOON + timedelta(seconds=number), details=details))
    found = list(ledger.logged(NOON, NOON + timedelta(hours=1)))
    assert [event.sequence for event in found] == list(range(21))


def test_more_than_a_page_comes_back_whole(ledger: Ledger) -> None:
    """DynamoDB answers at most 1 MB at once."""
    made = {_opened(ledger, reason="x" * 60_000).id for _ in range(20)}
    assert {delivery.id for delivery in ledger.opened_on(NOON.date())} == made
    assert {delivery.id for delivery in ledger.due(NOON)} == made


def test_a_long_history_comes_back_whole(ledger: Ledger) -> None:
    delivery = _opened(ledger)
    for _ in range(20):
        delivery = noted(delivery)
        ledger.record(delivery, _event(delivery, details=(("x", "x" * 60_000),)))
    assert len(ledger.history(delivery.id)) == 21


@pytest.mark.emulator
def test_of_many_attempts_at_once_one_wins(emulator_cloud: Cloud) -> None:
    ledger = _dynamo(emulator_cloud)
    opened = _opened(ledger)

    def attempt(_: int) -> bool:
        ready = moved(opened, State.READY)
        try:
            ledger.record(ready, _event(ready))
        except OvertakenError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(24))) == 1
    assert len(ledger.history(opened.id)) == 2


class _Line:
    """A client whose transactions meet faults, one for each call, before or after they have their effect."""

    def __init__(self, client: "DynamoDBClient", *faults: tuple[str, Exception]) -> None:
        self._client, self._faults = client, iter(faults)

    def __getattr__(self, name: str) -> object:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> object:  # noqa: ANN401 - boto3's
        when, fault = next(self._faults, ("", None))
        answer = None if when == "before" else self._client.transact_write_items(**request)
        if fault:
            raise fault
        return answer


def _cancelled(reason: str) -> ClientError:
    response: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": [{"Code": reason}]}
    return ClientError(response, "TransactWriteItems")


GONE = EndpointConnectionError(endpoint_url="https://dynamodb.example")


def _faulty(ledger: DynamoLedger, *faults: tuple[str, Exception]) -> DynamoLedger:
    client: Any = _Line(ledger.client, *faults)
    return replace(ledger, client=client)


def test_a_lost_answer_is_not_a_lost_race(on_moto: DynamoLedger) -> None:
    """The SDK sends again after a lost answer, and meets its own write."""
    opened = _opened(on_moto)
    ready = moved(opened, State.READY)
    _faulty(on_moto, ("after", _cancelled("ConditionalCheckFailed"))).record(ready, _event(ready))
    assert on_moto.get(opened.id) == ready


def test_an_opening_whose_answer_was_lost_is_ours(on_moto: DynamoLedger) -> None:
    delivery = _delivery()
    assert _faulty(on_moto, ("after", _cancelled("ConditionalCheckFailed"))).open(delivery, _event(delivery))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_ledger_that_does_not_answer_can_be_asked_again(on_moto: DynamoLedger, when: str) -> None:
    opened = _opened(on_moto)
    ready = moved(opened, State.READY)
    event = _event(ready)
    ledger = _faulty(on_moto, (when, GONE))
    with pytest.raises(UnavailableError):
        ledger.record(ready, event)
    ledger.record(ready, event)
    assert on_moto.get(opened.id) == ready
    assert len(on_moto.history(opened.id)) == 2


def test_a_transaction_that_meets_another_is_run_again(on_moto: DynamoLedger) -> None:
    opened = _opened(on_moto)
    ready = moved(opened, State.READY)
    conflicts = [("before", _cancelled("TransactionConflict"))] * 5
    _faulty(on_moto, *conflicts).record(ready, _event(ready))
    assert on_moto.get(opened.id) == ready


def test_a_sixth_conflict_is_left_to_the_caller(on_moto: DynamoLedger) -> None:
    ready = moved(_opened(on_moto), State.READY)
    with pytest.raises(UnavailableError):
        _faulty(on_moto, *[("before", _cancelled("TransactionConflict"))] * 6).record(ready, _event(ready))


def test_the_state_is_found_by_text_only_while_something_is_to_be_done() -> None:
    assert "wake_shard" in entries.of_delivery(_delivery())
    assert {"wake_shard", "wake_at"}.isdisjoint(entries.of_delivery(_delivery(wake_at=None)))


TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants them naive
COUNTS = st.integers(0, 10**6)
DELIVERIES: st.SearchStrategy[Delivery] = st.builds(
    Delivery,
    id=TEXTS,
    state=st.sampled_from(State),
    opened_at=MOMENTS,
    envelope=TEXTS,
    recipient=COUNTS,
    part=COUNTS,
    outgoing=TEXTS,
    attempts=COUNTS,
    token=TEXTS,
    wake_at=st.none() | MOMENTS,
    give_up_at=st.none() | MOMENTS,
    reason=TEXTS,
    notice=TEXTS,
    notice_of=TEXTS,
    resend=st.booleans(),
    version=COUNTS,
)


@settings(max_examples=60)
@given(DELIVERIES)
def test_a_delivery_survives_its_item(delivery: Delivery) -> None:
    assert entries.to_delivery(entries.of_delivery(delivery)) == delivery


@settings(max_examples=60)
@given(DELIVERIES, st.lists(st.tuples(TEXTS, TEXTS), max_size=4))
def test_an_event_survives_its_item(delivery: Delivery, details: list[tuple[str, str]]) -> None:
    event = _event(delivery, reason=delivery.reason, at=delivery.opened_at, details=tuple(details))
    assert entries.to_event(entries.of_event(delivery, event)) == event


@settings(max_examples=60)
@given(MOMENTS, MOMENTS)
def test_the_order_of_moments_is_the_order_of_their_text(one: datetime, other: datetime) -> None:
    assert (one < other) == (entries.moment(one) < entries.moment(other))


def test_places_are_in_order() -> None:
    places = [entries.place(number) for number in range(200)]
    assert places == sorted(places)
