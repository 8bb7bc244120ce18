"""All that was written anywhere but in the mails themselves, by the place where it was written."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from tests.canary import detector
from tests.canary.detector import Hit
from tests.canary.identities import Kind


class Place(Enum):
    """Where something is written."""

    LOG = "logs of the functions"
    METRIC = "metrics"
    ERROR = "errors of the house, at birth"
    RAISED = "what functions raise and give back"
    CALL = "calls of AWS (keys, tags, attributes, messages)"
    TABLE = "items of the ledger"
    QUEUE = "messages of queues"
    OBJECT = "objects beside the mails (keys, metadata, tags)"
    ARCHIVE = "sealed archive and slips"
    ANSWER = "answers of the API and the page"
    NOTICE = "notices and receipts to senders"
    RETURNED = "reading receipts to MSSanté: his own mail back"
    CLEAR = "mails to Apicrypt, as servers see them"
    FILE = "files left on disk"


ALLOWED = MappingProxyType(
    {
        Place.ANSWER: frozenset({Kind.PEOPLE, Kind.MESSAGE}),  # an auditor may see whom a delivery concerns
        Place.NOTICE: frozenset({Kind.PEOPLE, Kind.MESSAGE}),  # his own mail, by the Message-ID that he gave it
        Place.RETURNED: frozenset(Kind),  # IG-LPS: subject and mail, through the channel that they came by
        Place.CLEAR: frozenset({Kind.PEOPLE, Kind.MESSAGE}),  # From and To; In-Reply-To of an answer to his own mail
    }
)
"""Whom a place may name."""


@dataclass(frozen=True, slots=True)
class Leak:
    """An identity in a place that may not name it."""

    place: Place
    name: str
    hit: Hit


@dataclass
class Haul:
    """What was written, each thing once."""

    found: dict[Place, dict[bytes, str]] = field(default_factory=lambda: defaultdict(dict))
    paths: set[str] = field(default_factory=set)

    def add(self, place: Place, name: str, content: bytes | str) -> None:
        """Put something in."""
        raw = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
        if raw:
            self.found[place].setdefault(raw, name)

    def size(self, place: Place) -> int:
        """Return the bytes of a place."""
        return sum(map(len, self.found[place]))

    def leaks(self) -> Iterator[Leak]:
        """Yield what should not be there: places are searched whole, then a hit is looked for in each thing."""
        for place in Place:
            yield from self._leaks(place)

    def _leaks(self, place: Place) -> Iterator[Leak]:
        allowed = ALLOWED.get(place, frozenset())
        plain = [content for content in self.found[place] if not content.startswith(detector.PACKED)]
        packed = [content for content in self.found[place] if content.startswith(detector.PACKED)]
        if any(hit.kind not in allowed for hit in detector.search(b"\n\n".join(plain))):
            packed += plain
        for content in packed:
            for hit in detector.search(content):
                if hit.kind not in allowed:
                    yield Leak(place, self.found[place][content], hit)
