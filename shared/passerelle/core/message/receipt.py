"""What receipts say, and what a mail answers and asks for."""

from dataclasses import dataclass
from enum import Enum


class Said(Enum):
    """What a receipt says became of a mail."""

    DELAYED = "delayed"  # RFC 3464: not yet delivered, still tried
    RELAYED = "relayed"  # handed on to where no receipts are written
    DELIVERED = "delivered"  # it is in the mailbox
    FAILED = "failed"  # it will not be delivered
    DISPLAYED = "displayed"  # RFC 8098: displayed, processed or dispatched
    DELETED = "deleted"  # thrown away, perhaps unread
    REJECTED = "rejected"  # it arrived, and its reader could make nothing of it


@dataclass(frozen=True, slots=True)
class Report:
    """A receipt: a DSN (RFC 3464) or an MDN (RFC 8098)."""

    said: Said
    names: tuple[str, ...]  # envelope id or Message-IDs of the mail that it speaks of, without brackets
    status: str = ""  # RFC 3463


@dataclass(frozen=True, slots=True)
class Courtesy:
    """What the header of a mail answers and asks for, beside its content."""

    answers: tuple[str, ...] = ()  # Message-IDs of In-Reply-To and References, the nearest first
    asks: tuple[str, ...] = ()  # receipts that its sender wants: dsn, mdn
    automatic: bool = False  # written by no person: never answered (RFC 3834 §2)
