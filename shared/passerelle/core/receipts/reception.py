"""What a receipt of the recipient's side changes on the delivery that it speaks of."""

import re
from datetime import datetime

from passerelle.core.message import Report, Said
from passerelle.core.receipts.delivery import Delivery, moved, noted
from passerelle.core.receipts.lifecycle import State

RELAYED = "receipt.relayed"
DELIVERED = "receipt.delivered"
DISPLAYED = "receipt.displayed"
DELETED = "receipt.deleted"
FAILED = "receipt.failed"
REJECTED = "receipt.rejected"

_ID = re.compile(
    r"([0-9a-f]{32})(?:\.\d{1,6})?(?:@(.+))?"
)  # envelope id: delivery.attempt; Message-ID: delivery@domain
_BOUNCED = {Said.FAILED: FAILED, Said.REJECTED: REJECTED}
_ARRIVED = {Said.RELAYED: RELAYED, Said.DELIVERED: DELIVERED, Said.DISPLAYED: DISPLAYED, Said.DELETED: DELETED}
SEEN = frozenset({DISPLAYED, DELETED})
"""Reasons of a delivery whose reader has answered himself."""

_UNSURE = frozenset({State.READY, State.CLAIMED, State.SENDING, State.HELD})


def named(names: tuple[str, ...], domain: str) -> tuple[str, ...]:
    """Return the ids of the deliveries that envelope ids and Message-IDs of ours name."""
    found = (_ID.fullmatch(name) for name in names)
    return tuple(match[1] for match in found if match and (match[2] or domain).casefold() == domain.casefold())


def answered(delivery: Delivery, report: Report, now: datetime) -> Delivery | None:
    """Return the delivery as a receipt leaves it; None where the receipt changes nothing.

    It is woken where its sender may have to be told.
    """
    if delivery.notice_of or not delivery.outgoing:  # nobody is told what became of a notice
        return None
    if reason := _BOUNCED.get(report.said):
        return _bounced(delivery, reason, now)
    reason = _ARRIVED.get(report.said)
    return _arrived(delivery, reason, now) if reason else None


def _arrived(delivery: Delivery, reason: str, now: datetime) -> Delivery | None:
    """Return the delivery whose mail arrived, at the server or with its reader."""
    unsure = delivery.state in _UNSURE and delivery.attempts > 0
    if unsure and reason == RELAYED:
        return moved(delivery, State.ACCEPTED, reason=reason, token="", wake_at=now)
    if reason != RELAYED and (unsure or delivery.state is State.ACCEPTED):
        return moved(delivery, State.RECEIPTED, reason=reason, token="", wake_at=now)
    if delivery.state is State.RECEIPTED and reason in SEEN and delivery.reason not in SEEN:
        return noted(delivery, reason=reason, wake_at=now)
    return None


def _bounced(delivery: Delivery, reason: str, now: datetime) -> Delivery | None:
    """Return the delivery whose mail was taken, or may have been, and came back; no attempt under way is disturbed."""
    if delivery.state in {State.ACCEPTED, State.HELD} or (delivery.state is State.READY and delivery.attempts):
        return moved(delivery, State.FAILED, reason=reason, token="", wake_at=now)
    return None
