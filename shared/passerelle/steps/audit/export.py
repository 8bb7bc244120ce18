"""Hand the events of a day out, all of them, questions too: in the order of time, each once, part by part.

1. Each part is a question of its own, and an event before its answer.
2. A part has at most MOST_EVENTS, and at most LARGEST bytes of JSON: Lambda answers no more than 6 MB.
3. What is younger than SETTLED is not in it yet: the index lags behind the ledger by moments.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from passerelle.core.receipts import chain
from passerelle.core.receipts.delivery import Event
from passerelle.core.receipts.export import WRITERS, Form
from passerelle.steps.audit import Act, ask
from passerelle.steps.audit import cursor as cursors
from passerelle.steps.audit.ports import Asker, AuditDesk, By, Place, Question

MOST_EVENTS = 5000
LARGEST = 5 << 20
"""Bytes of the texts of a part, written as a string of JSON in ASCII; one event alone may not be larger (DynamoDB)."""

SETTLED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Extract:
    """A part of an export: the text of each event, and the cursor of the next part; empty at the end."""

    texts: tuple[str, ...]
    until: datetime | None  # the time of the last one
    cursor: str


def export(desk: AuditDesk, asker: Asker, wish: tuple[date, Form], cursor: str = "") -> Extract:
    """Return a part of the events of a day (UTC), oldest first."""
    day, form = wish
    question = Question(By.DAY, day.isoformat(), reason=Act.EXPORT.value)
    after = cursors.read(question, asker, cursor)
    ask(desk, asker, Act.EXPORT, f"{question.value} {form.value}")
    texts, last, size, following = list[str](), after, 0, ""
    for place, event in _events(desk, day, after):
        text = WRITERS[form].one(event)
        size += len(json.dumps(text))
        if last and texts and (len(texts) >= MOST_EVENTS or size > LARGEST):
            following = cursors.write(question, asker, last)
            break
        texts.append(text)
        last = place
    return Extract(tuple(texts), last.opened_at if last else None, following)


def _events(desk: AuditDesk, day: date, after: Place | None) -> Iterator[tuple[Place, Event]]:
    """Yield the events of a day after a place; those of one moment in an order that stays."""
    start = datetime.combine(day, time(), UTC)
    until = min(start + timedelta(1), desk.clock() - SETTLED)
    since = after.opened_at if after else start
    for at, together in groupby(desk.ledger.logged(since, until), key=lambda event: event.at):
        placed = {f"{event.sequence:08x}{chain.digest(event)[:24]}": event for event in together}
        for name in sorted(placed):
            if after is None or (at, name) > (after.opened_at, after.id):
                yield Place(at, name), placed[name]
