"""The figures of a month: deliveries by domain and state, and what the X-MSS-… fields of MSSanté mails say.

1. They are counted when somebody asks, from the index of each day: no counter has to be kept right under retries, and
   an answer reads at most MOST_COUNTED deliveries a day. Beyond that it says that it is not complete, and Athena counts
   (docs/exports.md).
2. What the ledger has begun to forget is not complete either.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from passerelle.core.errors import MalformedError
from passerelle.core.receipts import persons
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.audit import MOST_COUNTED, Act, ask
from passerelle.steps.audit.ports import Asker, AuditDesk, Crossing

MOST_LINES = 2000
"""Lines of an answer, the most frequent ones."""

FIELDS = ("X-MSS-CODECDA", "X-MSS-INS", "X-MSS-NIL")


@dataclass(frozen=True, slots=True)
class Flow:
    """How many deliveries stand so between two domains; a domain is empty where no agreement was found."""

    source: str  # the network that the mail came from; empty for the bridge's notices
    sender: str
    recipient: str
    state: State
    number: int


@dataclass(frozen=True, slots=True)
class Label:
    """How often a field of MSSanté mails says something; X-MSS-CODECDA counts documents."""

    source: str
    field: str
    value: str
    number: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """The figures of a month."""

    month: str
    flows: tuple[Flow, ...]
    labels: tuple[Label, ...]
    complete: bool  # every delivery was counted, and every line is told


def statistics(desk: AuditDesk, asker: Asker, month: str) -> Statistics:
    """Return the figures of a month (UTC, YYYY-MM); MalformedError `audit.month` for none."""
    first = _first(month)
    ask(desk, asker, Act.STATISTICS, month)
    tallies = [desk.register.tally(day, MOST_COUNTED) for day in _days(first, desk.clock().date())]
    crossings = Counter[Crossing]()
    for tally in tallies:
        crossings.update(tally.crossings)
    flows, labels = _flows(crossings), _labels(crossings)
    kept = datetime.combine(first, time(), UTC) > desk.clock() - desk.kept
    told = max(len(flows), len(labels)) <= MOST_LINES
    complete = kept and told and all(tally.complete for tally in tallies)
    return Statistics(month, flows[:MOST_LINES], labels[:MOST_LINES], complete)


def _first(month: str) -> date:
    if not persons.is_month(month) or month < "2000":
        raise MalformedError("audit.month", "A month is written YYYY-MM.")
    return date.fromisoformat(f"{month}-01")


def _days(first: date, last: date) -> Iterator[date]:
    """Yield the days of a month that have begun."""
    day = first
    while day.month == first.month and day <= last:
        yield day
        day += timedelta(days=1)


def _flows(crossings: Counter[Crossing]) -> tuple[Flow, ...]:
    found = Counter[tuple[str, str, str, State]]()
    for one, number in crossings.items():
        found[one.source, one.sender, one.recipient, one.state] += number
    return tuple(Flow(*key, number) for key, number in sorted(found.items(), key=lambda one: (-one[1], str(one[0]))))


def _labels(crossings: Counter[Crossing]) -> tuple[Label, ...]:
    found = Counter[tuple[str, str, str]]()
    for one, number in crossings.items():
        for field, said in zip(FIELDS, (one.codes.split(","), [one.qualified], [one.product]), strict=True):
            for value in filter(None, said):
                found[one.source, field, value] += number
    return tuple(Label(*key, number) for key, number in sorted(found.items(), key=lambda one: (-one[1], one[0])))
