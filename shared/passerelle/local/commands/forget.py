"""`passerelle forget`: which months' addresses can still be opened; destroy the key of one, for ever."""

import typer

from passerelle.adapters.api.desks import asking
from passerelle.local.cloud.bridge import Bridge
from passerelle.local.voice import Voice
from passerelle.steps.forget import Order, forget


def show(voice: Voice, bridge: Bridge) -> None:
    """List the months that have a key."""
    months = bridge.persons.months()
    voice.say("forget.months" if months else "forget.none", months=" ".join(months))


def run(voice: Voice, bridge: Bridge, order: Order, *, sure: bool) -> None:
    """Destroy the key of a month, once whoever ordered it is sure."""
    if not sure:
        typer.confirm(voice.text("forget.sure", month=order.month), abort=True, err=True)
    desk = asking(bridge.ledger, bridge.marks, bridge.persons, bridge.days("LedgerDays"))
    known = forget(desk, order, bridge.days("PersonsDays"))
    voice.say("forget.done" if known else "forget.unknown", month=order.month)
