"""One round of the postman: mails submitted, followed in the ledger, and what arrived laid out in a folder."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from passerelle.core.errors import UnavailableError
from passerelle.core.message import Network
from passerelle.core.policy import Lock
from passerelle.core.receipts.delivery import Delivery, Event, delivery_id
from passerelle.core.receipts.lifecycle import AT_WORK, TOLD, State
from passerelle.local.commands import submit as submission
from passerelle.local.commands import timeline, unpacking
from passerelle.local.commands.submit import Submission
from passerelle.local.towns.letters import practice
from passerelle.local.towns.letters.post import Posted
from passerelle.local.towns.town import Arrival
from passerelle.local.towns.world import World
from passerelle.local.voice import Voice

_WITHIN = 90.0  # seconds for all mails
_PAUSE = 0.2


@dataclass(slots=True)
class Round:
    """The mails of a round by the ids of their deliveries."""

    world: World
    posted: dict[str, Posted] = field(default_factory=dict)

    def submit(self, posted: Posted) -> None:
        """Hand a mail in, as an operator's mail server does."""
        given = Submission(posted.network, posted.sender, (posted.recipient,))
        key = submission.submit(self.world.bridge.mailroom, given, posted.mail)
        self.posted[delivery_id(self.world.bridge.mailroom.envelope(key).id, 0)] = posted

    def follow(self) -> Iterator[Posted]:
        """Yield each mail when its delivery has ended, and its notice too; stop where that takes too long."""
        waiting, until = dict(self.posted), time.monotonic() + _WITHIN
        while waiting and time.monotonic() < until:
            for name in [name for name in waiting if self._ended(name)]:
                yield waiting.pop(name)
            time.sleep(_PAUSE)

    @property
    def ended(self) -> bool:
        """Return whether every delivery has ended."""
        return all(map(self._ended, self.posted))

    @property
    def as_expected(self) -> bool:
        """Return whether what should cross was accepted, and what should not was refused with its sender told."""
        return all(self._as_expected(name, posted) for name, posted in self.posted.items())

    def state(self, posted: Posted) -> State:
        """Return where the delivery of a mail stands."""
        return next(self._get(name).state for name, one in self.posted.items() if one is posted)

    def rows(self, voice: Voice) -> list[tuple[str, Delivery, tuple[Event, ...]]]:
        """Return the deliveries with their names and events; a notice follows what it speaks of."""
        rows = []
        for name, posted in self.posted.items():
            delivery = self._get(name)
            rows.append((voice.text(posted.name), delivery, self._history(name)))
            if delivery.notice:
                rows.append((voice.text("demo.notice"), self._get(delivery.notice), self._history(delivery.notice)))
        return rows

    def arrival(self, posted: Posted) -> Arrival | None:
        """Return what arrived at the reader of a mail: the same bytes that the bridge had frozen."""
        name = next(name for name, one in self.posted.items() if one is posted)
        delivery = self._get(name)
        final = self._get(delivery.notice) if delivery.notice else delivery
        if not final.outgoing:
            return None
        frozen = self.world.bridge.mailroom.read(self.world.bridge.mailroom.envelope(final.outgoing).mail)
        arrivals = [arrival for town in self.world.towns.values() for arrival in town.arrivals]
        return next((one for one in arrivals if one.content.rstrip() == frozen.rstrip()), None)

    def opened(self, posted: Posted) -> bytes:
        """Return what the reader of a mail sees once his software has opened it; empty where nothing arrived."""
        arrival = self.arrival(posted)
        if arrival is None:
            return b""
        reader = next(one for one in self.world.book.people.values() if one.address == posted.reader)
        if reader.lock is not Lock.SMIME:
            return arrival.content
        return practice.open_mail(arrival.content, self.world.papers.people[reader.certificate])

    def lay_out(self, folder: Path) -> None:
        """Write for each mail what was sent, what arrived and what its reader opens, and all timelines."""
        for posted, place in zip(self.posted.values(), self.places(folder), strict=True):
            place.mkdir()
            (place / "envoye.eml").write_bytes(posted.mail)
            arrival = self.arrival(posted)
            if arrival is None:
                continue
            if posted.network is Network.MSSANTE and posted.crosses:
                (place / "recu-chiffre.eml").write_bytes(arrival.content)
            unpacking.lay_out(self.opened(posted), place / "recu")
        records = [timeline.record(self._get(name), self._history(name)) for name in self._all()]
        (folder / "remises.json").write_text(json.dumps(records, ensure_ascii=False, indent=2), "utf-8")

    def places(self, folder: Path) -> list[Path]:
        """Return the folder of each mail, in their order."""
        return [folder / f"{number}-{posted.folder}" for number, posted in enumerate(self.posted.values(), 1)]

    def _all(self) -> list[str]:
        notices = [self._get(name).notice for name in self.posted]
        return [*self.posted, *filter(None, notices)]

    def _as_expected(self, name: str, posted: Posted) -> bool:
        delivery = self._get(name)
        if posted.crosses:
            return delivery.state in {State.ACCEPTED, State.RECEIPTED}
        return delivery.state is State.REFUSED and self._get(delivery.notice).state is State.ACCEPTED

    def _ended(self, name: str) -> bool:
        with suppress(UnavailableError):  # not accepted yet
            delivery = self._get(name)
            if delivery.state in TOLD:
                return bool(delivery.notice) and self._get(delivery.notice).state not in AT_WORK
            return delivery.state not in AT_WORK
        return False

    def _get(self, name: str) -> Delivery:
        return self.world.bridge.ledger.get(name)

    def _history(self, name: str) -> tuple[Event, ...]:
        return self.world.bridge.ledger.history(name)
