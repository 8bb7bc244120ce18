"""One network's mail becomes the other's: open → read → judge → write → close."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from passerelle.core import policy
from passerelle.core.errors import (
    MalformedError,
    OvertakenError,
    UnavailableError,
    UnsupportedError,
    UntrustedError,
)
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Dispatch, Loss, Message, Proof
from passerelle.core.policy import Agreement, Ambiguity, Fate, Verdict
from passerelle.core.receipts import delivery as deliveries
from passerelle.core.receipts.backoff import HORIZON, delay
from passerelle.core.receipts.delivery import Delivery, moved, noted
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.ports import Details, TranslateDesk

GRACE = timedelta(minutes=15)
"""How long one run may take before `sweep` wakes another."""

MOST_FAULTS = 5
"""Retries of a mail on which the bridge itself stumbles, before an operator must look."""

MOST_RETRIES = 24
"""Retries while something that the bridge needs does not answer: most of a day."""

FAULT = "bridge.fault"
STALLED = "bridge.stalled"

_STATES = {Fate.REFUSE: State.REFUSED, Fate.HOLD: State.HELD, Fate.QUARANTINE: State.QUARANTINED}
_WAKES = {State.READY: "deliver", State.REFUSED: "acknowledge"}
_CODE = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")


@dataclass(frozen=True, slots=True)
class _Job:
    """One delivery on the desk, with what is known of its mail."""

    desk: TranslateDesk
    delivery: Delivery
    envelope: Envelope
    agreement: Agreement


def translate(desk: TranslateDesk, delivery_id: str) -> Delivery:
    """Translate a delivery in RECEIVED, once and for all, and return it as it stands.

    1. A mail that breaks a rule, or that the bridge does not carry, is REFUSED; one of unproven origin QUARANTINED.
    2. What does not answer is asked again: the wait is in the ledger, and `sweep` comes back to it.
    3. So is a mail on which the bridge stumbles (a bug, a crash), but soon an operator must look: HELD, with the name
       of the exception and nothing that it says.
    4. Only where the ledger itself does not answer does the error go out, to the queue.
    """
    delivery = desk.ledger.get(delivery_id)
    if delivery.state is State.READY:
        desk.queue.wake("deliver", delivery.id)
    if delivery.state is not State.RECEIVED:
        return delivery
    try:
        return _run(desk, delivery)
    except OvertakenError:
        return desk.ledger.get(delivery_id)


def _run(desk: TranslateDesk, delivery: Delivery) -> Delivery:
    """Try a delivery in RECEIVED, unless the wait after an earlier try is not over."""
    late = delivery.wake_at is None or delivery.wake_at <= desk.clock()
    if delivery.reason and not late:
        return delivery
    if late:
        delivery = _counted(desk, delivery)
    if delivery.state is State.RECEIVED:
        delivery = _tried(desk, delivery)
    if verb := _WAKES.get(delivery.state):
        desk.queue.wake(verb, delivery.id)
    return delivery


def _counted(desk: TranslateDesk, delivery: Delivery) -> Delivery:
    """Count a retry before it runs, so that a mail that kills its process is counted too."""
    reason = delivery.reason or STALLED
    if delivery.attempts >= (MOST_FAULTS if reason in {FAULT, STALLED} else MOST_RETRIES):
        return desk.record("translate", moved(delivery, State.HELD, reason=reason, wake_at=None))
    attempts = delivery.attempts + 1
    again = noted(delivery, attempts=attempts, reason=reason, wake_at=desk.clock() + GRACE)
    return desk.record("translate", again, (("retry", str(attempts)),))


def _tried(desk: TranslateDesk, delivery: Delivery) -> Delivery:
    """Translate, and record what came of it."""
    details: Details = ()
    try:
        following, details = _translated(desk, delivery)
    except (MalformedError, UnsupportedError) as error:
        following = _ended(desk, delivery, Verdict(Fate.REFUSE, error.code))
    except UntrustedError as error:
        following = _ended(desk, delivery, Verdict(Fate.QUARANTINE, error.code))
    except UnavailableError as error:
        following = _later(desk, delivery, error.code)
    except Exception as error:  # noqa: BLE001 - a bug must neither lose the mail nor try it for ever: rule 3
        following, details = _later(desk, delivery, FAULT), (("fault", type(error).__name__),)
    return desk.record("translate", following, details)


def _later(desk: TranslateDesk, delivery: Delivery, reason: str) -> Delivery:
    """Return the delivery with the end of its wait."""
    return noted(delivery, reason=reason, wake_at=desk.clock() + delay(delivery.attempts, desk.chance()))


def _ended(desk: TranslateDesk, delivery: Delivery, verdict: Verdict) -> Delivery:
    """Return the delivery that does not go on; a refusal is woken again until the sender is told."""
    state = _STATES[verdict.fate]
    wake_at = desk.clock() + GRACE if state is State.REFUSED else None
    return moved(delivery, state, reason=verdict.reason, wake_at=wake_at)


def _translated(desk: TranslateDesk, delivery: Delivery) -> tuple[Delivery, Details]:
    """Return the next state of a delivery whose mail was opened, read and judged, and closed if it may cross."""
    envelope = desk.mailroom.envelope(delivery.envelope)
    alias = envelope.recipients[delivery.recipient]
    agreement = desk.agreements.between(envelope.network, envelope.sender, alias)
    if agreement is None:
        return _ended(desk, delivery, Verdict(Fate.REFUSE, "policy.unknown-recipient")), ()
    job = _Job(desk, delivery, envelope, agreement)
    message = _read(job)
    verdict = policy.admit(message, agreement)
    if verdict.fate is Fate.CARRY:
        message = _part(job, message)
        verdict = policy.judge(message, agreement)
    if verdict.fate is Fate.CARRY:
        return _carried(job, message, verdict)
    return _ended(desk, delivery, verdict), _proven(message.proof)


def _read(job: _Job) -> Message:
    """Open and read the mail."""
    desk, sender = job.desk, job.agreement.sender
    opened = desk.ciphers[sender.lock].open(desk.mailroom.read(job.envelope.mail), sender, desk.clock())
    return desk.forms[sender.network].read(opened)


def _part(job: _Job, message: Message) -> Message:
    """Return what a mail says of the patient of this delivery.

    The first part opens a delivery for each further patient, and does so before it leaves RECEIVED itself.
    """
    patients = policy.by_patient(message)
    if job.delivery.part == 0:
        for part in range(1, len(patients)):
            _open_sibling(job, part)
    return patients[job.delivery.part]


def _open_sibling(job: _Job, part: int) -> None:
    """Open the delivery of a further patient; where it is there already, wake it."""
    desk, place, now = job.desk, job.delivery.recipient, job.desk.clock()
    sibling = Delivery(
        deliveries.delivery_id(job.envelope.id, place, part),
        State.RECEIVED,
        now,
        envelope=job.delivery.envelope,
        recipient=place,
        part=part,
        wake_at=now + GRACE,
    )
    details = (("network", job.envelope.network.value), ("mail", job.envelope.mail), ("part", str(part)))
    desk.ledger.open(sibling, desk.event("translate", sibling, details))
    desk.queue.wake("translate", sibling.id)


def _carried(job: _Job, message: Message, verdict: Verdict) -> tuple[Delivery, Details]:
    """Write and close a message, and freeze its bytes: every attempt sends the same."""
    desk, agreement = job.desk, job.agreement
    written = desk.forms[agreement.recipient.network].write(message, _dispatch(job))
    details = (*_proven(message.proof), *_lost(message.losses + written.losses))
    try:
        closed = desk.ciphers[agreement.recipient.lock].close(written.mail, agreement, desk.clock())
    except (MalformedError, UnsupportedError, UntrustedError) as error:
        # The sender did nothing wrong: the recipient's certificate is for the operator to look at.
        return _ended(desk, job.delivery, Verdict(Fate.HOLD, error.code)), details
    digest = desk.mailroom.keep(closed)
    return _ready(job, digest, verdict.reason), (("mail", digest), *details)


def _dispatch(job: _Job) -> Dispatch:
    """Return what the target network must know; nothing of it changes from one run to the next."""
    sender, recipient = job.agreement.mailboxes()
    return Dispatch(
        f"{job.delivery.id}@{job.desk.bridge.domain}",
        job.delivery.opened_at,
        sender,
        recipient,
        author=job.agreement.sender.professional,
        recipient_professional=job.agreement.recipient.professional,
        product=job.desk.bridge.product,
        codes=job.agreement.sender.codes,
    )


def _ready(job: _Job, digest: str, reason: str) -> Delivery:
    """Return the delivery in READY, with the envelope that goes out."""
    recipient, now = job.agreement.recipient, job.desk.clock()
    envelope = Envelope(recipient.network, job.agreement.sender.alias, (recipient.address,), digest)
    return moved(
        job.delivery,
        State.READY,
        reason=reason,
        outgoing=job.desk.mailroom.dispatch(envelope),
        attempts=0,
        wake_at=now,
        give_up_at=now + HORIZON,
        resend=job.agreement.ambiguity is Ambiguity.RESEND,
    )


def _proven(proof: Proof) -> Details:
    """Return what proved the origin, without the signer's address."""
    said = (("proof", proof.means), ("certificate", proof.certificate or ""), ("algorithm", proof.algorithm))
    return tuple((name, value) for name, value in said if value)


def _lost(losses: tuple[Loss, ...]) -> Details:
    """Return the codes of the losses, each with its count; what is no code is not repeated."""
    codes = Counter(loss.what if _CODE.fullmatch(loss.what) else "unnamed" for loss in losses)
    return tuple((f"loss.{code}", str(count)) for code, count in sorted(codes.items()))
