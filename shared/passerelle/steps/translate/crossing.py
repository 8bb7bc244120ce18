"""One mail, once: open → read → judge → write → close."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from passerelle.core import policy
from passerelle.core.errors import MalformedError, UnsupportedError, UntrustedError
from passerelle.core.mail import account, courtesy
from passerelle.core.mail import report as reports
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Courtesy, Dispatch, Labels, Loss, Message, Network, Opened, Proof
from passerelle.core.networks import answer
from passerelle.core.policy import Agreement, Ambiguity, Fate, Verdict
from passerelle.core.receipts import delivery as deliveries
from passerelle.core.receipts.backoff import HORIZON
from passerelle.core.receipts.delivery import Delivery, moved
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.marks import Kind
from passerelle.core.receipts.persons import Addresses
from passerelle.steps.ports import Details, TranslateDesk
from passerelle.steps.translate import incoming, repeats, replies, scanning
from passerelle.steps.translate.replies import Thread

GRACE = timedelta(minutes=15)
"""How long one run may take before `sweep` wakes another."""

_STATES = {Fate.REFUSE: State.REFUSED, Fate.HOLD: State.HELD, Fate.QUARANTINE: State.QUARANTINED}
_CODE = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Job:
    """One delivery on the desk, with what is known of its mail."""

    desk: TranslateDesk
    delivery: Delivery
    envelope: Envelope
    agreement: Agreement
    asked: Courtesy
    thread: Thread | None  # the mail of ours that this one answers; often none


def translated(desk: TranslateDesk, delivery: Delivery) -> tuple[Delivery, Details]:
    """Return the next state of a delivery whose mail was opened, read and judged, and closed if it may cross."""
    envelope = desk.mailroom.envelope(delivery.envelope)
    alias = envelope.recipients[delivery.recipient]
    raw = desk.mailroom.read(envelope.mail)
    if report := reports.read(raw):
        return incoming.absorbed(desk, delivery, envelope, report)
    if absence := incoming.automatic(desk, delivery, raw):
        return absence, ()
    thread = replies.find(desk, envelope, alias, raw)
    agreement = desk.agreements.between(envelope.network, envelope.sender, alias) or (
        thread.agreement if thread else None
    )
    if agreement is None:
        return ended(desk, delivery, Verdict(Fate.REFUSE, "policy.unknown-recipient")), ()
    opened = desk.ciphers[agreement.sender.lock].open(raw, agreement.sender, desk.clock())
    if report := reports.read(opened.content):
        return incoming.absorbed(desk, delivery, envelope, report)
    asked = courtesy.read(opened.content)
    return _judged(Job(desk, delivery, envelope, agreement, asked, thread), opened)


def _judged(job: Job, opened: Opened) -> tuple[Delivery, Details]:
    """Return the delivery of a mail that is open, as its agreement will have it."""
    message, known = _read(job, opened), Addresses()
    verdict = policy.admit(message, job.agreement)
    if verdict.fate is Fate.CARRY:
        message = _part(job, message)
        job = replace(job, delivery=_marked(job, message))
        known = Addresses(reader=job.agreement.recipient.address, message=message.message_id)
        verdict = policy.judge(message, job.agreement)
    concerned = job.desk.concerning(job.delivery, known)
    following, details = _fated(job, opened, message, verdict)
    between = (("from", job.delivery.sender_domain), ("to", job.delivery.recipient_domain))
    return following, (*details, *(pair for pair in between if pair[1]), *concerned)


def _fated(job: Job, opened: Opened, message: Message, verdict: Verdict) -> tuple[Delivery, Details]:
    """Return the delivery of a mail that was judged, and carried if it may be."""
    released = job.delivery.released
    if verdict.fate is Fate.CARRY and not released:
        repeat = repeats.find(job.desk, job.delivery, job.envelope, message)
        if repeat.earlier:
            absorbed = moved(job.delivery, State.ABSORBED, reason=repeats.TWICE, wake_at=None)
            return absorbed, (("earlier", repeat.earlier), *_proven(message.proof))
        verdict = Verdict(Fate.HOLD, repeats.MASS) if repeat.mass else verdict
    if verdict.fate is Fate.CARRY or (verdict.fate is Fate.HOLD and released):
        infected, looked = scanning.look(job.desk.scanner, opened, message)
        if infected:
            return ended(job.desk, job.delivery, Verdict(Fate.QUARANTINE, scanning.INFECTED)), looked
        following, details = _carried(job, message, verdict)
        return following, (*details, *looked)
    return ended(job.desk, job.delivery, verdict), _proven(message.proof)


def _marked(job: Job, message: Message) -> Delivery:
    """Return the delivery with the marks of what its mail says."""
    known = (document.patient.ins for document in message.documents if document.patient.ins)
    patient = next((ins.extension for ins in known), "")
    return replace(
        job.delivery,
        sender_domain=_domain(job.agreement.sender.address),
        recipient_domain=_domain(job.agreement.recipient.address),
        reader_mark=job.desk.marks.of(Kind.READER, job.agreement.recipient.address),
        patient_mark=job.desk.marks.of(Kind.PATIENT, patient),
        message_mark=job.desk.marks.of(Kind.MESSAGE, message.message_id),
    )


def _read(job: Job, opened: Opened) -> Message:
    """Return what a mail says; an answer to a mail of ours may say it in plain words."""
    try:
        return job.desk.forms[job.agreement.sender.network].read(opened)
    except MalformedError as error:
        if job.thread is None or error.code not in answer.NO_DOCUMENT:
            raise
        return answer.read(opened)


def ended(desk: TranslateDesk, delivery: Delivery, verdict: Verdict) -> Delivery:
    """Return the delivery that does not go on; a refusal is woken again until the sender is told."""
    state = _STATES[verdict.fate]
    wake_at = desk.clock() + GRACE if state is State.REFUSED else None
    return moved(delivery, state, reason=verdict.reason, wake_at=wake_at)


def _part(job: Job, message: Message) -> Message:
    """Return what a mail says of the patient of this delivery.

    The first part opens a delivery for each further patient, and does so before it leaves RECEIVED itself.
    """
    patients = policy.by_patient(message)
    if job.delivery.part == 0:
        for part in range(1, len(patients)):
            _open_sibling(job, part)
    return patients[job.delivery.part]


def _open_sibling(job: Job, part: int) -> None:
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
        origin=job.delivery.origin,
        source=job.delivery.source,
        sender_mark=job.delivery.sender_mark,
        recipient_mark=job.delivery.recipient_mark,
    )
    details = (("network", job.envelope.network.value), ("mail", job.envelope.mail), ("part", str(part)))
    known = Addresses(job.envelope.sender, job.envelope.recipients[place])
    desk.open("translate", sibling, (*details, *desk.concerning(sibling, known)))
    desk.queue.wake("translate", sibling.id)


def _carried(job: Job, message: Message, verdict: Verdict) -> tuple[Delivery, Details]:
    """Write and close a message, and freeze its bytes: every attempt sends the same."""
    desk, agreement = job.desk, job.agreement
    network, dispatch = agreement.recipient.network, _dispatch(job)
    written = (
        answer.write(message, dispatch, network) if message.answers else desk.forms[network].write(message, dispatch)
    )
    labels = written.labels if network is Network.MSSANTE else message.labels
    details = (*_proven(message.proof), *_labelled(labels), *_lost(message.losses + written.losses))
    try:
        closed = desk.ciphers[agreement.recipient.lock].close(written.mail, agreement, desk.clock())
    except (MalformedError, UnsupportedError, UntrustedError) as error:
        # The sender did nothing wrong: the recipient's certificate is for the operator to look at.
        return ended(desk, job.delivery, Verdict(Fate.HOLD, error.code)), details
    digest = desk.mailroom.keep(closed)
    labelled = replace(job.delivery, codes=labels.codes, qualified=labels.qualified, product=labels.product)
    ready = _ready(replace(job, delivery=labelled), digest, verdict.reason)
    return ready, (("mail", digest), ("size", str(len(closed))), *details)


def _dispatch(job: Job) -> Dispatch:
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
        letters=job.agreement.letters,
        account=job.agreement.account,
        prescriber=job.agreement.prescriber,
        answers=job.thread.message_id if job.thread else "",
        receipt="mdn" in job.asked.asks,
    )


def _ready(job: Job, digest: str, reason: str) -> Delivery:
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
        asked=" ".join(job.asked.asks),
        answer_by=now + job.agreement.silence if "mdn" in job.asked.asks else None,
        group=deliveries.group(_domain(recipient.address)),
    )


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()


def _labelled(labels: Labels) -> Details:
    """Return what the X-MSS-… fields of the mail on the MSSanté side say."""
    said = (("codecda", labels.codes), ("ins", labels.qualified), ("nil", labels.product))
    return tuple((name, value) for name, value in said if value)


def _proven(proof: Proof) -> Details:
    """Return what proved the origin, without the signer's address."""
    said = (("proof", proof.means), ("certificate", proof.certificate or ""), ("algorithm", proof.algorithm))
    return tuple((name, value) for name, value in said if value)


def _lost(losses: tuple[Loss, ...]) -> Details:
    """Return the codes of the losses, each with its count, then their places; what is no code is not repeated."""
    found: dict[str, list[str]] = {}
    for loss in losses:
        found.setdefault(loss.what if _CODE.fullmatch(loss.what) else "unnamed", []).append(loss.where)
    counts = tuple((f"loss.{code}", str(len(places))) for code, places in sorted(found.items()))
    told = ((f"at.{code}", account.places(places)) for code, places in sorted(found.items()))
    return (*counts, *((name, places) for name, places in told if places))
