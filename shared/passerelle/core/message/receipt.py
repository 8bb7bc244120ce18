"""What receipts say, and what a mail answers and asks for."""

from dataclasses import dataclass
from enum import Enum


class Said(Enum):
    """What a receipt says became of a mail."""

    DELAYED = "delayed"  # RFC 3464: not yet delivered, still tried
    RELAYED = "relayed"  # handed on to where no receipts are written
    DELIVERED = "delivered"  # it is in the mailbox
    FAILED = "failed"  # it will not be delivered
    DISPLAYED = "displayed"  # RFC 8098: a person has seen it
    PROCESSED = "processed"  # his software has dealt with it; whether anybody saw it is not said
    DELETED = "deleted"  # thrown away, perhaps unread
    REJECTED = "rejected"  # it arrived, and its reader could make nothing of it


@dataclass(frozen=True, slots=True)
class Word:
    """What a receipt says of one recipient."""

    said: Said
    recipients: tuple[str, ...] = ()  # his addresses, casefolded: the one written to, and the one it came to
    status: str = ""  # RFC 3463
    error: str = ""  # the agency's code of what went wrong, such as 902


@dataclass(frozen=True, slots=True)
class Report:
    """A receipt: a DSN (RFC 3464) or an MDN (RFC 8098)."""

    names: tuple[str, ...]  # envelope id or Message-IDs of the mail that it speaks of, without brackets
    words: tuple[Word, ...]  # one or more


@dataclass(frozen=True, slots=True)
class Courtesy:
    """What the header of a mail answers and asks for, beside its content."""

    answers: tuple[str, ...] = ()  # Message-IDs of In-Reply-To and References, the nearest first
    asks: tuple[str, ...] = ()  # receipts that its sender wants: dsn, mdn
    automatic: bool = False  # an answer that no person wrote, such as an absence (RFC 3834 §5)
