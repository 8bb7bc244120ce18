"""What a trace says of an event: who did what, what was asked of a mail server, and what it answered.

ECO.4.1.2 asks for an authenticated author, a local timestamp, the action, the request made to the server and the
server's answer, failures too; never content. docs/exports.md holds the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from passerelle.core.receipts.delivery import Event
from passerelle.core.receipts.lifecycle import State

BRIDGE = "passerelle"
"""The author of what nobody ordered: the bridge itself, under its certificate or password."""

_DETAILS = ("code", "enhanced", "queue", "error", "fault")
"""What a server said, or why nothing came of it, as far as it has the form of a code."""


class Action(Enum):
    """What was done."""

    RECEIVE = "receive"
    TRANSLATE = "translate"
    SEND = "send"
    TELL = "tell"
    DELETE = "delete"
    LEAVE = "leave"
    DECIDE = "decide"
    ASK = "ask"
    OTHER = "other"


class Outcome(Enum):
    """How it ended: the codes of audit-event-outcome (FHIR R4, DICOM PS3.15)."""

    SUCCESS = "0"
    MINOR = "4"  # it goes on, or waits for somebody
    SERIOUS = "8"  # it will not be done


_ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "accept": Action.RECEIVE,
        "collect": Action.LEAVE,
        "translate": Action.TRANSLATE,
        "deliver": Action.SEND,
        "acknowledge": Action.TELL,
        "operator": Action.DECIDE,
        "audit": Action.ASK,
    }
)
_REQUESTS: Mapping[tuple[Action, State], str] = MappingProxyType(
    {
        (Action.SEND, State.CLAIMED): "SMTP MAIL RCPT DATA",
        (Action.SEND, State.SENDING): "SMTP end of data",
        (Action.DELETE, State.ABSORBED): "IMAP UID STORE \\Deleted, UID EXPUNGE",
        (Action.LEAVE, State.ABSORBED): "IMAP UID STORE \\Flagged",
    }
)
_ENDS: Mapping[State, Outcome] = MappingProxyType(
    {
        State.QUARANTINED: Outcome.SERIOUS,
        State.REFUSED: Outcome.SERIOUS,
        State.FAILED: Outcome.SERIOUS,
        State.HELD: Outcome.MINOR,
    }
)
_TROUBLE = frozenset({"code", "fault", "retry"})
"""Details of an event after which the delivery is tried again."""

REMOVED = "collect.removed"
"""The reason of the deletion of a mail that was collected."""

DENIED = "audit.refused"
"""The reason of a question that its asker has no right to."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One line of a trace."""

    author: str
    action: Action
    request: str
    answer: str
    outcome: Outcome


def of(event: Event) -> Trace:
    """Return what a trace says of an event."""
    details = dict(event.details)
    action = Action.DELETE if event.reason == REMOVED else _ACTIONS.get(event.actor, Action.OTHER)
    answer = " ".join(f"{name}={details[name]}" for name in _DETAILS if name in details)
    request = _REQUESTS.get((action, event.state), "")
    return Trace(details.get("author", "").strip() or BRIDGE, action, request, answer, _outcome(event, details))


def _outcome(event: Event, details: Mapping[str, str]) -> Outcome:
    if event.reason == DENIED:
        return Outcome.SERIOUS
    again = event.state in {State.RECEIVED, State.READY} and _TROUBLE & details.keys()
    if event.actor == "collect" and "fault" in details:
        return Outcome.MINOR
    return Outcome.MINOR if again else _ENDS.get(event.state, Outcome.SUCCESS)
