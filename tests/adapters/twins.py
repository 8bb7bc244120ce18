"""DynamoDB and the fake of the ledger, led through the same life."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from passerelle.adapters.ledger import DynamoLedger
from passerelle.core.errors import OvertakenError, UnavailableError
from passerelle.core.receipts.delivery import Delivery, Event, noted
from passerelle.core.receipts.lifecycle import TRANSITIONS, State
from passerelle.local.cloud.clients import Cloud
from passerelle.steps.ports import Ledger
from tests.adapters import clouds
from tests.fakes import FakeLedger

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WAITS = st.none() | st.integers(-60, 900).map(lambda seconds: timedelta(seconds=seconds))
PLACES = st.integers(0, 7)

"""Of the deliveries and writes so far, one; beyond them, the last ones again."""


GONE = EndpointConnectionError(endpoint_url="https://dynamodb.example")
MET_ITSELF = ClientError(
    {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": [{"Code": "ConditionalCheckFailed"}]},
    "TransactWriteItems",
)


CONFLICT = ClientError(
    {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": [{"Code": "TransactionConflict"}]},
    "TransactWriteItems",
)


class Client:
    """DynamoDB by small pages, one of whose writes can go wrong: before it has its effect, or after."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - boto3's
        self._client = client
        self.before: Exception | None = None
        self.after: Exception | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - boto3's
        found = getattr(self._client, name)
        if name not in {"transact_write_items", "put_item", "update_item"}:
            return found

        def write(**request: Any) -> object:  # noqa: ANN401 - boto3's
            before, after, self.before, self.after = self.before, self.after, None, None
            if before:
                raise before
            answer = found(**request)
            if after:
                raise after
            return answer

        return write

    def get_paginator(self, name: str) -> Any:  # noqa: ANN401 - boto3's
        paginator = self._client.get_paginator(name)
        page = paginator.paginate
        paginator.paginate = lambda **query: page(**query, PaginationConfig={"PageSize": 2})
        return paginator


