"""`passerelle deliveries`: the deliveries of a day, or one with all that happened to it."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from rich.markup import escape

from passerelle.core.errors import UnsupportedError
from passerelle.core.receipts.delivery import Delivery, Event
from passerelle.core.receipts.lifecycle import AT_WORK, State
from passerelle.local.commands import timeline
from passerelle.local.voice import Voice
from passerelle.steps.ports import Ledger

_FULL_ID = 32
_SHORT_ID = 12
_PAUSE = 1.0  # seconds between two looks


@dataclass(frozen=True, slots=True)
class Wish:
    """Which deliveries to show, and how."""

    id: str
    day: date
    as_json: bool = False
    follow: bool = False
    days: int = 1  # so many, back from the day
    state: State | None = None
    reason: str = ""  # the start of it


def run(voice: Voice, wish: Wish, ledger: Ledger) -> None:
    """Show the deliveries of a day, or one."""
    if not wish.id:
        _list(voice, wish, list(_chosen(ledger, wish)))
        return
    delivery = find(ledger, wish)
    if wish.as_json:
        voice.record(timeline.record(delivery, ledger.history(delivery.id)))
    else:
        _tell(voice, delivery, _events(ledger, delivery.id, follow=wish.follow))


def _chosen(ledger: Ledger, wish: Wish) -> Iterator[Delivery]:
    """Yield the deliveries that are wished for, oldest day first."""
    for back in reversed(range(wish.days)):
        for one in ledger.opened_on(wish.day - timedelta(days=back)):
            if wish.state in {None, one.state} and one.reason.startswith(wish.reason):
                yield one


def _list(voice: Voice, wish: Wish, deliveries: list[Delivery]) -> None:
    if wish.as_json:
        voice.record([timeline.record(one) for one in deliveries])
        return
    if not deliveries:
        voice.say("deliveries.none", day=wish.day.isoformat())
    clock = "%H:%M:%S" if wish.days == 1 else "%d/%m %H:%M"
    for one in deliveries:
        notice = f" ← {one.notice_of[:_SHORT_ID]}" if one.notice_of else ""
        state, reason = timeline.state(one.state), escape(one.reason)
        voice.out.print(f"{one.id[:_SHORT_ID]}  {one.opened_at:{clock}}  {state:<30} {reason}{notice}")
    _explain(voice, (one.reason for one in deliveries))


def find(ledger: Ledger, wish: Wish) -> Delivery:
    """Return the delivery of an id, or the one of that day whose id starts so."""
    if len(wish.id) == _FULL_ID:
        return ledger.get(wish.id)
    found = [one for one in ledger.opened_on(wish.day) if one.id.startswith(wish.id)]
    if len(found) != 1:
        raise UnsupportedError("deliveries.id", "No delivery of that day, or several, start so: give the whole id.")
    return found[0]


def _events(ledger: Ledger, delivery: str, *, follow: bool) -> Iterator[Event]:
    """Yield the events of a delivery; where it is followed, until nothing more is to be done."""
    seen = 0
    while True:
        events = ledger.history(delivery)
        yield from events[seen:]
        seen = len(events)
        if not follow or ledger.get(delivery).state not in AT_WORK:
            return
        time.sleep(_PAUSE)


def _tell(voice: Voice, delivery: Delivery, events: Iterator[Event]) -> None:
    voice.out.print(delivery.id)
    reasons: list[str] = []
    for event in events:
        reasons.append(event.reason)
        details = " ".join(f"{name}={value}" for name, value in event.told if not timeline.of_loss(name))
        reason = f"{escape(event.reason)}  " if event.reason else ""
        voice.out.print(
            f"{event.at:%Y-%m-%d %H:%M:%S.%f}  {event.actor:<12} {timeline.state(event.state)}  {reason}"
            f"[dim]{escape(details)}[/dim]"
        )
        for line in timeline.losses(voice, event):
            voice.out.print(f"    {escape(line)}", soft_wrap=True)
    _explain(voice, reasons)


def _explain(voice: Voice, reasons: Iterable[str]) -> None:
    if meant := timeline.explained(voice, reasons):
        voice.out.print(f"\n{meant}")
