"""Hand a mail over, at least once, and more than once only where nobody can know; that is never hidden.

A crash in CLAIMED is a free retry. From SENDING on the peer may have the mail (RFC 1047): see lifecycle.py.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from passerelle.core.errors import OvertakenError, PasserelleError
from passerelle.core.receipts import smtp_errors
from passerelle.core.receipts.backoff import delay
from passerelle.core.receipts.delivery import Delivery, answer_by, moved
from passerelle.core.receipts.lifecycle import AT_WORK, State
from passerelle.steps.ports import DeliverDesk, Details, Errand, Outcome, Reply, endless

LEASE = timedelta(seconds=900)
"""How long an attempt owns a delivery; longer than its function lives (780 s)."""

DSN_WAIT = timedelta(minutes=15)
"""How long an ambiguous attempt waits, for the peer's own word, before it is made again."""

MOST_RESENDS = 3
"""Ambiguous attempts that are made again, before an operator must look."""

ATTEMPT = 740.0
"""Seconds that an attempt may take, all waits of RFC 5321 §4.5.3.2 in it; none begins where fewer are left."""

TELL_GRACE = timedelta(minutes=15)
"""How long `acknowledge` may take before `sweep` wakes it again."""

ACCEPTED = "delivery.accepted"
AMBIGUOUS = "delivery.ambiguous"
EXPIRED = "delivery.expired"
POSTPONED = "delivery.postponed"
REJECTED = "delivery.rejected"

_TOLD_OF = frozenset({State.FAILED, State.ACCEPTED})
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")  # RFC 3463 §2
_QUEUE_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


@dataclass(slots=True)
class _Attempt:
    """One attempt: it owns the delivery as long as its lease runs and nobody else has written."""

    desk: DeliverDesk
    delivery: Delivery
    left: Callable[[], float]

    @property
    def name(self) -> str:
        """Return the name of the attempt, by which a receipt is known again (core/receipts/reception.py)."""
        return f"{self.delivery.id}.{self.delivery.attempts}"

    def before_dot(self) -> None:
        """Write SENDING; OvertakenError where the delivery is no longer ours, and then nothing is sent."""
        if _over(self.delivery, self.desk.clock()):
            raise OvertakenError("delivery.lease", "The lease of this attempt is over.")
        self.delivery = self.desk.record("deliver", moved(self.delivery, State.SENDING))

    def send(self) -> tuple[Reply, Details]:
        """Send the frozen bytes; whatever goes wrong before SENDING is certainly not delivered."""
        try:
            envelope = self.desk.mailroom.envelope(self.delivery.outgoing)
            mail = self.desk.mailroom.read(envelope.mail)
            errand = Errand(self.name, self.left)
            return self.desk.relays[envelope.network].send(envelope, mail, self.before_dot, errand), ()
        except OvertakenError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug in the way out is no reason to lose a mail, nor to hide it
            fault = error.code if isinstance(error, PasserelleError) else type(error).__name__
            sent = self.delivery.state is State.SENDING
            return Reply(Outcome.UNKNOWN if sent else Outcome.POSTPONED), (("fault", fault),)


def deliver(desk: DeliverDesk, delivery_id: str, left: Callable[[], float] = endless) -> Delivery:
    """Make one attempt at a delivery whose time has come, and return it as it stands.

    Where too few seconds are left for an attempt, the next invocation makes it.
    """
    delivery = desk.ledger.get(delivery_id)
    if left() < ATTEMPT and delivery.state in AT_WORK:
        desk.queue.wake("deliver", delivery.id, delivery.group)
        return delivery
    try:
        delivery = _moved_on(desk, delivery, left)
    except OvertakenError:
        return desk.ledger.get(delivery_id)
    if delivery.state in _TOLD_OF and delivery.wake_at is not None:
        desk.queue.wake("acknowledge", delivery.id)
    return delivery


