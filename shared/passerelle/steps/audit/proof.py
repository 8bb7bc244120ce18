"""How far a delivery is proven: its events chained in the ledger, sealed in the archive, under a time of an authority.

It is the bridge's own word. Who does not trust it takes the slip, or a copy of the archive, and checks for himself.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from passerelle.core.errors import PasserelleError, UnavailableError, UntrustedError
from passerelle.core.receipts import archive, chain, note, slip, verification
from passerelle.core.receipts.archive import Files
from passerelle.core.receipts.delivery import Event
from passerelle.core.receipts.slip import Slip
from passerelle.core.receipts.verification import CheckStamp, Trust
from passerelle.steps.audit import Account, Act, delivery
from passerelle.steps.audit.ports import Asker, AuditDesk

EVERY = timedelta(hours=1)
"""How often `seal` runs: template.yaml."""

_NEAR = 16
"""Bundles in which an event is looked for first: an hour of a large bridge."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What is proven of so many events; a fault is the code of what stands against it, or in the way."""

    events: int
    chained: bool
    kept: bool = False  # there is an archive to look into
    sealed: int = 0
    checkpoint: int = 0  # the size of the first log that holds all that is sealed of it
    until: datetime | None = None  # the newest event under that checkpoint
    stamped: datetime | None = None  # when an authority saw that checkpoint, or a later one
    due: datetime | None = None  # when the rest will be sealed, at the latest
    late: bool = False
    fault: str = ""
    contradicted: bool = False  # the archive says otherwise than the ledger


def prove(desk: AuditDesk, account: Account) -> Proof:
    """Return what is proven of a delivery."""
    found = Proof(len(account.events), _chained(account))
    if desk.archive is None:
        return found
    found = replace(found, kept=True)
    try:
        return _waiting(desk, account.events, _sealed(desk, desk.archive, account.events, found))
    except PasserelleError as error:
        return replace(found, fault=error.code, contradicted=not isinstance(error, UnavailableError))


def receipt(desk: AuditDesk, asker: Asker, delivery_id: str) -> bytes:
    """Return the slip of a delivery; UnavailableError `slip.unsealed` where nothing of it is sealed."""
    account = delivery(desk, asker, delivery_id, Act.SLIP)
    files = desk.archive
    if files is None:
        raise UnavailableError("slip.unsealed", "Nothing of this delivery is sealed yet.")
    keys = verification.own_keys(files)
    return slip.made(files, slip.locate(files, account.events, slip.newest(files, *keys)[0].size), *keys)


def read(desk: AuditDesk, content: bytes) -> Slip:
    """Return what a slip of this bridge says, checked by the keys of its archive."""
    keys = verification.own_keys(desk.archive) if desk.archive else ()
    return slip.check(content, Trust(keys, stamp=_lazy(desk.stamps) if desk.stamps else None))


def _lazy(stamps: Callable[[], CheckStamp]) -> CheckStamp:
    """Return a check that fetches its anchors only where there is a timestamp."""

    def check(token: bytes, content: bytes) -> datetime:
        return stamps()(token, content)

    return check


def _chained(account: Account) -> bool:
    """Return whether the events are the ones that were written, the last one that of the delivery itself."""
    try:
        chain.check(account.events)
    except UntrustedError:
        return False
    return bool(account.events) and chain.digest(account.events[-1]) == account.delivery.head


def _sealed(desk: AuditDesk, files: Files, events: tuple[Event, ...], found: Proof) -> Proof:
    """Return a proof with what the archive says: each event found is checked to be in the signed log."""
    keys = verification.own_keys(files)
    if files.read(archive.NEWEST) is None:
        return found
    size = slip.newest(files, *keys)[0].size
    places = slip.locate(files, events, size, _NEAR)
    overdue = [event for event in events[len(places) :] if _due(desk, event) < desk.clock()]
    if overdue:  # a latecomer of the index may stand further off
        places |= slip.locate(files, overdue, size)
    if not places:
        return found
    slip.check(slip.made(files, places, *keys), Trust(keys))
    last = max(places)
    covered = archive.number(next(files.names(archive.CHECKPOINTS, archive.checkpoint(last)), ""))
    found = replace(found, sealed=len(places), checkpoint=covered, until=_newest(files, covered))
    return replace(found, stamped=_stamped(desk, files, last))


def _newest(files: Files, size: int) -> datetime | None:
    """Return the time of the last event of a log."""
    return chain.read(slip.entry(files, size - 1, size)).at if size > 0 else None


def _stamped(desk: AuditDesk, files: Files, last: int) -> datetime | None:
    """Return the time that an authority gives the first checkpoint with a timestamp from an event on."""
    name = next(files.names(archive.TIMESTAMPS, archive.timestamp(last)), "")
    if not name or desk.stamps is None:
        return None
    point = files.read(archive.checkpoint(archive.number(name))) or b""
    note.verify(point, *verification.own_keys(files))
    return desk.stamps()(files.read(name) or b"", point)


def _waiting(desk: AuditDesk, events: tuple[Event, ...], found: Proof) -> Proof:
    """Return a proof with when the events that are not sealed yet will be, or should have been."""
    if found.sealed == len(events):
        return found
    due = _due(desk, events[-1])
    return replace(found, due=due, late=_due(desk, events[found.sealed]) + EVERY < desk.clock())


def _due(desk: AuditDesk, event: Event) -> datetime:
    return event.at + desk.sealing + EVERY
