"""A delivery and an event survive their items in DynamoDB."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.adapters import entries
from passerelle.core.receipts.delivery import Delivery
from passerelle.core.receipts.lifecycle import State
from tests.adapters.ledgers import its_event

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
    event = its_event(delivery, reason=delivery.reason, at=delivery.opened_at, details=tuple(details))
    assert entries.to_event(entries.of_event(delivery, event)) == event


@settings(max_examples=60)
@given(MOMENTS, MOMENTS)
def test_the_order_of_moments_is_the_order_of_their_text(one: datetime, other: datetime) -> None:
    assert (one < other) == (entries.moment(one) < entries.moment(other))


def test_places_are_in_order() -> None:
    places = [entries.place(number) for number in range(200)]
    assert places == sorted(places)
