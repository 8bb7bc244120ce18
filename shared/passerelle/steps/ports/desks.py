"""What each step has at hand."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

from passerelle.core.errors import UnavailableError
from passerelle.core.message import Network
from passerelle.core.policy import Lock
from passerelle.core.receipts import chain
from passerelle.core.receipts.delivery import Delivery, Event
from passerelle.core.receipts.persons import DETAIL, Addresses
from passerelle.steps.ports.agreements import Agreements
from passerelle.steps.ports.cipher import Cipher
from passerelle.steps.ports.clock import Chance, Clock, Mint
from passerelle.steps.ports.form import Form
from passerelle.steps.ports.ledger import KEPT, Details, Ledger, ending
from passerelle.steps.ports.mailroom import Mailroom
from passerelle.steps.ports.marks import Marks, Unmarked
from passerelle.steps.ports.persons import Persons, Unsealed
from passerelle.steps.ports.queue import Queue
from passerelle.steps.ports.relay import Relay
from passerelle.steps.ports.scanner import Scanner

RECORD_TRIES = 3


@dataclass(frozen=True, slots=True)
class Bridge:
    """Who the bridge is."""

    domain: str  # right side of its Message-IDs
    postmaster: str  # named in notices
    product: str  # référence produit, X-MSS-NIL
    mass: int = 20  # recipients of one content in a day, beyond which it waits for a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every step has at hand; all that `accept` and `sweep` need."""

    clock: Clock
    mint: Mint
    mailroom: Mailroom
    ledger: Ledger
    queue: Queue
    marks: Marks = field(default_factory=Unmarked)
    persons: Persons = field(default_factory=Unsealed)
    kept: timedelta = KEPT

    def concerning(self, delivery: Delivery, addresses: Addresses) -> Details:
        """Return the detail that bears the addresses of a delivery, sealed; none where nothing is known or sealed."""
        text = self.persons.seal(delivery.id, delivery.opened_at, addresses) if addresses != Addresses() else ""
        return ((DETAIL, text),) if text else ()

    def event(self, actor: str, delivery: Delivery, details: Details = ()) -> Event:
        """Return the event that says why a delivery stands where it stands, chained to the one before it."""
        event = Event(self.mint(), self.clock(), actor, delivery.state, delivery.reason, details)
        return chain.linked(event, delivery)

    def open(self, actor: str, delivery: Delivery, details: Details = ()) -> None:
        """Write a new delivery with its first event; where it is there already, it stays as it is."""
        delivery = replace(delivery, expires=ending(delivery.opened_at, self.kept))
        event = self.event(actor, delivery, details)
        self.ledger.open(replace(delivery, head=chain.digest(event)), event)

    def record(self, actor: str, delivery: Delivery, details: Details = ()) -> Delivery:
        """Write the next state of a delivery with its event, and return it.

        The same event is written again where no answer came: the ledger knows its own events, so that a lost answer
        is not taken for a lost race.
        """
        event = self.event(actor, delivery, details)
        delivery = replace(delivery, head=chain.digest(event))
        for _ in range(RECORD_TRIES - 1):
            with suppress(UnavailableError):
                self.ledger.record(delivery, event)
                return delivery
        self.ledger.record(delivery, event)
        return delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslateDesk(Desk):
    """What `translate` needs."""

    chance: Chance
    agreements: Agreements
    ciphers: Mapping[Lock, Cipher]
    forms: Mapping[Network, Form]
    scanner: Scanner
    bridge: Bridge


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverDesk(Desk):
    """What `deliver` needs."""

    chance: Chance
    relays: Mapping[Network, Relay]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeDesk(Desk):
    """What `acknowledge` needs."""

    bridge: Bridge
