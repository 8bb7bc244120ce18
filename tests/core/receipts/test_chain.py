"""The written form of an event, and the chain of a delivery's events."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.errors import MalformedError, UntrustedError
from passerelle.core.receipts import chain
from passerelle.core.receipts.delivery import Delivery, Event, noted
from passerelle.core.receipts.lifecycle import State

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OPENED = Delivery("d" * 32, State.RECEIVED, NOON)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
EVENTS = st.builds(
    Event,
    id=TEXTS,
    at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants them naive
    actor=TEXTS,
    state=st.sampled_from(State),
    reason=TEXTS,
    details=st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple),
    delivery=TEXTS,
    sequence=st.integers(0, 10**6),
    previous=TEXTS,
)


def life(number: int = 4) -> list[Event]:
    """The events of a delivery, chained."""
    delivery, events = OPENED, list[Event]()
    for place in range(number):
        event = Event(f"{place:032x}", NOON + timedelta(seconds=place), "deliver", delivery.state)
        events.append(chain.linked(event, delivery))
        delivery = noted(replace(delivery, head=chain.digest(events[-1])))
    return events


def test_the_written_form_stays_for_ever() -> None:
    event = replace(life(1)[0], reason="delivery.accepted", details=(("code", "250"), ("clé", '"\n')))
    assert chain.written(event).decode() == (
        '{"actor":"deliver","at":"2026-11-22T12:00:00.000000+00:00","delivery":"dddddddddddddddddddddddddddddddd",'
        '"details":[["code","250"],["clé","\\"\\n"]],"id":"00000000000000000000000000000000",'
        '"previous":"2b3f","reason":"delivery.accepted","sequence":0,"state":"RECEIVED","v":1}'
    ).replace("2b3f", chain.anchor("d" * 32))
    assert chain.anchor("d" * 32) == "102c4747f2487e92ab15ee3aa213b35c338c9133913285d397b4e98886653e5e"


def test_strings_are_written_as_the_standard_has_them() -> None:
    """RFC 8785 §3.2.2.2: its own example."""
    event = replace(life(1)[0], reason='€$\u000f\u000aA\'B"\\\\"/')
    assert b'"reason":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"' in chain.written(event)


@settings(max_examples=60)
@given(EVENTS)
def test_an_event_comes_back_from_its_bytes(event: Event) -> None:
    assert chain.read(chain.written(event)) == event


PLAIN = st.builds(
    replace,
    EVENTS,
    delivery=st.just("d" * 32),
    previous=st.just("a" * 64),
    reason=st.text("abc.-~ []{},:", max_size=8),
    id=st.just("0"),
    actor=st.just("deliver"),
    details=st.just((("code", "250"),)),
)


@settings(max_examples=200)
@given(EVENTS | PLAIN, st.integers(0, 400), st.integers(0, 255))
def test_a_link_is_what_the_event_says_and_no_looser(event: Event, place: int, value: int) -> None:
    entry = chain.written(event)
    assert chain.link(entry) == (event.delivery, event.sequence, event.previous, event.at)
    changed = entry[:place] + bytes([value]) + entry[place + 1 :]
    try:
        found = chain.link(changed)
    except MalformedError:
        return
    read = chain.read(changed)
    assert found == (read.delivery, read.sequence, read.previous, read.at)


@pytest.mark.parametrize("at", ["2026-02-30T12:00:00.000000+00:00", "2026-11-22T24:00:00.000000+00:00"])
def test_a_time_that_never_was_is_refused(at: str) -> None:
    entry = chain.written(life(1)[0]).replace(b"2026-11-22T12:00:00.000000+00:00", at.encode())
    with pytest.raises(MalformedError):
        chain.link(entry)


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry.replace(b":", b": ", 1),
        lambda entry: entry.replace(b'"v":1', b'"v":2'),
        lambda entry: entry.replace(b'"v":1', b'"v":1.0'),
        lambda entry: entry.replace(b'"v":1', b'"v":1,"x":1'),
        lambda entry: entry.replace(b"deliver", b"\\u0064eliver", 1),
        lambda entry: entry.replace(b"RECEIVED", b"NOWHERE"),
        lambda entry: entry[:-1],
        lambda entry: entry + b"\n",
        lambda _: b"[" * 100_000,
        lambda _: b"[]",
        lambda _: b"\xff",
    ],
)
def test_an_event_in_any_other_form_is_refused(change: object) -> None:
    assert callable(change)
    entry = change(chain.written(life(1)[0]))
    for reading in (chain.read, chain.link):
        with pytest.raises(MalformedError):
            reading(entry)


def test_an_event_past_the_longest_entry_is_refused() -> None:
    event = replace(life(1)[0], reason="")
    room = chain.LONGEST - len(chain.written(event))
    assert chain.read(chain.written(replace(event, reason="x" * room))).reason == "x" * room
    with pytest.raises(MalformedError):
        chain.read(chain.written(replace(event, reason="x" * (room + 1))))


def test_the_events_of_a_delivery_are_a_chain() -> None:
    chain.check(life())
    chain.check([])


@pytest.mark.parametrize(
    "tamper",
    [
        lambda events: events[1:],
        lambda events: [events[0], *events[2:]],
        lambda events: [events[1], events[0], *events[2:]],
        lambda events: [events[0], replace(events[1], reason="changed"), *events[2:]],
        lambda events: [events[0], events[0], *events[1:]],
        lambda events: [replace(event, delivery="e" * 32) for event in events],
    ],
    ids=["headless", "deleted", "reordered", "changed", "inserted", "moved to another delivery"],
)
def test_a_chain_that_was_tampered_with_is_found(tamper: object) -> None:
    assert callable(tamper)
    with pytest.raises(UntrustedError):
        chain.check(tamper(life()))
