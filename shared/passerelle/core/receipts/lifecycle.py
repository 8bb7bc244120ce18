"""The life of a delivery: one table, and nothing else knows which step is allowed.

Rules:
1. A delivery is one mail to one recipient. It starts in RECEIVED, or in READY where the bridge itself writes (notice).
2. CLAIMED needs an attempt token and a lease. Before the final dot the attempt writes SENDING; from SENDING
   on, the peer may have the mail.
3. A crash in CLAIMED is a free retry; a crash in SENDING is ambiguous and is never hidden.
4. Every delivery ends, or waits for a person who was told: nothing waits in silence.
5. A receipt of the recipient's side outweighs what we know: it ends an ambiguous attempt (READY, HELD, or already
   CLAIMED or SENDING again) in ACCEPTED or RECEIPTED, and makes RECEIPTED or FAILED of ACCEPTED. It even outweighs
   an end: what was given up may have arrived (FAILED → RECEIPTED), and what is in a mailbox may be of no use to its
   reader's software (RECEIPTED → FAILED). Nothing else moves what has ended.
6. ABSORBED is the end of what goes no further by its nature: a receipt that was understood, a mail that came twice.
7. A person may hold what is not yet sent, and release, retry or refuse what is held.
"""

from enum import Enum
from types import MappingProxyType


class State(Enum):
    """Where a delivery stands."""

    RECEIVED = "RECEIVED"
    READY = "READY"
    CLAIMED = "CLAIMED"
    SENDING = "SENDING"
    ACCEPTED = "ACCEPTED"
    RECEIPTED = "RECEIPTED"
    REFUSED = "REFUSED"
    QUARANTINED = "QUARANTINED"
    HELD = "HELD"
    FAILED = "FAILED"
    ABSORBED = "ABSORBED"


_ARRIVED = {State.ACCEPTED, State.RECEIPTED}
_STOPPED = {State.REFUSED, State.QUARANTINED, State.HELD, State.ABSORBED}

TRANSITIONS = MappingProxyType(
    {
        State.RECEIVED: frozenset({State.READY, *_STOPPED}),
        State.READY: frozenset({State.CLAIMED, State.FAILED, State.HELD, *_ARRIVED}),
        State.CLAIMED: frozenset({State.CLAIMED, State.SENDING, State.READY, State.FAILED, *_ARRIVED}),
        State.SENDING: frozenset({State.READY, State.HELD, State.FAILED, *_ARRIVED}),
        State.ACCEPTED: frozenset({State.RECEIPTED, State.FAILED}),
        State.HELD: frozenset({State.RECEIVED, State.READY, State.REFUSED, State.FAILED, *_ARRIVED}),
        State.QUARANTINED: frozenset({State.RECEIVED, State.REFUSED}),
        State.RECEIPTED: frozenset({State.FAILED}),
        State.REFUSED: frozenset[State](),
        State.FAILED: frozenset({State.RECEIPTED}),
        State.ABSORBED: frozenset[State](),
    }
)

AT_WORK = frozenset({State.RECEIVED, State.READY, State.CLAIMED, State.SENDING})
"""States that `sweep` wakes."""

WITH_A_PERSON = frozenset({State.HELD, State.QUARANTINED})
"""States that only a person moves a delivery on from."""

TOLD = frozenset({State.REFUSED, State.FAILED})
"""States that the sender is told of."""

OWING = TOLD | {State.ACCEPTED, State.RECEIPTED}
"""States in which a sender may have something to be told."""


def allows(before: State, after: State) -> bool:
    """Return whether a delivery may go from one state to another."""
    return after in TRANSITIONS[before]
