"""A mail has come in: one delivery for each recipient."""

from datetime import timedelta

from passerelle.core.mail.envelope import Envelope
from passerelle.core.receipts.delivery import Delivery, delivery_id, group
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.marks import Kind
from passerelle.core.receipts.persons import Addresses
from passerelle.steps.ports import Desk

GRACE = timedelta(minutes=15)
"""How long `translate` may take before `sweep` wakes it again."""


def accept(desk: Desk, envelope_key: str) -> tuple[str, ...]:
    """Open a delivery for each recipient of an envelope, wake `translate` for each, and return their ids.

    Doing it again opens nothing new. The delivery to the first recipient is opened last: where it stands, all do.
    An envelope that cannot be read has no sender to answer: its error goes out, and the queue's dead letters alarm.
    """
    envelope = desk.mailroom.envelope(envelope_key)
    opened = [_opened(desk, envelope_key, envelope, place) for place in reversed(_recipients(envelope))]
    return tuple(reversed(opened))


def _opened(desk: Desk, key: str, envelope: Envelope, place: int) -> str:
    """Open the delivery to one recipient, where it is not there already, wake `translate`, and return its id."""
    now, concerned = desk.clock(), Addresses(envelope.sender, envelope.recipients[place])
    name = delivery_id(envelope.id, place)
    delivery = Delivery(
        name,
        State.RECEIVED,
        now,
        envelope=key,
        recipient=place,
        wake_at=now + GRACE,
        source=envelope.network.value,
        origin=group(envelope.sender.rpartition("@")[2]) if envelope.sender else "",
        sender_mark=desk.marks.of(Kind.SENDER, concerned.sender),
        recipient_mark=desk.marks.of(Kind.RECIPIENT, concerned.recipient),
    )
    details = (("network", envelope.network.value), ("mail", envelope.mail), *desk.concerning(delivery, concerned))
    desk.open("accept", delivery, details)
    desk.queue.wake("translate", name)
    return name


def _recipients(envelope: Envelope) -> list[int]:
    """Return the places of the recipients, each recipient once: hosts ignore the case of an address."""
    addresses = [recipient.casefold() for recipient in envelope.recipients]
    return [place for place, address in enumerate(addresses) if address not in addresses[:place]]
