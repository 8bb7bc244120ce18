"""Deliveries and what happened to them, as tables for people and records for programs."""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any

from rich.markup import escape
from rich.table import Table

from passerelle.core.message import Loss
from passerelle.core.receipts.delivery import Delivery, Event
from passerelle.core.receipts.lifecycle import State
from passerelle.local import phrasebook
from passerelle.local.voice import Voice

_COLOURS = {
    State.ACCEPTED: "green",
    State.RECEIPTED: "green",
    State.REFUSED: "yellow",
    State.FAILED: "red",
    State.QUARANTINED: "magenta",
    State.HELD: "magenta",
}


def table(voice: Voice, rows: Iterable[tuple[str, Delivery, tuple[Event, ...]]]) -> Table:
    """Return a table of deliveries: a name for each, where it stands, how it came there."""
    shown = Table(title=voice.text("deliveries.title"), title_justify="left")
    shown.add_column(voice.text("deliveries.name"), overflow="fold")
    shown.add_column(voice.text("deliveries.state"), no_wrap=True)
    shown.add_column(voice.text("deliveries.timeline"), overflow="fold")
    shown.add_column(voice.text("deliveries.reason"), overflow="fold")
    reasons: list[str] = []
    for name, delivery, events in rows:
        shown.add_row(escape(name), state(delivery.state), line(events), escape(delivery.reason))
        reasons.append(delivery.reason)
    shown.caption, shown.caption_justify = explained(voice, reasons) or None, "left"
    return shown


def explained(voice: Voice, reasons: Iterable[str]) -> str:
    """Return what reason codes mean, each once, a line for each; nothing in a language in which they speak."""
    meant = {code: voice.reason(code) for code in reasons}
    return "\n".join(f"{escape(code)} : {escape(sentence)}" for code, sentence in meant.items() if sentence)


def state(value: State) -> str:
    """Return a state with its colour."""
    colour = _COLOURS.get(value, "cyan")
    return f"[{colour}]{value.value}[/{colour}]"


def line(events: tuple[Event, ...]) -> str:
    """Return a timeline: each state with the time since the one before."""
    if not events:
        return ""
    steps = [events[0].state.value]
    steps += [
        f"→ {after.state.value} [dim]+{_seconds(before.at, after.at)}[/dim]" for before, after in pairwise(events)
    ]
    return " ".join(steps)


def of_loss(name: str) -> bool:
    """Tell whether a detail of an event belongs to the account of losses."""
    return name.startswith(("loss.", "at."))


def losses(voice: Voice, event: Event) -> list[str]:
    """Return what a mail lost on its way, a line for each kind: how often, where, why, what the reader gets instead."""
    details = dict(event.details)
    counts = {name.removeprefix("loss."): count for name, count in details.items() if name.startswith("loss.")}
    told = [(count, voice.loss(Loss(code, details.get(f"at.{code}", ""), "", ""))) for code, count in counts.items()]
    return [
        " ".join(filter(None, (f"- {loss.what} × {count} :", loss.where and f"{loss.where}.", loss.why, loss.instead)))
        for count, loss in told
    ]


def record(delivery: Delivery, events: tuple[Event, ...] = ()) -> dict[str, Any]:
    """Return a delivery and its events as plain values."""
    return {
        "id": delivery.id,
        "state": delivery.state.value,
        "opened_at": delivery.opened_at.isoformat(),
        "attempts": delivery.attempts,
        "reason": delivery.reason,
        "fr": phrasebook.reason(delivery.reason),
        "notice": delivery.notice,
        "notice_of": delivery.notice_of,
        "events": [
            {
                "at": event.at.isoformat(),
                "actor": event.actor,
                "state": event.state.value,
                "reason": event.reason,
                "details": dict(event.told),
            }
            for event in events
        ],
    }


def _seconds(before: datetime, after: datetime) -> str:
    return f"{(after - before).total_seconds():.2f} s"
