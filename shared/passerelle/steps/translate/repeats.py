"""The same content again: to the same recipient it is not sent twice, to very many it waits for a person."""

import hashlib
from dataclasses import dataclass

from passerelle.core import policy
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Message
from passerelle.core.receipts.delivery import Delivery
from passerelle.core.receipts.lifecycle import TOLD
from passerelle.steps.ports import TranslateDesk

TWICE = "duplicate.suppressed"
MASS = "policy.mass-mailing"
MOST_FAILURES = 20
"""Deliveries of one content that came to nothing, one after the other, that are looked at."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """What was found: the delivery that carried the same content to the same recipient, or a mass mailing."""

    earlier: str = ""
    mass: bool = False


def find(desk: TranslateDesk, delivery: Delivery, envelope: Envelope, message: Message) -> Repeat:
    """Return how far a mail repeats others; asking again for the same delivery changes nothing."""
    sender, recipient = envelope.sender.casefold(), envelope.recipients[delivery.recipient].casefold()
    content = policy.fingerprint(message)
    earlier = _earlier(desk, delivery, _digest(sender, recipient, content))
    if earlier:
        return Repeat(earlier)
    now, most = desk.clock(), desk.bridge.mass
    key = _digest(sender, content, now.date().isoformat())
    known = desk.ledger.gather(f"mass {key}", _digest(recipient)[:16], most + 1, now)
    return Repeat(mass=max(known, len(envelope.recipients)) > most)


def _earlier(desk: TranslateDesk, delivery: Delivery, key: str) -> str:
    """Return the delivery that did the same work; where it came to nothing, the one that took its place, if any."""
    name = f"content {key}"
    for _ in range(MOST_FAILURES):
        first = desk.ledger.claim(name, delivery.id, desk.clock())
        standing = desk.ledger.find(first) if first != delivery.id else None
        if standing is None or standing.state not in TOLD:
            return first if standing else ""
        name = f"content {key} after {first}"
    return ""


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()
