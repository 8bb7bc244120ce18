"""A bridge in the weather: ours, on its real steps."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Network
from passerelle.core.policy import Ambiguity
from passerelle.core.receipts.lifecycle import AT_WORK, TOLD, WITH_A_PERSON, State
from passerelle.steps.collect import collect
from passerelle.steps.collect.ports import CollectDesk, Source
from passerelle.steps.deliver import AMBIGUOUS
from passerelle.steps.sweep import sweep
from tests.fakes import FakeClock, FakeMailbox, FakeRegister
from tests.simulation.days import Days
from tests.simulation.weather import Weather
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
        self.agreements.agreements = [with_faults(OUTWARD, ambiguity), with_faults(INWARD, ambiguity)]
        self.clock = self.days.clock = same_mail(self.clock, self.days)
        self.mailboxes = {network: FakeMailbox() for network in Network}
        aliases = {(one.network.other, one.alias) for one in (DOCTOR, HOSPITAL)}
        self.collecting = CollectDesk(
            clock=self.clock,
            mailroom=self.desk.mailroom,
            sources=tuple(Source(one, self.weather.wrap(box), "bal@x") for one, box in self.mailboxes.items()),
            is_alias=lambda network, address: (network, address) in aliases,
            largest=1 << 20,
            mint=self.desk.mint,
            diary=self.weather.wrap(FakeRegister(self.ledger)),
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
            counts[fate_of(delivery.state, arrived, told=bool(delivery.notice))] += 1
            counts["mails"] += 1
        for box in self.mailboxes.values():
            counts["mails"] += len(box.mails)
            counts["held"] += len(box.flagged)
            counts["waiting"] += len(box.mails) - len(box.flagged)
        accepted = {name_of(delivery.envelope) for delivery in self.ledger.everything()}
        came_in = {name_of(key) for key in self.mailroom.envelopes if key.startswith("incoming/")}
        counts["lost"] += len(came_in - accepted)
        history = hashlib.sha256(repr([*self.ledger._events.items()]).encode()).hexdigest()
        return Account(**counts, faults=self.weather.faults, history=history)


def name_of(key: str) -> str:
    """Return the name of an envelope, whichever minute it came in."""
    return key.rpartition("/")[2]


def with_faults(agreement: Any, ambiguity: Ambiguity) -> Any:  # noqa: ANN401 - an agreement
    return type(agreement)(agreement.name, agreement.sender, agreement.recipient, agreement.doubt, ambiguity)


def same_mail(clock: FakeClock, days: Days) -> FakeClock:
    """Let the office and the days look at one clock: that of the office, which its desks hold."""
    clock.now = days.clock.now
    return clock


def fate_of(state: State, arrived: int, *, told: bool) -> str:
    if state in AT_WORK:
        return "waiting"
    if state in WITH_A_PERSON:
        return "held"
    if state in TOLD:
        return "told" if told else "lost"
    return "once" if arrived else "lost"
