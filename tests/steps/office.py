"""The whole bridge on fakes: two people who may write to each other, a queue that redelivers, a clock that jumps."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import LocalCode, Network, Professional
from passerelle.core.policy import Agreement, Correspondent, Doubt, Lock
from passerelle.core.receipts import chain
from passerelle.core.receipts.delivery import Delivery
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.persons import DETAIL
from passerelle.steps.accept import accept
from passerelle.steps.acknowledge import acknowledge
from passerelle.steps.deliver import deliver
from passerelle.steps.ports import AcknowledgeDesk, Bridge, DeliverDesk, Desk, TranslateDesk
from passerelle.steps.sweep import sweep
from passerelle.steps.translate import translate
from tests.fakes import (
    FakeAgreements,
    FakeCipher,
    FakeClock,
    FakeForm,
    FakeLedger,
    FakeMailroom,
    FakeMarks,
    FakeMint,
    FakePersons,
    FakeQueue,
    FakeRelay,
    FakeScanner,
    Killed,
)
from tests.steps.faults import Wrapper

CANARIES = ("canari", "serin", "@")

"""What no event, no delivery and no error may hold: names, addresses."""


DOCTOR = Correspondent(
    Network.APICRYPT,
    "jean.CANARI@medical59.apicrypt.example",
    "jean.canari.59@passerelle.mssante.example",
    "Dr Jean CANARI",
    Lock.SMIME,
    Professional("CANARI", "Jean"),
    "jean.canari",
    (LocalCode("NA", "2951-2", "mmol/L"),),
)


HOSPITAL = Correspondent(
    Network.MSSANTE,
    "medecine.canari@ch-exemple.mssante.example",
    "medecine.canari.ch@passerelle.apicrypt.example",
    "CH Canari",
    Lock.CHANNEL,
    Professional("SERIN", "Claire"),
)


OUTWARD = Agreement("ch → ville", HOSPITAL, DOCTOR, Doubt.FLAG)
INWARD = Agreement("ville → ch", DOCTOR, HOSPITAL, Doubt.FLAG)
PATIENT = ("CANARI", "Camille", "1980-02-29")
OTHER = ("SERIN", "Sacha", "1981-03-01")


def letter(*patients: tuple[str | None, ...], sender: str = HOSPITAL.address, **fields: object) -> bytes:
    """Return a mail of the pretend network."""
    said = {"id": "canari@source.example", "from": sender, "patients": patients or (PATIENT,), **fields}
    return b"Locked: 0\n" + json.dumps(said).encode()


PORTS = ("clock", "mint", "mailroom", "ledger", "queue", "marks", "persons", "kept")

"""What every desk has."""


class Office:
    """Fakes, desks, and a queue that redelivers what failed."""

    def __init__(self, *agreements: Agreement, fault: Wrapper | None = None) -> None:
        self.clock, self.queue, self.ledger, self.relay = FakeClock(), FakeQueue(), FakeLedger(), FakeRelay()
        self.smime, self.channel, self.scanner = FakeCipher(), FakeCipher("channel"), FakeScanner()
        self.mailroom = FakeMailroom(self.clock, lambda key: self.queue.wakes.append(("accept", key)))
        self.agreements = FakeAgreements(*(agreements or (OUTWARD, INWARD)))
        self.persons = FakePersons()
        self.troubles: list[BaseException] = []
        wrap: Callable[[Any], Any] = fault.wrap if fault else lambda port: port
        self.desk = Desk(
            clock=self.clock,
            mint=FakeMint(),
            mailroom=wrap(self.mailroom),
            ledger=wrap(self.ledger),
            queue=wrap(self.queue),
            marks=wrap(FakeMarks()),
            persons=wrap(self.persons),
        )
        self._specialise(wrap)

    def _specialise(self, wrap: Callable[[Any], Any]) -> None:
        common = {name: getattr(self.desk, name) for name in PORTS}
        bridge = Bridge("passerelle.example", "exploitation@passerelle.example", "DEV000000")
        relay = wrap(self.relay)
        self.translating = TranslateDesk(
            **common,
            chance=lambda: 0.5,
            agreements=wrap(self.agreements),
            ciphers={Lock.SMIME: wrap(self.smime), Lock.CHANNEL: wrap(self.channel)},
            forms=dict.fromkeys(Network, wrap(FakeForm())),
            scanner=wrap(self.scanner),
            bridge=bridge,
        )
        self.delivering = DeliverDesk(**common, chance=lambda: 0.5, relays=dict.fromkeys(Network, relay))
        self.acknowledging = AcknowledgeDesk(**common, bridge=bridge)

    def post(self, mail: bytes, *recipients: str, sender: str = HOSPITAL.address) -> str:
        """Bring a mail in, as the edge does: the mail first, then its envelope; return the envelope's key."""
        network = Network.APICRYPT if sender == DOCTOR.address else Network.MSSANTE
        recipients = recipients or ((HOSPITAL if network is Network.APICRYPT else DOCTOR).alias,)
        return self.post_from(network, mail, *recipients, sender=sender)

    def post_from(self, network: Network, mail: bytes, *recipients: str, sender: str) -> str:
        """Bring a mail in on a network, whoever sends it, and return the envelope's key."""
        return self.mailroom.receive(Envelope(network, sender, recipients, self.mailroom.keep(mail)))

    def open(self, mail: bytes, *recipients: str, sender: str = HOSPITAL.address) -> Delivery:
        """Bring a mail in and accept it; return the delivery to its first recipient."""
        first, *_ = accept(self.desk, self.post(mail, *recipients, sender=sender))
        return self.ledger.get(first)

    def handle(self, verb: str, name: str) -> None:
        """Run one verb, as its function does."""
        if verb == "accept":
            accept(self.desk, name)
        elif verb == "translate":
            translate(self.translating, name)
        elif verb == "deliver":
            deliver(self.delivering, name)
        else:
            acknowledge(self.acknowledging, name)

    def pump(self) -> None:
        """Handle wake-ups until the queue is empty; what fails goes back into it."""
        for _ in range(1000):
            if not self.queue.wakes:
                return
            verb, name = self.queue.wakes.popleft()
            try:
                self.handle(verb, name)
            except (Exception, Killed) as trouble:  # noqa: BLE001 - a queue redelivers whatever happened
                self.troubles.append(trouble)
                self.queue.wakes.append((verb, name))
        message = "the queue never empties"
        raise AssertionError(message)

    def settle(self) -> None:
        """Let time pass, with a sweep whenever something is due, until nothing waits any more."""
        for _ in range(1000):
            self.pump()
            waits = [d.wake_at for d in self.ledger.everything() if d.wake_at is not None]
            if not waits:
                self.check_chains()
                return
            late = max(min(waits) - self.clock.now, timedelta()) or timedelta(minutes=1)
            self.clock.now += late
            try:
                sweep(self.desk)
            except (Exception, Killed) as trouble:  # noqa: BLE001 - the next schedule comes anyway
                self.troubles.append(trouble)
        message = "something waits for ever"
        raise AssertionError(message)

    def check_chains(self) -> None:
        """Check that the events of every delivery are a chain that ends in its state."""
        for delivery in self.ledger.everything():
            events = self.ledger.history(delivery.id)
            chain.check(events)
            assert delivery.head == chain.digest(events[-1])

    def only(self) -> Delivery:
        """Return the one delivery that there is."""
        (delivery,) = self.ledger.everything()
        return delivery

    def states(self, delivery: Delivery) -> list[State]:
        """Return the states that a delivery went through."""
        return [event.state for event in self.ledger.history(delivery.id)]

    def reasons(self, delivery: Delivery) -> list[str]:
        """Return the reasons of a delivery's events."""
        return [event.reason for event in self.ledger.history(delivery.id)]

    def said(self, delivery: Delivery) -> dict[str, str]:
        """Return the details of the last event, but for whom it concerns."""
        return {name: said for name, said in self.ledger.history(delivery.id)[-1].details if name != DETAIL}

    def sent(self) -> list[dict[str, Any]]:
        """Return the mails that arrived, notices aside, as the pretend network writes them."""
        return [
            cast("dict[str, Any]", json.loads(mail.partition(b"\n")[2]))
            for envelope, mail in self.relay.inbox
            if envelope.sender
        ]

    def all_text(self) -> str:
        """Return all that the ledger holds and all that errors say, in lower case."""
        kept = [(d, self.ledger.history(d.id)) for d in self.ledger.everything()]
        return repr((kept, [repr(trouble) for trouble in self.troubles])).casefold()

    def force(self, delivery: Delivery, state: State, **changes: Any) -> Delivery:  # noqa: ANN401 - fields
        """Put a delivery into a state that the steps take long to reach."""
        forced = replace(self.ledger.get(delivery.id), state=state, **changes)
        self.ledger._deliveries[delivery.id] = forced
        self.ledger._waking.pop(delivery.id, None)
        if forced.wake_at is not None:
            self.ledger._waking[delivery.id] = forced.wake_at
        return forced
