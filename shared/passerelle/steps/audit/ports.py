"""What `audit` needs of the world, and the forms of its questions and answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import NamedTuple, Protocol

from passerelle.core.receipts.archive import Files
from passerelle.core.receipts.delivery import Delivery, Event
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.marks import Kind
from passerelle.core.receipts.verification import CheckStamp
from passerelle.steps.ports import (
    KEPT,
    Clock,
    Details,
    Diary,
    Ledger,
    Marks,
    Mint,
    Persons,
    Unmarked,
    Unsealed,
    alone,
    ending,
)


class Role(Enum):
    """What somebody is to the bridge: it decides what may be asked."""

    AUDITOR = "auditor"  # sees everything, changes nothing
    OPERATOR = "operator"  # sees everything but patients, and decides
    PARTNER = "partner"  # sees what goes to its own domain


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a name of the site's own directory, what he is, and, of a partner, the domain."""

    name: str
    roles: frozenset[Role]
    domain: str = ""

    @property
    def limited(self) -> bool:
        """Return whether he sees his own domain only."""
        return self.roles <= {Role.PARTNER}

    @property
    def titles(self) -> str:
        """Return what he is, in words."""
        return " ".join(sorted(role.value for role in self.roles))


class By(Enum):
    """What deliveries are looked for by: each is an index of the ledger, asked once for a leaf."""

    DAY = "day"  # the day (UTC) on which they were opened
    STANDING = "standing"  # the day with the state; those at work stand together
    WAITING = "waiting"  # those that only a person moves on
    PARTNER = "partner"  # the fair share (Delivery.group) of the domain that they go to or come from: two indexes
    SENDER = Kind.SENDER.value
    RECIPIENT = Kind.RECIPIENT.value
    READER = Kind.READER.value
    PATIENT = Kind.PATIENT.value
    MESSAGE = Kind.MESSAGE.value


@dataclass(frozen=True, slots=True)
class Question:
    """Which deliveries: by what, its value, and what they are narrowed to."""

    by: By
    value: str
    state: State | None = None
    reason: str = ""  # the start of it
    day: str = ""  # of a partner's deliveries: those of one day only


@dataclass(frozen=True, slots=True)
class Place:
    """How far a question has been answered: the last delivery that was looked at."""

    opened_at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """What an index gives at once: deliveries, newest first, and where to go on; None at the end."""

    deliveries: tuple[Delivery, ...]
    place: Place | None


class Crossing(NamedTuple):
    """What the figures of a month count by: where from, where to, how it stands, what the X-MSS-… fields say."""

    source: str  # network; empty for a notice
    sender: str  # domain
    recipient: str  # domain
    state: State
    codes: str
    qualified: str
    product: str

    @classmethod
    def of(cls, one: Delivery) -> "Crossing":
        """Return how a delivery is counted."""
        between = (one.source, one.sender_domain, one.recipient_domain)
        return cls(*between, one.state, one.codes, one.qualified, one.product)


@dataclass(frozen=True, slots=True)
class Tally:
    """The deliveries of one day, counted by state and reason; where they are too many, the first ones only."""

    day: date
    counts: Mapping[tuple[State, str], int] = field(default_factory=dict)
    complete: bool = True
    crossings: Mapping[Crossing, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Return how many were counted."""
        return sum(self.counts.values())


class Register(Diary, Protocol):
    """The ledger, as a reader turns its pages (DynamoDB)."""

    def leaf(self, by: By, value: str, after: Place | None, most: int) -> Leaf:
        """Return up to `most` deliveries of an index, newest first, after a place."""

    def tally(self, day: date, most: int) -> Tally:
        """Return the deliveries of a day, counted; at most so many, the rest untold."""

    def note(self, event: Event, expires: datetime) -> None:
        """Write an event that belongs to no delivery: somebody has asked. The ledger forgets it some day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDesk:
    """What `audit` needs."""

    clock: Clock
    mint: Mint
    ledger: Ledger
    register: Register
    marks: Marks = field(default_factory=Unmarked)
    archive: Files | None = None  # where events are sealed
    stamps: Callable[[], CheckStamp] | None = None  # what timestamps of seals are checked by
    sealing: timedelta = timedelta(0)  # how old an event is before it is sealed
    persons: Persons = field(default_factory=Unsealed)
    kept: timedelta = KEPT

    def note(self, actor: str, reason: str, details: Details) -> None:
        """Write an event that stands alone, in the form of a delivery's first."""
        event = alone(actor, reason, details, self.mint, self.clock())
        self.register.note(event, ending(event.at, self.kept))
