"""What a receipt of the recipient's side changes on the delivery that it speaks of.

What a receipt is worth: SMTP signs nothing, so that a receipt is believed for what its writer must know, and for whom
it speaks.

1. It names an id of ours, 128 bits of a digest, which only those know through whose hands the mail went.
2. It comes in on the network on which the mail went out, without a sender, as receipts do (RFC 3464 §2,
   RFC 8098 §3), or from the recipient's own domain: a platform answers from another of its boxes.
3. Good news counts only of the recipient himself, by the address that we wrote to. Bad news counts also of an address
   that we do not know: servers rewrite addresses, and a sender who is told too much loses nothing.
4. Nothing arrives, and nothing bounces, of which no attempt was made.
"""

import re
from datetime import datetime

from passerelle.core.errors import UnavailableError
from passerelle.core.message import Report, Said, Word
from passerelle.core.receipts.delivery import Delivery, moved, noted
from passerelle.core.receipts.lifecycle import State

RELAYED = "receipt.relayed"
DELIVERED = "receipt.delivered"
DISPLAYED = "receipt.displayed"
PROCESSED = "receipt.processed"
DELETED = "receipt.deleted"
FAILED = "receipt.failed"
REJECTED = "receipt.rejected"

_ID = re.compile(
    r"([0-9a-f]{32})(?:\.\d{1,6})?(?:@(.+))?"
)  # envelope id: delivery.attempt; Message-ID: delivery@domain
_BOUNCED = {Said.FAILED: FAILED, Said.REJECTED: REJECTED}
_ARRIVED = {
    Said.RELAYED: RELAYED,
    Said.DELIVERED: DELIVERED,
    Said.DISPLAYED: DISPLAYED,
    Said.PROCESSED: PROCESSED,
    Said.DELETED: DELETED,
}
_WORST_FIRST = (*_BOUNCED, Said.DELAYED, *_ARRIVED)
SEEN = frozenset({DISPLAYED, PROCESSED, DELETED})
"""Reasons of a delivery whose reader has answered himself."""

_UNSURE = frozenset({State.READY, State.CLAIMED, State.SENDING, State.HELD})
_UNDER_WAY = frozenset({State.CLAIMED, State.SENDING})


def named(names: tuple[str, ...], domain: str) -> tuple[str, ...]:
    """Return the ids of the deliveries that envelope ids and Message-IDs of ours name."""
    found = (_ID.fullmatch(name) for name in names)
    return tuple(match[1] for match in found if match and (match[2] or domain).casefold() == domain.casefold())


def from_there(sender: str, recipient: str) -> bool:
    """Return whether a receipt may come from this sender: nobody, or the domain of the recipient."""
    return not sender or sender.rpartition("@")[2].casefold() == recipient.rpartition("@")[2].casefold()


def word(report: Report, recipient: str) -> Word | None:
    """Return what a receipt says of a recipient, the worst of it; None where it does not speak of him."""
    his = [one for one in report.words if recipient.casefold() in one.recipients]
    heard = his or [one for one in report.words if one.said in _BOUNCED]
    return min(heard, key=lambda one: _WORST_FIRST.index(one.said), default=None)


def answered(delivery: Delivery, said: Said, now: datetime) -> Delivery | None:
    """Return the delivery as a receipt leaves it, woken where its sender may have to be told; None if unchanged.

    UnavailableError `receipt.under-way` where an attempt must end first.
    """
    if delivery.notice_of or not delivery.attempts or not delivery.outgoing:  # nobody is told of a notice's fate
        return None
    if reason := _BOUNCED.get(said):
        return _bounced(delivery, reason, now)
    reason = _ARRIVED.get(said)
    return _arrived(delivery, reason, now) if reason else None


def _arrived(delivery: Delivery, reason: str, now: datetime) -> Delivery | None:
    """Return the delivery whose mail arrived, at the server or with its reader."""
    state = delivery.state
    if reason == RELAYED:
        return moved(delivery, State.ACCEPTED, reason=reason, token="", wake_at=now) if state in _UNSURE else None
    late = state is State.FAILED and delivery.reason != REJECTED
    if late or state in {*_UNSURE, State.ACCEPTED}:
        return moved(delivery, State.RECEIPTED, reason=reason, token="", wake_at=now)
    if state is State.RECEIPTED and reason in SEEN and delivery.reason not in SEEN:
        return noted(delivery, reason=reason, wake_at=now)
    return None


def _bounced(delivery: Delivery, reason: str, now: datetime) -> Delivery | None:
    """Return the delivery whose mail was taken, or may have been, and came back."""
    if delivery.state in _UNDER_WAY:  # a server may say no before we have written that it took the mail
        raise UnavailableError("receipt.under-way", "An attempt at the delivery must end before its receipt counts.")
    unread = delivery.state is State.RECEIPTED and reason == REJECTED and delivery.reason != DISPLAYED
    if unread or delivery.state in {State.ACCEPTED, State.HELD, State.READY}:
        return moved(delivery, State.FAILED, reason=reason, token="", wake_at=now)
    return None
