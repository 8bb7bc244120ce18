"""The reckoning: what the ledger says of each mail against what lies in the mailboxes, byte by byte."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from passerelle.core.receipts.delivery import Delivery, Event, stopped
from passerelle.core.receipts.lifecycle import TOLD, State
from passerelle.steps.deliver import AMBIGUOUS

_ID = re.compile(rb"^Message-ID:\s*<([0-9a-f]{32})@", re.IGNORECASE | re.MULTILINE)
_ARRIVED = frozenset({State.ACCEPTED, State.RECEIPTED})
_ENDS = frozenset({*_ARRIVED, State.HELD, *TOLD})


@dataclass(frozen=True, slots=True)
class Case:
    """A delivery of a mail or of a notice: where it stands, what happened, the frozen bytes, for which mailbox."""

    delivery: Delivery
    events: tuple[Event, ...]
    frozen: bytes = b""
    mailbox: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A mail in a mailbox."""

    mailbox: str
    content: bytes


@dataclass(slots=True)
class Reckoning:
    """The figures, and every violation, by the id of its delivery."""

    figures: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def _violated(self, rule: str, name: str) -> None:
        self.figures[rule] += 1
        self.violations.append(f"{rule}: {name}")

    def judge(self, case: Case, cases: Mapping[str, Case], copies: list[Found]) -> None:
        """Hold one delivery against the copies of it that were found."""
        delivery = case.delivery
        kind = "notices" if delivery.notice_of else "mails"
        self.figures[kind] += 1
        self.figures[f"{kind} {delivery.state.value} {delivery.reason}"] += 1
        self._ending(delivery, cases)
        flags = sum(event.reason == AMBIGUOUS for event in case.events)
        extra = len(copies) - (delivery.state in _ARRIVED)
        self.figures["flagged ambiguous"] += flags > 0
        self.figures["extra copies"] += max(extra, 0)
        if delivery.state in _ARRIVED and not copies:
            self._violated("LOST: accepted, in no mailbox", delivery.id)
        if extra > flags:
            self._violated("UNSEEN: more copies than flags", delivery.id)
        if not delivery.resend and len(copies) > 1:
            self._violated("COPIED: though the agreement holds", delivery.id)
        if any(not _same(copy.content, case.frozen) for copy in copies):
            self._violated("ALTERED: not the frozen bytes", delivery.id)
        if any(copy.mailbox != case.mailbox for copy in copies):
            self._violated("ASTRAY: in another's mailbox", delivery.id)

    def _ending(self, delivery: Delivery, cases: Mapping[str, Case]) -> None:
        """A mail ends; where it failed, its sender has a notice that has ended too, or an operator is told."""
        if delivery.state not in _ENDS:
            self._violated("WAITING: has not ended", delivery.id)
        if delivery.state not in TOLD:
            return
        notice = cases.get(delivery.notice)
        if delivery.notice_of:  # RFC 5321 §4.5.5: a notice is never answered; an operator is told
            if not stopped(delivery):
                self._violated("SILENT: nobody is told of a notice", delivery.id)
        elif notice is None or notice.delivery.notice_of != delivery.id:
            self._violated("SILENT: the sender has no notice", delivery.id)


def reckon(submitted: Iterable[str], cases: Mapping[str, Case], mailboxes: Iterable[Found]) -> Reckoning:
    """Return the reckoning of all mails that were submitted, by the ids of their deliveries."""
    made = Reckoning()
    copies: dict[str, list[Found]] = {}
    for found in mailboxes:
        made.figures["in mailboxes"] += 1
        said = _ID.search(found.content.partition(b"\n\n")[0])
        copies.setdefault(said[1].decode() if said else "", []).append(found)
    for name in submitted:
        if name not in cases:
            made._violated("LOST: not in the ledger", name)
    for name, case in cases.items():
        made.judge(case, cases, copies.pop(name, []))
    for name in copies:
        made._violated("STRANGE: in a mailbox, not in the ledger", name or "without an id")
    return made


def _same(found: bytes, frozen: bytes) -> bool:
    """Return whether a mail in a maildir is what was frozen, under the fields that the server put before it."""
    return bool(frozen) and found.rstrip(b"\n").endswith(frozen.replace(b"\r\n", b"\n").rstrip(b"\n"))
