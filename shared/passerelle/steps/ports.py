"""What the steps need of the world; each port has one adapter and one fake of the same name."""

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from passerelle.core.errors import UnavailableError
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Dispatch, Message, Network, Opened, Written
from passerelle.core.policy import Agreement, Correspondent, Lock
from passerelle.core.receipts import chain
from passerelle.core.receipts.delivery import Delivery, Event
from passerelle.core.receipts.marks import Kind

Details = tuple[tuple[str, str], ...]
"""What an event says beside its reason: short strings without patient data."""

RECORD_TRIES = 3

Clock = Callable[[], datetime]
"""Return the time now, aware, in UTC."""

Mint = Callable[[], str]
"""Return a name that nobody ever had (a random UUID in hex): for events and attempts."""

Chance = Callable[[], float]
"""Return a random number from 0 to 1."""


class Mailroom(Protocol):
    """Where mails and envelopes lie (S3): written once, never changed."""

    def keep(self, mail: bytes) -> str:
        """Keep a mail and return its SHA-256 in hex; keeping the same bytes again changes nothing.

        MalformedError `mail.size` where it is too large to be read again.
        """

    def read(self, digest: str) -> bytes:
        """Return the mail of this SHA-256, checked."""

    def receive(self, envelope: Envelope) -> str:
        """Keep an envelope that came in and return its key; this is what wakes `accept`."""

    def received(self, minute: datetime) -> Iterator[tuple[str, str]]:
        """Yield key and id of the envelopes that came in in a minute."""

    def dispatch(self, envelope: Envelope) -> str:
        """Keep an envelope that goes out and return its key."""

    def envelope(self, key: str) -> Envelope:
        """Return the envelope of a key."""


