"""What the sender of a mail is still owed, by where its delivery stands: each notice once, and none for a notice."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from passerelle.core.receipts.delivery import Delivery, notice_id
from passerelle.core.receipts.lifecycle import TOLD, State
from passerelle.core.receipts.reception import DELETED, DELIVERED, DISPLAYED, PROCESSED, REJECTED


class Notice(Enum):
    """What a sender can be told."""

    FAILED = "failed"  # always
    REJECTED = "rejected"  # always: by an MDN where he asked for one, by a DSN otherwise
    RELAYED = "relayed"  # where he asked for a DSN
    DELIVERED = "delivered"  # where he asked for a DSN
    CORRECTED = "corrected"  # always: he was told that the mail failed, and it has arrived
    DISPLAYED = "displayed"  # where he asked for an MDN
    PROCESSED = "processed"  # same
    DELETED = "deleted"  # same
    SILENT = "silent"  # where he asked for an MDN, and none came in time


_SEEN = {DISPLAYED: Notice.DISPLAYED, PROCESSED: Notice.PROCESSED, DELETED: Notice.DELETED}


@dataclass(frozen=True, slots=True)
class Debt:
    """What is to be told now, if anything, and when to look again, if ever."""

    notice: Notice | None
    again: datetime | None = None


def owed(delivery: Delivery, now: datetime) -> Debt:
    """Return what the sender of a delivery is owed now."""
    if delivery.state in TOLD:
        return Debt(Notice.REJECTED if delivery.reason == REJECTED else Notice.FAILED)
    asked = delivery.asked.split()
    misled = delivery.state is State.RECEIPTED and delivery.notice == notice_id(delivery.id)
    if delivery.state is State.RECEIPTED and delivery.reason in _SEEN:
        answered = _SEEN[delivery.reason] if "mdn" in asked else None
        return Debt(answered or (Notice.CORRECTED if misled else None))
    if misled:
        return Debt(Notice.CORRECTED, delivery.answer_by)
    if delivery.answer_by is not None and delivery.answer_by <= now:
        return Debt(Notice.SILENT)
    arrived = Notice.DELIVERED if delivery.reason == DELIVERED else Notice.RELAYED
    return Debt(arrived if "dsn" in asked else None, delivery.answer_by)
