"""What the API says, as the OpenAPI document describes it."""

from dataclasses import asdict
from datetime import date, datetime
from enum import Enum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from passerelle.core.receipts.delivery import Delivery, Event
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.audit import Account, Concerned, Page
from passerelle.steps.audit.ports import By, Tally
from passerelle.steps.audit.statistics import Statistics
from passerelle.steps.decide import Decision

DeliveryId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="Id of a delivery")]
Cursor = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_-]*$", description="Of the page before")]
Month = Annotated[str, Field(pattern=r"^2[0-9]{3}-(0[1-9]|1[0-2])$", description="A month (UTC)")]
Reason = Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9.-]*$", description="The start of a reason code")]
Day = Annotated[
    date,
    Field(
        ge=date(2020, 1, 1),
        le=date(2999, 12, 31),
        description="A day (UTC)",
        json_schema_extra={"pattern": "^2(0[2-9]|[1-9][0-9])[0-9]-[0-9]{2}-[0-9]{2}$"},
    ),
]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Happening(_Shape):
    """One thing that happened to a delivery."""

    at: datetime
    actor: str
    state: State
    reason: str
    details: list[tuple[str, str]]

    @classmethod
    def of(cls, event: Event) -> "Happening":
        """Return the shape of an event."""
        return cls(at=event.at, actor=event.actor, state=event.state, reason=event.reason, details=list(event.told))


class Summary(_Shape):
    """One mail to one recipient, as it stands; no address, no name, no subject."""

    id: str
    state: State
    opened_at: datetime
    attempts: int
    reason: str
    notice: str = Field(description="Id of the delivery that tells the sender; empty for none")
    notice_of: str = Field(description="Of a notice: id of the delivery that it speaks of; empty for none")

    @classmethod
    def of(cls, one: Delivery) -> "Summary":
        """Return the shape of a delivery."""
        return cls(
            id=one.id,
            state=one.state,
            opened_at=one.opened_at,
            attempts=one.attempts,
            reason=one.reason,
            notice=one.notice,
            notice_of=one.notice_of,
        )


class Story(_Shape):
    """A delivery with all that happened to it, oldest first."""

    delivery: Summary
    events: list[Happening]

    @classmethod
    def of(cls, account: Account) -> "Story":
        """Return the shape of an account."""
        return cls(delivery=Summary.of(account.delivery), events=[Happening.of(one) for one in account.events])


class Proven(_Shape):
    """An event with its place in the sealed log, and the proof of it (RFC 9162 §2.1.3.1)."""

    index: int
    event: str = Field(description="As it was written and sealed: canonical JSON")
    proof: list[str] = Field(description="Hashes, base64")


class Slip(_Shape):
    """What anybody checks by `passerelle verify`, without the bridge: a delivery's events, proven."""

    v: int
    key: str = Field(description="Of the log, as C2SP writes it")
    checkpoint: str = Field(description="A signed note")
    timestamp: str = Field(description="An authority's answer about the checkpoint (RFC 3161), base64; empty for none")
    events: list[Proven]


class Persons(_Shape):
    """Whom a delivery concerns; empty where it is not known."""

    sender: str
    recipient: str = Field(description="As the sender wrote it")
    reader: str = Field(description="The address on the other network that it stands for")
    message: str = Field(description="Message-ID of the mail that came in")
    forgotten: bool = Field(description="True where the key of some of it is destroyed: nobody knows it any more")

    @classmethod
    def of(cls, concerned: Concerned) -> "Persons":
        """Return the shape of what is known."""
        return cls(**asdict(concerned.addresses), forgotten=concerned.forgotten)


class Listing(_Shape):
    """A page of deliveries, newest first."""

    deliveries: list[Summary]
    cursor: str = Field(description="Ask again with it for the next page; empty at the end")

    @classmethod
    def of(cls, page: Page) -> "Listing":
        """Return the shape of a page."""
        return cls(deliveries=[Summary.of(one) for one in page.deliveries], cursor=page.cursor)


class Count(_Shape):
    """How many deliveries of a day stand in a state for a reason."""

    state: State
    reason: str
    number: int


class Volume(_Shape):
    """The deliveries of a day, counted."""

    day: date
    counts: list[Count]
    complete: bool = Field(description="False where a day has too many to count them all")

    @classmethod
    def of(cls, tally: Tally) -> "Volume":
        """Return the shape of a tally."""
        counts = [Count(state=state, reason=reason, number=number) for (state, reason), number in tally.counts.items()]
        return cls(day=tally.day, counts=counts, complete=tally.complete)


class Volumes(_Shape):
    """The deliveries of some days, counted, oldest day first."""

    days: list[Volume]


class Flow(_Shape):
    """How many deliveries of a month stand so between two domains; one is empty where no agreement was found."""

    source: str = Field(description="Network that the mails came from; empty for notices of the bridge")
    sender: str
    recipient: str
    state: State
    number: int


class Label(_Shape):
    """How often a field of MSSanté mails says something; X-MSS-CODECDA counts documents."""

    source: str
    field: str
    value: str = Field(description="A code; `none` without the field, `other` where it says no code")
    number: int


class Figures(_Shape):
    """The figures of a month, most frequent first."""

    month: str
    flows: list[Flow]
    labels: list[Label]
    complete: bool = Field(description="False where there is too much to count or to tell, or some is forgotten")

    @classmethod
    def of(cls, found: Statistics) -> "Figures":
        """Return the shape of what was counted."""
        return cls.model_validate(asdict(found))


class Decided(_Shape):
    """What an operator decides."""

    decision: Decision


class Seeking(Enum):
    """What a value is that deliveries are looked for by."""

    SENDER = "sender"
    RECIPIENT = "recipient"  # as the sender wrote it
    READER = "reader"  # the address on the other network
    PATIENT = "patient"  # INS
    MESSAGE = "message"  # Message-ID
    PARTNER = "partner"  # the domain that deliveries go to or come from

    @property
    def kind(self) -> By:
        """Return the index that is asked."""
        return By[self.name]


class Search(_Shape):
    """A value that deliveries are looked for by: in a body, for addresses of requests are logged by many."""

    by: Seeking
    value: Annotated[str, Field(min_length=1, max_length=998)]


class Problem(_Shape):
    """What stands in the way (RFC 9457); nothing in it comes from a mail."""

    type: str
    title: str
    status: int
    code: str


class Message(_Shape):
    """What API Gateway says by itself, before the bridge is asked or where it does not answer."""

    message: str
