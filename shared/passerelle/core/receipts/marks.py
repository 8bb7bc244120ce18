"""Marks: what deliveries are found by without being read: keyed digests of addresses, Message-IDs and patients.

1. Equal values have equal marks under one key; nobody without the key can tell a mark's value, nor try values.
2. A value is brought into one form before: what a person types and what a mail says must meet.
3. Kinds do not mix: an address as sender and as recipient have different marks.
"""

import hashlib
import hmac
from enum import Enum

LONGEST = 998
"""Characters of a value: a line of a mail (RFC 5322 §2.1.1)."""

_LENGTH = 32  # hex digits: 128 bits


class Kind(Enum):
    """What a value is; the value of a kind names its index in the ledger."""

    SENDER = "sender_mark"  # of the envelope
    RECIPIENT = "recipient_mark"  # as the sender wrote it
    READER = "reader_mark"  # the address on the other network that it stands for
    PATIENT = "patient_mark"  # INS
    MESSAGE = "message_mark"  # Message-ID of the mail that came in


def mark(key: bytes, kind: Kind, value: str) -> str:
    """Return the mark of a value; nothing of nothing."""
    form = _form(kind, value)
    if not form:
        return ""
    return hmac.new(key, f"{kind.value}\n{form}".encode(), hashlib.sha256).hexdigest()[:_LENGTH]


def _form(kind: Kind, value: str) -> str:
    """Return the one form of a value: no blanks around it, no case where none counts, no brackets."""
    plain = value.strip()[:LONGEST]
    if kind is Kind.MESSAGE:
        return plain.strip("<>")
    if kind is Kind.PATIENT:
        return "".join(plain.split())
    return plain.casefold()
