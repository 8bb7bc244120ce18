"""One mail to one recipient, as the ledger keeps it: no address, no name, no subject."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from passerelle.core.receipts.backoff import HORIZON
from passerelle.core.receipts.lifecycle import AT_WORK, TOLD, WITH_A_PERSON, State, allows
from passerelle.core.receipts.persons import DETAIL

SILENT = "receipt.silent"
"""The reason of a delivery whose reader has not answered in the time agreed."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a delivery; `details` are short strings without patient data."""

    id: str  # unique: it also tells an attempt its own writes
    at: datetime
    actor: str  # the verb that acted: accept, translate, deliver…
    state: State
    reason: str = ""  # a stable code
    details: tuple[tuple[str, str], ...] = ()
    delivery: str = ""
    sequence: int = 0  # its place among the events of the delivery, from 0
    previous: str = ""  # hash of the event before it, or the anchor of the delivery: see chain.py

    @property
    def told(self) -> tuple[tuple[str, str], ...]:
        """Return the details that a reader is shown: all but sealed addresses, which say nothing to him."""
        return tuple((name, said) for name, said in self.details if name != DETAIL)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The state of one delivery."""

    id: str
    state: State
    opened_at: datetime
    envelope: str = ""  # key of the envelope that came in; empty for a notice
    recipient: int = 0  # place of the recipient in that envelope
    part: int = 0  # which patient of the mail, where it speaks of several
    outgoing: str = ""  # key of the envelope that goes out, once READY
    attempts: int = 0
    token: str = ""  # of the attempt that holds it
    wake_at: datetime | None = None  # next try, or end of the lease; None where nothing is to be done
    give_up_at: datetime | None = None
    reason: str = ""
    notice: str = ""  # id of the delivery that tells the sender
    notice_of: str = ""  # set on a notice: the delivery it speaks of
    asked: str = ""  # receipts that the sender wants: dsn, mdn, or both with a space between
    answer_by: datetime | None = None  # when the silence of the recipient is told to the sender
    group: str = ""  # which recipients share a queue fairly: a digest of their domain
    origin: str = ""  # the same of the sender's domain
    source: str = ""  # the network that the mail came from; empty for a notice
    sender_domain: str = ""  # of his organisation, as the agreement has it
    recipient_domain: str = ""  # same
    codes: str = ""  # X-MSS-CODECDA of the mail on the MSSanté side: see networks/labels.py
    qualified: str = ""  # X-MSS-INS
    product: str = ""  # X-MSS-NIL
    sender_mark: str = ""  # see marks.py
    recipient_mark: str = ""
    reader_mark: str = ""
    patient_mark: str = ""
    message_mark: str = ""
    expires: datetime | None = None  # when the ledger forgets it, with all its events; the archive does not
    released: bool = False  # a person let it go on: what would hold it does so no more
    resend: bool = True  # after an ambiguous attempt: send again (True), or hold for a person
    version: int = 0  # number of events before this state
    head: str = ""  # hash of the event that led to this state


def delivery_id(envelope: str, recipient: int, part: int = 0) -> str:
    """Return the id of a delivery: the same for the same mail, recipient and part, for ever."""
    return hashlib.sha256(f"{envelope}\n{recipient}\n{part}".encode()).hexdigest()[:32]


def moved(delivery: Delivery, state: State, **changes: Any) -> Delivery:  # noqa: ANN401 - fields of Delivery
    """Return the delivery in its next state; ValueError where the table does not allow it."""
    if not allows(delivery.state, state):
        msg = f"{delivery.state.value} → {state.value} is not in the table"
        raise ValueError(msg)
    return replace(delivery, state=state, version=delivery.version + 1, **changes)


def noted(delivery: Delivery, **changes: Any) -> Delivery:  # noqa: ANN401 - fields of Delivery
    """Return the delivery with something noted on it, in the state it was in."""
    return replace(delivery, state=delivery.state, version=delivery.version + 1, **changes)


def answer_by(delivery: Delivery, now: datetime) -> datetime | None:
    """Return when its reader's silence is told: he has as long from now as he had when the mail was ready."""
    if delivery.answer_by is None or delivery.give_up_at is None:
        return delivery.answer_by
    return delivery.answer_by + (now - (delivery.give_up_at - HORIZON))


def notice_id(delivery_id: str, kind: str = "failed") -> str:
    """Return the id of the notice that tells the sender one thing of a delivery: one for ever."""
    words = ("notice", delivery_id) if kind == "failed" else ("notice", delivery_id, kind)
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:32]


def group(domain: str) -> str:
    """Return the fair share that a domain's mail stands in, which names nobody."""
    return hashlib.sha256(f"group\n{domain.casefold()}".encode()).hexdigest()[:16]


def standing(day: date, state: State) -> str:
    """Return the shelf of a day's deliveries in a state: one for each end, and one for all that are at work."""
    return f"{day.isoformat()}#{'AT-WORK' if state in AT_WORK else state.value}"


def stopped(delivery: Delivery) -> bool:
    """Return whether a person must look: it is held or in quarantine, nobody was told, or its reader stays silent."""
    untold = delivery.state in TOLD and delivery.wake_at is None and not delivery.notice
    return delivery.state in WITH_A_PERSON or untold or delivery.reason == SILENT
