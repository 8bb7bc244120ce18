"""What a person decides about a delivery: to hold it, let it go, try it again, or refuse it. Each is an event."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from passerelle.core.errors import MalformedError, UnsupportedError
from passerelle.core.receipts.backoff import HORIZON
from passerelle.core.receipts.delivery import Delivery, answer_by, moved, noted
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.ports import Desk

_AUTHOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_WAKES = {
    State.RECEIVED: "translate",
    State.READY: "deliver",
    State.REFUSED: "acknowledge",
    State.FAILED: "acknowledge",
}
_WAITING = frozenset({State.RECEIVED, State.READY})


class Decision(Enum):
    """What can be decided."""

    HOLD = "hold"  # what is not yet sent stays until somebody decides again
    RELEASE = "release"  # what is held goes on, past what held it; what is ambiguous is sent again
    RETRY = "retry"  # what waits is tried now; what is held or in quarantine is judged again, by the same rules
    REFUSE = "refuse"  # what is held or in quarantine goes back to its sender


_WHERE_HELD = (Decision.RETRY, Decision.REFUSE)
CHOICES: Mapping[State, tuple[Decision, ...]] = MappingProxyType(
    {
        State.RECEIVED: (Decision.HOLD, Decision.RETRY),
        State.READY: (Decision.HOLD, Decision.RETRY),
        State.HELD: (Decision.RELEASE, *_WHERE_HELD),
        State.QUARANTINED: _WHERE_HELD,
    }
)
"""What can be decided in a state; nothing in any other."""

REASONS = {
    Decision.HOLD: "operator.held",
    Decision.RELEASE: "operator.released",
    Decision.RETRY: "operator.retried",
    Decision.REFUSE: "operator.refused",
}


@dataclass(frozen=True, slots=True)
class Author:
    """Who decides: a name of the site's own directory, without blanks and without an address."""

    name: str

    def __post_init__(self) -> None:
        """Refuse what is no such name."""
        if not _AUTHOR.fullmatch(self.name):
            raise MalformedError("decision.author", "An author has 1 to 64 letters, digits, dots, hyphens.")


def decide(desk: Desk, delivery_id: str, decision: Decision, author: Author) -> Delivery:
    """Record a decision and wake what follows from it; UnsupportedError where the delivery is past it."""
    delivery = desk.ledger.get(delivery_id)
    following = _FOLLOWING[decision](desk, delivery)
    if following is None:
        raise UnsupportedError("decision.state", "A delivery in this state takes no such decision.")
    following = desk.record("operator", following, (("author", author.name),))
    if following.wake_at is not None:
        desk.queue.wake(_WAKES[following.state], following.id, following.group)
    return following


def _held(_desk: Desk, delivery: Delivery) -> Delivery | None:
    if delivery.state not in _WAITING:
        return None
    return moved(delivery, State.HELD, reason=REASONS[Decision.HOLD], released=False, wake_at=None)


def _released(desk: Desk, delivery: Delivery) -> Delivery | None:
    """Let what is held go on; what is in quarantine has no proven origin, and no person's word replaces that."""
    return _again(desk, delivery, Decision.RELEASE) if delivery.state is State.HELD else None


def _retried(desk: Desk, delivery: Delivery) -> Delivery | None:
    if delivery.state in _WAITING:
        return noted(delivery, reason=REASONS[Decision.RETRY], wake_at=desk.clock())
    return _again(desk, delivery, Decision.RETRY) if delivery.state in {State.HELD, State.QUARANTINED} else None


def _again(desk: Desk, delivery: Delivery, decision: Decision) -> Delivery:
    """Return the delivery at its beginning, or, where its bytes are frozen, ready to send them."""
    now = desk.clock()
    return moved(
        delivery,
        State.READY if delivery.outgoing else State.RECEIVED,
        reason=REASONS[decision],
        released=decision is Decision.RELEASE,
        attempts=0 if not delivery.outgoing else delivery.attempts,
        wake_at=now,
        give_up_at=now + HORIZON if delivery.outgoing else None,
        answer_by=answer_by(delivery, now),
    )


def _refused(desk: Desk, delivery: Delivery) -> Delivery | None:
    """Send it back; where the bytes are frozen they may have left before: that is a failure, and told as one."""
    if delivery.state not in {State.HELD, State.QUARANTINED}:
        return None
    end = State.FAILED if delivery.outgoing else State.REFUSED
    return moved(delivery, end, reason=REASONS[Decision.REFUSE], wake_at=desk.clock())


_FOLLOWING = {
    Decision.HOLD: _held,
    Decision.RELEASE: _released,
    Decision.RETRY: _retried,
    Decision.REFUSE: _refused,
}
