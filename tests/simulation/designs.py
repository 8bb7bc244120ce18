"""Three bridges in the same weather: ours, on its real steps, and two that people write first."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from types import SimpleNamespace
from typing import Any, Protocol

from aws_lambda_powertools.utilities.idempotency import IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyItemAlreadyExistsError,
    IdempotencyItemNotFoundError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.base import BasePersistenceLayer
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord

from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Network
from passerelle.core.policy import Ambiguity
from passerelle.core.receipts.lifecycle import AT_WORK, TOLD, WITH_A_PERSON, State
from passerelle.steps.collect import collect
from passerelle.steps.collect.ports import CollectDesk, Source
from passerelle.steps.deliver import AMBIGUOUS
from passerelle.steps.sweep import sweep
from tests.fakes import FakeClock, FakeMailbox, FakeRelay
from tests.simulation.days import Days
from tests.simulation.weather import TIMEOUT, Weather
from tests.steps.correspondence import delivered
from tests.steps.office import DOCTOR, HOSPITAL, INWARD, OTHER, OUTWARD, PATIENT, Office, letter


@dataclass(frozen=True, slots=True)
class Account:
    """What became of some mails."""

    mails: int  # as their recipients should get them
    once: int = 0
    told: int = 0  # not delivered, and the sender knows
    held: int = 0  # an operator decides
    flagged: int = 0  # extra copies that the ledger knows may exist
    unseen: int = 0  # extra copies that nobody knows of
    lost: int = 0  # not delivered, and nobody knows
    waiting: int = 0  # not ended
    faults: int = 0
    history: str = ""  # SHA-256 of all that was recorded


class Design(Protocol):
    """A bridge that mails are posted to."""

    days: Days

    def bring(self, number: int) -> None:
        """Let a mail come in."""

    def tick(self) -> None:
        """Do what a schedule does each minute."""

    def account(self) -> Account:
        """Return what became of all mails."""


class Ledgered(Office):
    """Our bridge: the real steps on fakes, every call of which may go wrong."""

    def __init__(
        self,
        seed: int,
        rate: float,
        ambiguity: Ambiguity = Ambiguity.RESEND,
        weather: Callable[[Days, float], Weather] = Weather,
    ) -> None:
        random = Random(seed)  # noqa: S311 - a simulation
        self.days = Days(random, FakeClock(), self.attempt, twice=rate)
        self.weather = weather(self.days, rate)
        super().__init__(fault=self.weather)
        self.agreements.agreements = [_with(OUTWARD, ambiguity), _with(INWARD, ambiguity)]
        self.clock = self.days.clock = _same(self.clock, self.days)
        self.mailboxes = {network: FakeMailbox() for network in Network}
        aliases = {(one.network.other, one.alias) for one in (DOCTOR, HOSPITAL)}
        self.collecting = CollectDesk(
            clock=self.clock,
            mailroom=self.desk.mailroom,
            sources=tuple(Source(one, self.weather.wrap(box), "bal@x") for one, box in self.mailboxes.items()),
            is_alias=lambda network, address: (network, address) in aliases,
            largest=1 << 20,
        )

    def handle(self, verb: str, name: str) -> None:
        """Run one verb, as its function does."""
        if verb == "sweep":
            sweep(self.desk)
        elif verb == "collect":
            collect(self.collecting)
        else:
            super().handle(verb, name)

    def attempt(self, verb: str, name: str) -> None:
        """Handle one message, then put what was woken into the queues."""
        if verb == "deliver":
            self.weather.spoil(self.relay)
        try:
            self.handle(verb, name)
        finally:
            self.drain()

    def drain(self) -> None:
        while self.queue.wakes:
            verb, name = self.queue.wakes.popleft()
            lost = self.days.random.random() < self.weather.rate
            if not lost:
                self.days.wake(verb, name)

    def bring(self, number: int) -> None:
        """Let a mail come in, of one patient or two, from either side, into a mailbox or past the edge.

        The edge has kept a mail before anything fails; a mailbox, too.
        """
        sender, recipient = (HOSPITAL, DOCTOR) if number % 2 else (DOCTOR, HOSPITAL)
        patients = (PATIENT, OTHER) if number % 10 == 0 else (PATIENT,)
        named = [(*patient[:1], f"{patient[1]} {number}", *patient[2:]) for patient in patients]
        raw = delivered(letter(*named, sender=sender.address), sender.address, recipient.alias)
        if number % 4 < 2:
            self.mailboxes[sender.network].post(raw)
            return
        self.mailroom.receive(Envelope(sender.network, sender.address, (recipient.alias,), self.mailroom.keep(raw)))
        self.drain()

    @property
    def at_work(self) -> bool:
        """Return whether something of a delivery or a mailbox is still to be done."""
        waits = any(one.wake_at and one.state in AT_WORK | TOLD for one in self.ledger.everything())
        return waits or any(box.mails for box in self.mailboxes.values())

    def tick(self) -> None:
        """Sweep and collect, as the schedule does each minute."""
        for verb in ("sweep", "collect"):
            self.days.strike(verb)
        self.drain()

    def account(self) -> Account:
        """Return what became of all mails."""
        copies = Counter(envelope.id for envelope, _ in self.relay.inbox)
        counts: Counter[str] = Counter()
        for delivery in self.ledger.everything():
            arrived = copies[self.mailroom.envelope(delivery.outgoing).id] if delivery.outgoing else 0
            flags = [event.reason for event in self.ledger.history(delivery.id)].count(AMBIGUOUS)
            counts["flagged"] += min(max(arrived - 1, 0), flags)
            counts["unseen"] += max(arrived - 1 - flags, 0)
            if delivery.notice_of:
                counts["waiting"] += delivery.state in AT_WORK
                continue
            counts[_fate(delivery.state, arrived, told=bool(delivery.notice))] += 1
            counts["mails"] += 1
        for box in self.mailboxes.values():
            counts["mails"] += len(box.mails)
            counts["held"] += len(box.flagged)
            counts["waiting"] += len(box.mails) - len(box.flagged)
        accepted = {_name(delivery.envelope) for delivery in self.ledger.everything()}
        came_in = {_name(key) for key in self.mailroom.envelopes if key.startswith("incoming/")}
        counts["lost"] += len(came_in - accepted)
        history = hashlib.sha256(repr([*self.ledger._events.items()]).encode()).hexdigest()
        return Account(**counts, faults=self.weather.faults, history=history)


def _name(key: str) -> str:
    """Return the name of an envelope, whichever minute it came in."""
    return key.rpartition("/")[2]


def _with(agreement: Any, ambiguity: Ambiguity) -> Any:  # noqa: ANN401 - an agreement
    return type(agreement)(agreement.name, agreement.sender, agreement.recipient, agreement.doubt, ambiguity)


def _same(clock: FakeClock, days: Days) -> FakeClock:
    """Let the office and the days look at one clock: that of the office, which its desks hold."""
    clock.now = days.clock.now
    return clock


def _fate(state: State, arrived: int, *, told: bool) -> str:
    if state in AT_WORK:
        return "waiting"
    if state in WITH_A_PERSON:
        return "held"
    if state in TOLD:
        return "told" if told else "lost"
    return "once" if arrived else "lost"


class CheckThenSend:
    """The first idea: look whether it was sent, send it, write that it was sent."""

    def __init__(self, seed: int, rate: float) -> None:
        self.days = Days(Random(seed), FakeClock(), self.handle, twice=rate)  # noqa: S311 - a simulation
        self.weather = Weather(self.days, rate)
        self.peer = FakeRelay()
        self.relay = self.weather.wrap(self.peer)
        self.table = self.weather.wrap(_Table())
        self.posted = 0

    def bring(self, number: int) -> None:
        """Let a mail come in: its message stands in the queue."""
        self.posted += 1
        self.days.wake("deliver", str(number))

    def tick(self) -> None:
        """Do nothing: there is no schedule."""

    def handle(self, _verb: str, name: str) -> None:
        """Send a mail that was not sent before."""
        if not self.table.known(name):
            self.send(name)
            self.table.put(name)

    def send(self, name: str) -> None:
        """Hand a mail to the peer; whatever is no 250 is an error, and the queue's business."""
        self.weather.spoil(self.peer)
        mail = name.encode()
        envelope = Envelope(Network.APICRYPT, "", (DOCTOR.address,), hashlib.sha256(mail).hexdigest())
        if self.relay.send(envelope, mail, lambda: None).outcome.value != "accepted":
            raise RuntimeError

    def account(self) -> Account:
        """Return what became of all mails: nobody is told anything, nobody can hold anything."""
        copies = Counter(mail for _, mail in self.peer.inbox)
        extra = sum(number - 1 for number in copies.values())
        lost = self.posted - len(copies)
        return Account(self.posted, once=len(copies), unseen=extra, lost=lost, faults=self.weather.faults)


