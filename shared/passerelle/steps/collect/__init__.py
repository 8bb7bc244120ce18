"""Fetch mail from the application mailboxes, and put it where `passerelle submit` puts it.

1. A mail is removed from its mailbox only after it and its envelope are in S3. A crash in between brings the same bytes
   again: the same mail, the same envelope, for which `accept` opens nothing new.
2. A mail that is too large, or that does not say from whom and to whom it came, stays in the mailbox, flagged. Whoever
   clears the flag has it tried again.
3. The small ones first, so that one that takes too long holds no other up; one that fails is passed over.
4. What is done to a mailbox is an event before it is done (ECO.4.1.2); what cannot be traced is not done.
5. Two who collect at once do no harm: a UID is never given twice, and removing what is gone changes nothing.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

from passerelle.core.errors import MalformedError, PasserelleError
from passerelle.core.mail import arrival
from passerelle.core.mail.arrival import Arrival
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Network
from passerelle.core.receipts.trace import REMOVED
from passerelle.steps.collect.ports import CollectDesk, Source, Waiting
from passerelle.steps.ports import Details

__all__ = ["BUDGET", "MOST_FAULTS", "MOST_MAILS", "Round", "collect"]

MOST_MAILS = 200
"""Mails of one mailbox in a run."""

BUDGET = timedelta(seconds=60)
"""How long a run goes on to the next mail of a mailbox."""

LEFT = "collect.left"
"""The reason of the event of a mail that stays in its mailbox."""

MOST_FAULTS = 3
"""Faults of one mailbox in a run: beyond, it is away."""


@dataclass(slots=True)
class Round:
    """What a run did: mails taken, those newly left by network, name and code, faults by network and code."""

    taken: int = 0
    left: list[tuple[Network, str, str]] = field(default_factory=list)
    faults: list[tuple[Network, str]] = field(default_factory=list)
    waiting_for_a_person: int = 0  # in all mailboxes, as far as was looked


def collect(desk: CollectDesk) -> Round:
    """Empty every mailbox once, and return what was done; a mailbox that fails holds no other up."""
    made = Round()
    for source in desk.sources:
        try:
            _empty(desk, source, made)
        except PasserelleError as error:
            made.faults.append((source.network, error.code))
        finally:
            source.mailbox.close()
    return made


def _empty(desk: CollectDesk, source: Source, made: Round) -> None:
    end, failed = desk.clock() + BUDGET, 0
    listing = source.mailbox.waiting(MOST_MAILS)
    made.waiting_for_a_person += listing.left
    for mail in sorted(listing.mails, key=lambda one: one.size):
        try:
            _take(desk, source, mail, made)
        except PasserelleError as error:
            made.faults.append((source.network, error.code))
            failed += 1
        if failed >= MOST_FAULTS or desk.clock() >= end:
            return


def _take(desk: CollectDesk, source: Source, mail: Waiting, made: Round) -> None:
    """Put one mail into the mailroom, then remove it; or leave it to a person."""
    try:
        content = _fetched(desk, source, mail)
        envelope = _envelope(desk, source, content)
        desk.mailroom.keep(content)
    except MalformedError as error:
        desk.note(LEFT, (*_named(source, mail), ("fault", error.code)))
        source.mailbox.leave(mail)
        made.left.append((source.network, mail.name, error.code))
        made.waiting_for_a_person += 1
        return
    desk.mailroom.receive(envelope)
    desk.note(REMOVED, (*_named(source, mail), ("mail", envelope.mail)))
    source.mailbox.remove(mail)
    made.taken += 1


def _named(source: Source, mail: Waiting) -> Details:
    return (("network", source.network.value), ("uid", mail.name))


def _fetched(desk: CollectDesk, source: Source, mail: Waiting) -> bytes:
    if mail.size > desk.largest:
        raise MalformedError("mail.size", f"A mail is larger than {desk.largest} bytes.")
    return source.mailbox.fetch(mail, desk.largest)


def _envelope(desk: CollectDesk, source: Source, content: bytes) -> Envelope:
    came = arrival.read(content, source.field)
    digest = hashlib.sha256(content).hexdigest()
    return Envelope(source.network, came.sender, _recipients(desk, source, came), digest)


def _recipients(desk: CollectDesk, source: Source, came: Arrival) -> tuple[str, ...]:
    """Return to whom a mail came, from what is sure to what is likely; nobody is made up.

    1. Whom the server of the mailbox wrote. An address that nobody has is told to the sender, as any other is.
    2. Whose mailbox it is.
    3. Those of our people whom the header names. Who was written to in blind copy is not among them.
    """
    if source.field:
        found = came.recipients
    elif desk.is_alias(source.network, source.owner):
        found = (source.owner,)
    else:
        found = tuple(one for one in came.addressed if desk.is_alias(source.network, one))
    if not found:
        raise MalformedError("arrival.recipient", "Nothing in the mail says to whom of ours it came.")
    return found
