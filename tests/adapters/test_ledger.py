"""The contract of the ledger, on its fake, on moto and on ministack."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from passerelle.core.errors import OvertakenError, UnavailableError
from passerelle.core.receipts.delivery import moved, noted
from passerelle.core.receipts.lifecycle import State
from passerelle.local.cloud.clients import Cloud
from passerelle.steps.ports import Ledger
from tests.adapters.ledgers import NOON, a_delivery, its_event, on_dynamo, opened_in
from tests.fakes import FakeLedger

PARTS = ["fake", "moto", pytest.param("emulator", marks=pytest.mark.emulator)]


@pytest.fixture(params=PARTS)
def ledger(request: pytest.FixtureRequest) -> Ledger:
    return FakeLedger() if request.param == "fake" else on_dynamo(request.getfixturevalue(f"{request.param}_cloud"))


def test_a_delivery_comes_back_as_it_was_opened(ledger: Ledger) -> None:
    delivery = opened_in(ledger, envelope="inbox/x.json", recipient=3, part=1, give_up_at=NOON + timedelta(days=5))
    assert ledger.get(delivery.id) == delivery


def test_a_delivery_is_opened_once(ledger: Ledger) -> None:
    first = opened_in(ledger, reason="first")
    again = replace(first, reason="again")
    assert not ledger.open(again, its_event(again))
    assert ledger.get(first.id) == first
    assert len(ledger.history(first.id)) == 1


def test_an_unknown_delivery_is_missing(ledger: Ledger) -> None:
    with pytest.raises(UnavailableError) as caught:
        ledger.get("0" * 32)
    assert caught.value.code == "ledger.missing"


def test_state_and_event_are_written_together(ledger: Ledger) -> None:
    opened = opened_in(ledger)
    ready = moved(opened, State.READY, outgoing="outbox/y.json", wake_at=None)
    event = its_event(ready, details=(("losses", "2"), ("mail", "ab")))
    ledger.record(ready, event)
    assert ledger.get(opened.id) == ready
    assert ledger.history(opened.id)[1:] == (event,)


def test_history_is_in_the_order_of_versions(ledger: Ledger) -> None:
    delivery = opened_in(ledger)
    for number in range(12):
        delivery = noted(delivery, reason=f"note.{number}")
        ledger.record(delivery, its_event(delivery, reason=f"note.{number}"))
    assert [event.reason for event in ledger.history(delivery.id)] == ["", *(f"note.{n}" for n in range(12))]


def test_who_comes_too_late_is_overtaken(ledger: Ledger) -> None:
    opened = opened_in(ledger)
    ready, refused = moved(opened, State.READY), moved(opened, State.REFUSED)
    ledger.record(ready, its_event(ready))
    with pytest.raises(OvertakenError):
        ledger.record(refused, its_event(refused))
    assert ledger.get(opened.id) == ready
    assert len(ledger.history(opened.id)) == 2


def test_a_version_cannot_be_skipped(ledger: Ledger) -> None:
    opened = opened_in(ledger)
    far = replace(moved(opened, State.READY), version=2)
    with pytest.raises(OvertakenError):
        ledger.record(far, its_event(far))


def test_the_same_write_again_counts_as_done_even_after_others(ledger: Ledger) -> None:
    opened = opened_in(ledger)
    ready = moved(opened, State.READY)
    event = its_event(ready)
    ledger.record(ready, event)
    ledger.record(ready, event)
    later = noted(ready, reason="later")
    ledger.record(later, its_event(later))
    ledger.record(ready, event)
    assert ledger.get(opened.id) == later
    assert len(ledger.history(opened.id)) == 3


def test_due_is_what_has_something_to_be_done_by_now(ledger: Ledger) -> None:
    due = {opened_in(ledger, wake_at=NOON - timedelta(seconds=number)).id for number in range(20)}
    opened_in(ledger, wake_at=NOON + timedelta(microseconds=1))
    opened_in(ledger, wake_at=None)
    assert {delivery.id for delivery in ledger.due(NOON)} == due


def test_what_has_ended_is_due_no_more(ledger: Ledger) -> None:
    opened = opened_in(ledger)
    ended = moved(opened, State.REFUSED, wake_at=None)
    ledger.record(ended, its_event(ended))
    assert list(ledger.due(NOON)) == []


def test_a_day_is_of_utc_and_in_order(ledger: Ledger) -> None:
    paris = datetime.fromisoformat("2026-11-22T00:30:00+01:00")  # still the 21st
    before = opened_in(ledger, opened_at=paris)
    late, early = opened_in(ledger, opened_at=NOON), opened_in(ledger, opened_at=NOON - timedelta(microseconds=1))
    assert list(ledger.opened_on(date(2026, 11, 22))) == [early, late]
    assert [delivery.id for delivery in ledger.opened_on(date(2026, 11, 21))] == [before.id]


def test_events_are_logged_by_their_time_over_days_and_parts(ledger: Ledger) -> None:
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    times = [midnight + timedelta(minutes=minutes) for minutes in range(-30, 30, 3)]
    for at in reversed(times):
        delivery = a_delivery(opened_at=at)
        ledger.open(delivery, its_event(delivery, at=at))
    since, until = times[2], times[-2]
    assert [event.at for event in ledger.logged(since, until)] == times[2:-2]
    assert {event.previous for event in ledger.logged(since, until)} == {""}
    assert list(ledger.logged(until, until)) == []


def test_a_long_log_comes_back_whole_and_in_order(ledger: Ledger) -> None:
    delivery = opened_in(ledger)
    for number in range(20):
        delivery = noted(delivery)
        details = (("x", "x" * 60_000),)
        ledger.record(delivery, its_event(delivery, at=NOON + timedelta(seconds=number), details=details))
    found = list(ledger.logged(NOON, NOON + timedelta(hours=1)))
    assert [event.sequence for event in found] == list(range(21))


def test_more_than_a_page_comes_back_whole(ledger: Ledger) -> None:
    """DynamoDB answers at most 1 MB at once."""
    made = {opened_in(ledger, reason="x" * 60_000).id for _ in range(20)}
    assert {delivery.id for delivery in ledger.opened_on(NOON.date())} == made
    assert {delivery.id for delivery in ledger.due(NOON)} == made


def test_a_long_history_comes_back_whole(ledger: Ledger) -> None:
    delivery = opened_in(ledger)
    for _ in range(20):
        delivery = noted(delivery)
        ledger.record(delivery, its_event(delivery, details=(("x", "x" * 60_000),)))
    assert len(ledger.history(delivery.id)) == 21


@pytest.mark.emulator
def test_of_many_attempts_at_once_one_wins(emulator_cloud: Cloud) -> None:
    ledger = on_dynamo(emulator_cloud)
    opened = opened_in(ledger)

    def attempt(_: int) -> bool:
        ready = moved(opened, State.READY)
        try:
            ledger.record(ready, its_event(ready))
        except OvertakenError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(24))) == 1
    assert len(ledger.history(opened.id)) == 2
