"""The way out, and how an attempt ends."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from passerelle.core.mail.envelope import Envelope


class Outcome(Enum):
    """How an SMTP transaction ended."""

    ACCEPTED = "accepted"  # 250 after the final dot
    POSTPONED = "postponed"  # certainly not delivered; try again
    REJECTED = "rejected"  # certainly not delivered; never will be
    UNKNOWN = "unknown"  # the final dot was sent, the answer never came


@dataclass(frozen=True, slots=True)
class Reply:
    """The end of an SMTP transaction; no free text, which may hold addresses."""

    outcome: Outcome
    code: int = 0  # 0 where the peer said nothing
    enhanced: str = ""  # RFC 3463, such as 5.1.1
    queue_id: str = ""


def endless() -> float:
    """Return the seconds that are left where nothing ends."""
    return math.inf


@dataclass(frozen=True, slots=True)
class Errand:
    """What a relay is told of an attempt: its name, which the peer repeats in its own word, and the time it has."""

    name: str = ""  # empty: no word of the peer is asked for
    left: Callable[[], float] = endless  # seconds


class Relay(Protocol):
    """The way out (SMTP); a connection may stay open from one mail to the next."""

    def send(self, envelope: Envelope, mail: bytes, before_dot: Callable[[], None], errand: Errand) -> Reply:
        """Send to the one recipient of the envelope; call `before_dot` when all is sent but the final dot.

        Where `before_dot` raises, drop the connection without the dot and let its error through.
        """

    def close(self) -> None:
        """Close what is open: the invocation ends."""