def _moved_on(desk: DeliverDesk, delivery: Delivery, left: Callable[[], float]) -> Delivery:
    """Do what the state asks for, if the wait or the lease is over."""
    # A first attempt never waits: the clock that made it ready may be ahead of ours.
    fresh = delivery.state is State.READY and delivery.attempts == 0
    if not (fresh or _over(delivery, desk.clock())):
        return delivery
    if delivery.state is State.SENDING:
        return desk.record("deliver", _ambiguous(desk, delivery), (("lease", "over"),))
    if delivery.state is State.CLAIMED and _given_up(delivery, desk.clock()):
        return desk.record("deliver", _failed(desk, delivery, EXPIRED))
    if delivery.state in {State.READY, State.CLAIMED}:
        return _attempted(desk, delivery, left)
    return delivery


def _attempted(desk: DeliverDesk, delivery: Delivery, left: Callable[[], float]) -> Delivery:
    """Claim, send, and record how it ended."""
    claimed = moved(
        delivery,
        State.CLAIMED,
        token=desk.mint(),
        attempts=delivery.attempts + 1,
        wake_at=desk.clock() + LEASE,
    )
    attempt = _Attempt(desk, desk.record("deliver", claimed, (("attempt", str(claimed.attempts)),)), left)
    reply, details = attempt.send()
    following = _settled(desk, attempt.delivery, reply.outcome)
    return desk.record("deliver", following, (*_said(reply), *details))


def _settled(desk: DeliverDesk, delivery: Delivery, outcome: Outcome) -> Delivery:
    """Return the delivery as an attempt leaves it."""
    if outcome is Outcome.ACCEPTED:
        return _accepted(desk, delivery)
    if outcome is Outcome.REJECTED:
        return _failed(desk, delivery, REJECTED)
    if outcome is Outcome.UNKNOWN:
        return _ambiguous(desk, delivery)
    wake_at = desk.clock() + delay(delivery.attempts - 1, desk.chance())
    if _given_up(delivery, wake_at):
        return _failed(desk, delivery, EXPIRED)
    return moved(delivery, State.READY, reason=POSTPONED, token="", wake_at=wake_at)


def _accepted(desk: DeliverDesk, delivery: Delivery) -> Delivery:
    """Return the delivery that the peer took; it is woken again until its sender has what he asked for."""
    silence = answer_by(delivery, desk.clock())
    wake_at = desk.clock() + TELL_GRACE if "dsn" in delivery.asked.split() else silence
    return moved(delivery, State.ACCEPTED, reason=ACCEPTED, token="", wake_at=wake_at, answer_by=silence)


def _ambiguous(desk: DeliverDesk, delivery: Delivery) -> Delivery:
    """Return the delivery that the peer may have: to be sent again or held, as its agreement says."""
    earlier = sum(
        event.reason == AMBIGUOUS and event.state is State.READY for event in desk.ledger.history(delivery.id)
    )
    wake_at = desk.clock() + DSN_WAIT
    if delivery.resend and earlier < MOST_RESENDS and not _given_up(delivery, wake_at):
        return moved(delivery, State.READY, reason=AMBIGUOUS, token="", wake_at=wake_at)
    return moved(delivery, State.HELD, reason=AMBIGUOUS, token="", wake_at=None)


def _failed(desk: DeliverDesk, delivery: Delivery, reason: str) -> Delivery:
    """Return the delivery that will not be made; it is woken again until the sender is told."""
    wake_at = desk.clock() + TELL_GRACE
    return moved(delivery, State.FAILED, reason=reason, token="", wake_at=wake_at)


def _over(delivery: Delivery, now: datetime) -> bool:
    """Return whether the wait or the lease of a delivery is over."""
    return delivery.wake_at is not None and delivery.wake_at <= now


def _given_up(delivery: Delivery, now: datetime) -> bool:
    """Return whether the mail was tried for as long as mail is tried."""
    return delivery.give_up_at is not None and delivery.give_up_at <= now


def _said(reply: Reply) -> Details:
    """Return what the peer said, as far as it has the form of a code: anything else could hold an address."""
    enhanced = reply.enhanced if _ENHANCED.fullmatch(reply.enhanced) else ""
    queue_id = reply.queue_id if _QUEUE_ID.fullmatch(reply.queue_id) else ""
    failed = reply.outcome in {Outcome.POSTPONED, Outcome.REJECTED}
    error = smtp_errors.of(reply.code, enhanced) if failed and (reply.code or enhanced) else ""
    said = (("code", str(reply.code or "")), ("enhanced", enhanced), ("queue", queue_id), ("error", error))
    return tuple((name, value) for name, value in said if value)