class _Table:
    def __init__(self) -> None:
        self._names: set[str] = set()

    def known(self, name: str) -> bool:
        return name in self._names

    def put(self, name: str) -> None:
        self._names.add(name)


class Idempotent(CheckThenSend):
    """The second idea: the idempotency of Powertools around the send, its records kept for an hour (its default)."""

    def __init__(self, seed: int, rate: float) -> None:
        super().__init__(seed, rate)
        config = IdempotencyConfig()
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: TIMEOUT * 1000)
        config.register_lambda_context(context)  # type: ignore[arg-type]  # all that it asks of a context
        layer = _Layer(self.weather.wrap(_Records(self.days)))
        self._once = idempotent_function(data_keyword_argument="name", persistence_store=layer, config=config)(
            self._sent
        )

    def handle(self, _verb: str, name: str) -> None:
        """Send a mail under the decorator."""
        self._once(name=name)

    def _sent(self, name: str) -> str:
        self.send(name)
        return name


class _Records:
    """The table of Powertools, on virtual time: when a record ends, and when its attempt is thought dead."""

    def __init__(self, days: Days) -> None:
        self._days = days
        self._records: dict[str, tuple[DataRecord, Any, Any]] = {}

    def get(self, key: str) -> DataRecord:
        record = self._records.get(key)
        if record is None:
            raise IdempotencyItemNotFoundError
        return record[0]

    def put(self, record: DataRecord) -> None:
        now = self._days.clock.now
        found = self._records.get(record.idempotency_key)
        if found and found[1] > now and not (found[0].status == "INPROGRESS" and found[2] < now):
            raise IdempotencyItemAlreadyExistsError(old_data_record=found[0])
        ends = (now + timedelta(hours=1), now + timedelta(seconds=TIMEOUT))
        self._records[record.idempotency_key] = (record, *ends)

    def update(self, record: DataRecord) -> None:
        now = self._days.clock.now
        self._records[record.idempotency_key] = (record, now + timedelta(hours=1), now)

    def delete(self, key: str) -> None:
        self._records.pop(key, None)


class _Layer(BasePersistenceLayer):
    def __init__(self, records: Any) -> None:  # noqa: ANN401 - a port in bad weather
        super().__init__()  # type: ignore[no-untyped-call]
        self._table = records

    def _get_record(self, idempotency_key: str) -> DataRecord:
        found: DataRecord = self._table.get(idempotency_key)
        return found

    def _put_record(self, data_record: DataRecord) -> None:
        self._table.put(data_record)

    def _update_record(self, data_record: DataRecord) -> None:
        self._table.update(data_record)

    def _delete_record(self, data_record: DataRecord) -> None:
        self._table.delete(data_record.idempotency_key)