class Ledger(Protocol):
    """The truth about every delivery (DynamoDB): state and event in one transaction."""

    def open(self, delivery: Delivery, event: Event) -> bool:
        """Write a new delivery with its first event; return False where it is there already."""

    def get(self, delivery_id: str) -> Delivery:
        """Return a delivery; UnavailableError `ledger.missing` where there is none."""

    def find(self, delivery_id: str) -> Delivery | None:
        """Return a delivery, or None where there is none."""

    def record(self, delivery: Delivery, event: Event) -> None:
        """Write the next state and its event, where `delivery.version - 1` still stands; OvertakenError otherwise.

        A write of this very event that already happened (a lost response) counts as done.
        """

    def history(self, delivery_id: str) -> tuple[Event, ...]:
        """Return the events of a delivery, oldest first."""

    def logged(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Return the events from a time until before another, in the order of time; the newest may be missing yet."""

    def due(self, now: datetime) -> Iterator[Delivery]:
        """Return the deliveries whose `wake_at` has come."""

    def claim(self, key: str, delivery_id: str, now: datetime) -> str:
        """Return the delivery that stands under a key: this one, where none has in the last 30 days."""

    def gather(self, key: str, member: str, most: int, now: datetime) -> int:
        """Add a member to the set of a key, and return how many it has; one that is full stays at `most`."""

    def opened_on(self, day: date) -> Iterator[Delivery]:
        """Return the deliveries that were opened on a day (UTC), oldest first."""


class Queue(Protocol):
    """Wake-ups for the next verb (SQS)."""

    def wake(self, verb: str, name: str, group: str = "") -> None:
        """Wake `translate`, `deliver` or `acknowledge` for a delivery, or `accept` for the key of an envelope.

        Those of a group (Delivery.group) share what the verb can do fairly with those of the others.
        """


class Agreements(Protocol):
    """The validated file that says who may write to whom."""

    def between(self, network: Network, sender: str, recipient: str) -> Agreement | None:
        """Return the agreement of a sender's address and a recipient's alias on the sender's network, if any."""

    def correspondent(self, network: Network, address: str) -> Correspondent | None:
        """Return who has this address on this network, if anybody."""


@dataclass(frozen=True, slots=True)
class RemoteIdentity:
    """A certificate whose private key stays elsewhere (KMS): its chain (PEM), its public key (DER), how to ask it."""

    chain: bytes = field(repr=False)
    public: bytes = field(repr=False)
    sign: Callable[[bytes, str], bytes] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate with its chain and its private key, PEM; `repr` shows neither, and it cannot be pickled.

    Where signing has a key of its own, it stands in `signing`; keys that mail may still be enveloped for, in `former`.
    """

    chain: bytes = field(repr=False)
    key: bytes = field(repr=False)
    signing: "Identity | RemoteIdentity | None" = field(default=None, repr=False)
    former: tuple["Identity", ...] = field(default=(), repr=False)

    def __reduce__(self) -> str:
        """Refuse to leave the process: a pickle is a file."""
        msg = "An identity is not pickled: it holds a private key."
        raise TypeError(msg)


class Keyring(Protocol):
    """Keys and certificates by name; private keys never leave the process."""

    def identity(self, name: str) -> Identity:
        """Return one of the bridge's own identities; UnavailableError `keyring.missing` where there is none."""

    def password(self, name: str) -> str:
        """Return one of the bridge's own passwords; UnavailableError `keyring.missing` where there is none."""

    def certificate(self, name: str) -> bytes:
        """Return the certificate of a correspondent, PEM."""

    def anchors(self, name: str) -> bytes:
        """Return the trust anchors of a network, PEM."""


class Cipher(Protocol):
    """The lock of a correspondent."""

    def open(self, mail: bytes, sender: Correspondent, now: datetime) -> Opened:
        """Return the mail without its lock; UntrustedError or MalformedError where it does not open."""

    def close(self, mail: bytes, agreement: Agreement, now: datetime) -> bytes:
        """Return the mail closed for the recipient of the agreement."""


class Finding(Enum):
    """What a virus scanner says of bytes."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"  # no scanner is configured


@dataclass(frozen=True, slots=True)
class Scan:
    """A finding, with the name of the virus where there is one."""

    finding: Finding
    name: str = ""


class Scanner(Protocol):
    """Who looks for viruses (ClamAV)."""

    def scan(self, content: bytes) -> Scan:
        """Return what is found in bytes; UnavailableError `scanner.…` where nobody could look: try again."""


class Outcome(Enum):
    """How an SMTP transaction ended."""

    ACCEPTED = "accepted"  # 250 after the final dot
    POSTPONED = "postponed"  # certainly not delivered; try again
    REJECTED = "rejected"  # certainly not delivered; never will be
    UNKNOWN = "unknown"  # the final dot was sent, the answer never came


@dataclass(frozen=True, slots=True)
class Reply:
    """The end of an SMTP transaction; no free text, which may hold addresses."""

    outcome: Outcome
    code: int = 0  # 0 where the peer said nothing
    enhanced: str = ""  # RFC 3463, such as 5.1.1
    queue_id: str = ""


def endless() -> float:
    """Return the seconds that are left where nothing ends."""
    return math.inf


@dataclass(frozen=True, slots=True)
class Errand:
    """What a relay is told of an attempt: its name, which the peer repeats in its own word, and the time it has."""

    name: str = ""  # empty: no word of the peer is asked for
    left: Callable[[], float] = endless  # seconds


class Relay(Protocol):
    """The way out (SMTP); a connection may stay open from one mail to the next."""

    def send(self, envelope: Envelope, mail: bytes, before_dot: Callable[[], None], errand: Errand) -> Reply:
        """Send to the one recipient of the envelope; call `before_dot` when all is sent but the final dot.

        Where `before_dot` raises, drop the connection without the dot and let its error through.
        """

    def close(self) -> None:
        """Close what is open: the invocation ends."""


class Form(Protocol):
    """A network's form of a mail: one module of core/networks."""

    def read(self, opened: Opened, /) -> Message:
        """Return what an opened mail says."""

    def write(self, message: Message, dispatch: Dispatch, /) -> Written:
        """Return the message as a mail of this network."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """Who the bridge is."""

    domain: str  # right side of its Message-IDs
    postmaster: str  # named in notices
    product: str  # référence produit, X-MSS-NIL
    mass: int = 20  # recipients of one content in a day, beyond which it waits for a person


class Marks(Protocol):
    """What makes marks (KMS): the same of the same value, and nothing that can be read back."""

    def of(self, kind: Kind, value: str) -> str:
        """Return the mark of a value."""


class Unmarked:
    """No marks: deliveries are found by their days only."""

    def of(self, _kind: Kind, _value: str) -> str:
        """Return nothing."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every step has at hand; all that `accept` and `sweep` need."""

    clock: Clock
    mint: Mint
    mailroom: Mailroom
    ledger: Ledger
    queue: Queue
    marks: Marks = field(default_factory=Unmarked)

    def event(self, actor: str, delivery: Delivery, details: Details = ()) -> Event:
        """Return the event that says why a delivery stands where it stands, chained to the one before it."""
        event = Event(self.mint(), self.clock(), actor, delivery.state, delivery.reason, details)
        return chain.linked(event, delivery)

    def open(self, actor: str, delivery: Delivery, details: Details = ()) -> None:
        """Write a new delivery with its first event; where it is there already, it stays as it is."""
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
