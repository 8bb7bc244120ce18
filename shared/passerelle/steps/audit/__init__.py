"""Answer auditors: who may ask what, one delivery, many of them, how many; each question is an event before its answer.

1. A question that cannot be recorded is not answered.
2. What somebody may not see is not there: a partner gets the same answer for another's delivery as for none.
3. A page is filled from at most LOOKS leaves of the index: an answer takes bounded time however rare what it seeks is.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import reduce
from types import MappingProxyType

from passerelle.core.errors import MalformedError, UnavailableError, UnsupportedError
from passerelle.core.receipts import persons
from passerelle.core.receipts.delivery import Delivery, Event, group
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.marks import Kind
from passerelle.core.receipts.persons import Addresses
from passerelle.core.receipts.trace import DENIED
from passerelle.steps.audit import cursor as cursors
from passerelle.steps.audit import shelves
from passerelle.steps.audit.ports import Asker, AuditDesk, By, Leaf, Question, Role, Tally

LONGEST_PAGE = 200
LEAF = 200
"""Deliveries that are looked at together."""

LOOKS = 10
"""Leaves that are looked at for one page."""

MOST_DAYS = 31
MOST_COUNTED = 5000
"""Deliveries of a day that are counted."""

ANY = "1"
"""The value of an index that has one only: what waits."""

REFUSED = "audit.refused"
"""The reason of the event of a question that this role may not ask."""

_ID = re.compile(r"[0-9a-f]{32}")


class Act(Enum):
    """What can be asked; the value is the reason of its event."""

    DELIVERY = "audit.delivery"
    SLIP = "audit.slip"
    DELIVERIES = "audit.deliveries"
    WAITING = "audit.waiting"
    SEARCH = "audit.search"
    PATIENT = "audit.patient"
    PERSONS = "audit.persons"
    VOLUMES = "audit.volumes"
    STATISTICS = "audit.statistics"
    EXPORT = "audit.export"
    DECISION = "audit.decision"


RIGHTS: Mapping[Role, frozenset[Act]] = MappingProxyType(
    {
        Role.AUDITOR: frozenset(Act) - {Act.DECISION},
        Role.OPERATOR: frozenset(Act) - {Act.EXPORT, Act.PATIENT, Act.PERSONS},
        Role.PARTNER: frozenset({Act.DELIVERY, Act.SLIP, Act.DELIVERIES, Act.SEARCH}),
    }
)


_ACTS = MappingProxyType(
    {By.DAY: Act.DELIVERIES, By.WAITING: Act.WAITING, By.PATIENT: Act.PATIENT}
)  # whatever else is a search


@dataclass(frozen=True, slots=True)
class Account:
    """One delivery with all that happened to it."""

    delivery: Delivery
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom a delivery concerns, as far as it is known, and whether some of it is forgotten: its key was destroyed."""

    addresses: Addresses
    forgotten: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Some deliveries, newest first, and the cursor of the next page; empty at the end."""

    deliveries: tuple[Delivery, ...]
    cursor: str


def may(asker: Asker, act: Act) -> bool:
    """Return whether somebody has the right to ask this."""
    return any(act in RIGHTS[role] for role in asker.roles)


def permit(desk: AuditDesk, asker: Asker, act: Act) -> None:
    """Let through who may ask this; UnsupportedError `audit.right` otherwise, and that is an event too."""
    if not may(asker, act):
        _note(desk, asker, DENIED, act.name.lower())
        raise UnsupportedError("audit.right", "This role may not ask this.")


def delivery(desk: AuditDesk, asker: Asker, delivery_id: str, act: Act = Act.DELIVERY) -> Account:
    """Return one delivery with its events; UnavailableError `ledger.missing` where there is none for this asker."""
    known = _ID.fullmatch(delivery_id)
    ask(desk, asker, act, delivery_id if known else "")
    found = desk.ledger.find(delivery_id) if known else None
    if found is None or not sees(asker, found):
        raise UnavailableError("ledger.missing", "The ledger has no delivery of this id.")
    return Account(found, desk.ledger.history(found.id))


def concerned(desk: AuditDesk, asker: Asker, delivery_id: str) -> Concerned:
    """Return whom a delivery concerns: what its events hold sealed."""
    ask(desk, asker, Act.PERSONS, delivery_id if _ID.fullmatch(delivery_id) else "")
    if not _ID.fullmatch(delivery_id) or desk.ledger.find(delivery_id) is None:
        raise UnavailableError("ledger.missing", "The ledger has no delivery of this id.")
    events = desk.ledger.history(delivery_id)
    sealed = [said for event in events for name, said in event.details if name == persons.DETAIL]
    known = [desk.persons.unseal(delivery_id, text) for text in sealed]
    whole = reduce(Addresses.joined, filter(None, known), Addresses())
    return Concerned(whole, None in known)


def deliveries(desk: AuditDesk, asker: Asker, question: Question, cursor: str = "", most: int = 50) -> Page:
    """Return a page of deliveries, newest first."""
    act = _ACTS.get(question.by, Act.SEARCH)
    place = cursors.read(question, asker, cursor)
    ask(desk, asker, act, question.value)
    most, chosen, put = min(max(most, 1), LONGEST_PAGE), list[Delivery](), shelves.narrowest(question, asker)
    if not put.value:
        return Page((), "")
    place, size = place or shelves.start(put), most if shelves.whole(put, asker) else LEAF
    for _ in range(LOOKS):
        leaf = _fitting(desk.register.leaf(put.by, put.value, place, size), put, asker, most - len(chosen))
        chosen += leaf.deliveries
        place = leaf.place
        if place is None or len(chosen) >= most:
            break
    return Page(tuple(chosen), cursors.write(question, asker, place) if place else "")


def search(desk: AuditDesk, asker: Asker, wanted: tuple[By, str], cursor: str = "", most: int = 50) -> Page:
    """Return a page of the deliveries that have to do with a value, which is marked here and kept nowhere."""
    by, value = wanted
    mark = shelves.partner(value) if by is By.PARTNER else desk.marks.of(Kind(by.value), value)
    if not mark:
        raise MalformedError("audit.value", "There is nothing to look for, or this bridge keeps no marks.")
    return deliveries(desk, asker, Question(by, mark), cursor, most)


def volumes(desk: AuditDesk, asker: Asker, until: date, days: int) -> tuple[Tally, ...]:
    """Return the deliveries of so many days, counted, oldest day first."""
    ask(desk, asker, Act.VOLUMES, f"{until.isoformat()} {days}")
    number = min(max(days, 1), MOST_DAYS)
    return tuple(desk.register.tally(until - timedelta(days=back), MOST_COUNTED) for back in reversed(range(number)))


def causes(tallies: tuple[Tally, ...], states: frozenset[State]) -> tuple[tuple[str, int], ...]:
    """Return why deliveries stand in some states, with how many do, most frequent first."""
    found = Counter[str]()
    for tally in tallies:
        for (state, reason), number in tally.counts.items():
            if state in states:
                found[reason] += number
    return tuple(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def sees(asker: Asker, found: Delivery) -> bool:
    """Return whether a delivery is there for this asker."""
    return not asker.limited or (bool(asker.domain) and group(asker.domain) in {found.group, found.origin})


def _fitting(leaf: Leaf, question: Question, asker: Asker, room: int) -> Leaf:
    """Return what of a leaf is asked for, and where the page ends if it is full before the leaf is."""
    fitting = [one for one in leaf.deliveries if _fits(one, question) and sees(asker, one)]
    if len(fitting) <= room:
        ended = bool(leaf.deliveries) and shelves.past(question, leaf.deliveries[-1])
        return Leaf(tuple(fitting), None if ended else leaf.place)
    return Leaf(tuple(fitting[:room]), cursors.place(fitting[room - 1]))


def _fits(one: Delivery, question: Question) -> bool:
    fits = question.state in {None, one.state} and one.reason.startswith(question.reason)
    return fits and not shelves.past(question, one)


def ask(desk: AuditDesk, asker: Asker, act: Act, value: str) -> None:
    """Record who asks what, before anything is answered."""
    permit(desk, asker, act)
    _note(desk, asker, act.value, value)


def _note(desk: AuditDesk, asker: Asker, reason: str, value: str) -> None:
    """Write the event of a question."""
    desk.note("audit", reason, (("author", asker.name), ("role", asker.titles), ("value", value)))