class Twins(RuleBasedStateMachine):
    """Two ledgers that are told the same."""

    cloud: Cloud

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.client = Client(self.cloud.client("dynamodb"))
        table = clouds.table(self.cloud, f"machine-{uuid.uuid4().hex}")
        self.real = DynamoLedger(self.client, table, pause=lambda _: None)  # type: ignore[arg-type]
        self.fake = FakeLedger()
        self.writes: list[tuple[Delivery, Event]] = []
        self.known: list[Delivery] = []  # each as it was at some time

    def both(self, ask: Callable[[Ledger], object]) -> object:
        """Ask both ledgers, which must answer alike."""
        said, wanted = _said(ask, self.real), _said(ask, self.fake)
        assert said == wanted
        return wanted

    def record(self, delivery: Delivery) -> None:
        event = self.event(delivery)
        if self.both(lambda ledger: ledger.record(delivery, event)) is None:
            self.writes.append((delivery, event))
            self.known.append(delivery)

    def event(self, delivery: Delivery) -> Event:
        self.now += timedelta(microseconds=1)
        return Event(
            uuid.uuid4().hex, self.now, "test", delivery.state, delivery=delivery.id, sequence=delivery.version
        )

    def next(self, place: int, way: int, wait: timedelta | None, *, fresh: bool) -> Delivery:
        """Return a state that may follow: of what a delivery is now, or of what it was when somebody looked."""
        one = self.known[place % len(self.known)]
        now = self.fake.get(one.id) if fresh else one
        ways = [now.state, *sorted(TRANSITIONS[now.state], key=str)]
        state = ways[way % len(ways)]
        busy = state in {State.CLAIMED, State.SENDING}
        wake_at = self.now + (wait if wait is not None else timedelta(minutes=15)) if wait is not None or busy else None
        return replace(noted(now), state=state, token=uuid.uuid4().hex if busy else "", wake_at=wake_at)

    @rule(state=st.sampled_from([State.RECEIVED, State.READY]), wait=WAITS, group=st.sampled_from(["", "ab12"]))
    def opens(self, state: State, wait: timedelta | None, group: str) -> None:
        wake_at = None if wait is None else self.now + wait
        opened = Delivery(uuid.uuid4().hex, state, self.now, wake_at=wake_at, group=group)
        event = self.event(opened)
        assert self.both(lambda ledger: ledger.open(opened, event)) is True
        self.known.append(opened)

    @precondition(lambda self: self.known)
    @rule(place=PLACES)
    def opens_again(self, place: int) -> None:
        again = replace(self.known[place % len(self.known)], version=0, state=State.RECEIVED, reason="again")
        event = self.event(again)
        assert self.both(lambda ledger: ledger.open(again, event)) is False

    @precondition(lambda self: self.known)
    @rule(place=PLACES, way=PLACES, wait=WAITS)
    def moves(self, place: int, way: int, wait: timedelta | None) -> None:
        self.record(self.next(place, way, wait, fresh=True))

    @precondition(lambda self: self.known)
    @rule(place=PLACES, way=PLACES)
    def moves_as_one_who_slept(self, place: int, way: int) -> None:
        """A zombie writes on the version that it knows, with its old token."""
        self.record(self.next(place, way, None, fresh=False))

    @precondition(lambda self: self.known)
    @rule(place=PLACES, way=PLACES, met=st.booleans())
    def moves_and_the_answer_is_lost(self, place: int, way: int, met: bool) -> None:  # noqa: FBT001 - drawn
        """The caller asks again, or the SDK did already, and met its own write."""
        following = self.next(place, way, timedelta(minutes=1), fresh=True)
        event = self.event(following)
        self.client.after = MET_ITSELF if met else GONE
        if not met:
            assert _said(lambda ledger: ledger.record(following, event), self.real) == (UnavailableError,)
        self.both(lambda ledger: ledger.record(following, event))
        self.writes.append((following, event))
        self.known.append(following)

    @precondition(lambda self: self.known)
    @rule(place=PLACES, way=PLACES, lost=st.booleans())
    def moves_and_the_request_is_lost_or_meets_another(self, place: int, way: int, lost: bool) -> None:  # noqa: FBT001 - drawn
        following = self.next(place, way, timedelta(minutes=1), fresh=True)
        if lost:
            self.client.before = GONE
            event = self.event(following)
            assert _said(lambda ledger: ledger.record(following, event), self.real) == (UnavailableError,)
        else:
            self.client.before = CONFLICT
        self.record(following)

    @precondition(lambda self: self.writes)
    @rule(place=PLACES)
    def writes_the_same_again(self, place: int) -> None:
        """However late, and whoever has written since."""
        delivery, event = self.writes[place % len(self.writes)]
        assert self.both(lambda ledger: ledger.record(delivery, event)) is None

    @precondition(lambda self: self.known)
    @rule(place=PLACES)
    def skips_a_version(self, place: int) -> None:
        now = self.fake.get(self.known[place % len(self.known)].id)
        self.record(replace(now, version=now.version + 2))

    @rule()
    def moves_what_is_not_there(self) -> None:
        self.record(Delivery(uuid.uuid4().hex, State.READY, self.now, version=1))

    @rule(key=st.sampled_from("xyz"), holder=st.sampled_from("abc"), lost=st.booleans())
    def claims(self, key: str, holder: str, lost: bool) -> None:  # noqa: FBT001 - drawn
        now = self.now.replace(microsecond=0)
        if lost:
            self.client.after = GONE
            _said(lambda ledger: ledger.claim(f"claim {key}", holder, now), self.real)
            self.client.after = None
        self.both(lambda ledger: ledger.claim(f"claim {key}", holder, now))

    @rule(key=st.sampled_from("xy"), member=st.sampled_from("abcdef"), most=st.integers(1, 4), lost=st.booleans())
    def gathers(self, key: str, member: str, most: int, lost: bool) -> None:  # noqa: FBT001 - drawn
        if lost:
            self.client.after = GONE
            _said(lambda ledger: ledger.gather(f"set {key}{most}", member, most, self.now), self.real)
            self.client.after = None
        self.both(lambda ledger: ledger.gather(f"set {key}{most}", member, most, self.now))

    @rule(seconds=st.sampled_from([1, 60, 900, 86_400, 86_400 * 31]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def what_is_due_is_asked(self) -> None:
        self.both(lambda ledger: sorted(ledger.due(self.now), key=lambda one: one.id))

    @precondition(lambda self: self.known)
    @rule(place=PLACES)
    def a_delivery_is_asked(self, place: int) -> None:
        name = self.known[place % len(self.known)].id
        self.both(lambda ledger: (ledger.get(name), ledger.find(name), ledger.history(name)))

    @rule()
    def what_is_unknown_is_asked(self) -> None:
        self.both(lambda ledger: (ledger.find("0" * 32), ledger.history("0" * 32)))
        self.both(lambda ledger: ledger.get("0" * 32))

    def teardown(self) -> None:
        for name in {one.id for one in self.known}:
            self.both(lambda ledger, name=name: (ledger.get(name), ledger.history(name)))  # type: ignore[misc]
        self.what_is_due_is_asked()
        days = {one.opened_at.date() for one in self.known}
        for day in days:
            self.both(lambda ledger, day=day: sorted(ledger.opened_on(day), key=lambda one: one.id))  # type: ignore[misc]
            since = datetime.combine(day, datetime.min.time(), UTC)
            for until in (since + timedelta(days=1), NOON + timedelta(microseconds=3)):
                self.both(partial(_logged, since, until))


def _logged(since: datetime, until: datetime, ledger: Ledger) -> list[Event]:
    return sorted(ledger.logged(since, until), key=lambda event: event.id)


def _said(ask: Callable[[Ledger], object], ledger: Ledger) -> object:
    """Return the answer of a ledger, or the kind of its error."""
    try:
        return ask(ledger)
    except (OvertakenError, UnavailableError) as error:
        return (type(error),)
