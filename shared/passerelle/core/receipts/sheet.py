"""Events as rows of CSV (RFC 4180) that French spreadsheets open: semicolons, CRLF, UTF-8 with its mark.

What a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV Injection"); a program that reads
the file takes it off as `plain` does, or reads JSON lines instead.
"""

import csv
import io
import re

from passerelle.core.receipts import trace
from passerelle.core.receipts.chain import moment
from passerelle.core.receipts.delivery import Event

COLUMNS = (
    "at",
    "delivery",
    "sequence",
    "author",
    "actor",
    "action",
    "request",
    "answer",
    "outcome",
    "state",
    "reason",
    "details",
    "id",
    "previous",
)

MARK = "\ufeff"
"""Without it, Excel takes UTF-8 for Windows-1252."""

_PLACES = r"(?:\A|(?<=[,;|\t\r\n\"]))"  # where a cell begins, also for who reads the file with another separator
_ACTIVE = r"(?=[=+\-@＝＋－＠\t\r\n'])"  # what makes a formula of it, and the apostrophe, so that `plain` is exact
_BARE, _HELD = re.compile(_PLACES + _ACTIVE), re.compile(f"{_PLACES}'{_ACTIVE}")


def head() -> str:
    """Return the first line of a file."""
    return MARK + _line(COLUMNS)


def row(event: Event) -> str:
    """Return the line of an event."""
    told = trace.of(event)
    details = " | ".join(f"{name}={said}" for name, said in event.told)
    cells = (
        moment(event.at),
        event.delivery,
        str(event.sequence),
        told.author,
        event.actor,
        told.action.value,
        told.request,
        told.answer,
        told.outcome.name.lower(),
        event.state.value,
        event.reason,
        details,
        event.id,
        event.previous,
    )
    return _line(cells)


def inert(text: str) -> str:
    """Return a cell that no spreadsheet computes."""
    return _BARE.sub("'", text)


def plain(cell: str) -> str:
    """Return what a cell said before it was made inert."""
    return _HELD.sub("", cell)


def _line(cells: tuple[str, ...]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerow(map(inert, cells))
    return written.getvalue()
