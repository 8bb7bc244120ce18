"""`passerelle statistics`: the figures of a month, as tables for people or a record for programs."""

from dataclasses import asdict

from rich.markup import escape
from rich.table import Table

from passerelle.local.commands import timeline
from passerelle.local.voice import Voice
from passerelle.steps.audit.ports import Asker, AuditDesk
from passerelle.steps.audit.statistics import Statistics, statistics

_ABSENT = "—"


def run(voice: Voice, desk: AuditDesk, asker: Asker, month: str, *, as_json: bool) -> None:
    """Count the deliveries of a month."""
    found = statistics(desk, asker, month)
    if as_json:
        flows = [{**asdict(flow), "state": flow.state.value} for flow in found.flows]
        voice.record({**asdict(found), "flows": flows})
        return
    for table in (_flows(voice, found), _labels(voice, found)):
        if table.row_count:
            voice.out.print(table)
    voice.say("statistics.total", month=month, number=sum(flow.number for flow in found.flows))
    if not found.complete:
        voice.err.print(voice.text("statistics.incomplete"), markup=False)


def _flows(voice: Voice, found: Statistics) -> Table:
    table = _table(
        voice,
        "statistics.flows",
        ("statistics.source", "statistics.sender", "statistics.recipient", "statistics.state"),
    )
    for flow in found.flows:
        between = (escape(name) or _ABSENT for name in (flow.source, flow.sender, flow.recipient))
        table.add_row(*between, timeline.state(flow.state), str(flow.number))
    return table


def _labels(voice: Voice, found: Statistics) -> Table:
    table = _table(voice, "statistics.labels", ("statistics.source", "statistics.field", "statistics.value"))
    for label in found.labels:
        table.add_row(escape(label.source) or _ABSENT, escape(label.field), escape(label.value), str(label.number))
    return table


def _table(voice: Voice, title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=voice.text(title), title_justify="left")
    for name in columns:
        table.add_column(voice.text(name), overflow="fold")
    table.add_column(voice.text("statistics.number"), justify="right")
    return table
