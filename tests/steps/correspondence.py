"""Mails of the pretend networks with a real header, and the receipts that others write of them."""

import email
import email.policy
from email.message import EmailMessage

from passerelle.core.receipts.delivery import Delivery
from passerelle.core.receipts.lifecycle import State
from tests.steps.office import DOCTOR, HOSPITAL, Office, letter

ORIGINAL = "original@ch-exemple.mssante.example"
ASKS_MDN = f"Disposition-Notification-To: {HOSPITAL.address}"
ASKS_DSN = f"Return-Receipt-To: {HOSPITAL.address}"
READ = "manual-action/MDN-sent-manually; displayed"
KO = "automatic-action/MDN-sent-automatically; processed/error"


def mail(*fields: str, sender: str = HOSPITAL.address, text: str = "") -> bytes:
    """Return a mail of the pretend network that has the header of a real one."""
    head = "\n".join((f"From: {sender}", f"Message-ID: <{ORIGINAL}>", "Subject: Courrier", *fields))
    mark, _, content = letter(sender=sender, text=text).partition(b"\n")
    return mark + b"\n" + head.encode() + b"\n\n" + content


def delivered(raw: bytes, sender: str, recipient: str) -> bytes:
    """Return a mail of the pretend network as the last server puts it into a mailbox."""
    mark, _, rest = raw.partition(b"\n")
    fields = f"Return-Path: <{sender}>\nReceived: from mx by imap.example\nTo: {recipient}\n"
    return mark + b"\n" + fields.encode() + (b"" if b"\n\n" in rest else b"\n") + rest


def report(kind: str, note: str, sender: str) -> bytes:
    """Return a multipart/report of which the second part is the note."""
    top = f"From: {sender}\nMessage-ID: <report@medical59.example>\nSubject: report\nAuto-Submitted: auto-replied\n"
    second = f"--b\nContent-Type: message/{kind}\n\n{note}\n"
    return (
        f'{top}Content-Type: multipart/report; report-type={kind}; boundary="b"\n\n--b\n\nSo it went.\n{second}--b--\n'
    ).encode()


def dsn(delivery: Delivery, action: str, status: str = "2.0.0") -> bytes:
    """Return a DSN of the peer's server about a delivery."""
    group = f"Final-Recipient: rfc822; {DOCTOR.address}\nAction: {action}\nStatus: {status}"
    note = f"Reporting-MTA: dns; mx.example\nOriginal-Envelope-Id: {delivery.id}.1\n\n{group}"
    return report("delivery-status", note, "MAILER-DAEMON@medical59.apicrypt.example")


def mdn(delivery: Delivery, disposition: str = READ, reader: str = DOCTOR.address) -> bytes:
    """Return an MDN of the reader about a delivery."""
    named = f"Final-Recipient: rfc822; {reader}\nOriginal-Message-ID: <{delivery.id}@passerelle.example>"
    return report("disposition-notification", f"{named}\nDisposition: {disposition}", reader)


def sent(office: Office, *fields: str) -> Delivery:
    """Send one mail with these fields to the doctor, and return its delivery once the peer has it."""
    office.post(mail(*fields))
    office.pump()
    (delivery,) = [delivery for delivery in office.ledger.everything() if not delivery.notice_of]
    return delivery


def came_back(office: Office, raw: bytes, sender: str = "", recipient: str = HOSPITAL.alias) -> Delivery:
    """Bring a mail in from the doctor's side, and return the delivery that it became."""
    known = {delivery.id for delivery in office.ledger.everything()}
    office.post_from(DOCTOR.network, raw, recipient, sender=sender)
    office.pump()
    (new,) = [d for d in office.ledger.everything() if d.id not in known and not d.notice_of]
    return new


def stands(office: Office, delivery: Delivery) -> tuple[State, str]:
    """Return where a delivery stands now, and why."""
    now = office.ledger.get(delivery.id)
    return now.state, now.reason


def notices(office: Office) -> list[EmailMessage]:
    """Return the notices that arrived, read by the standard library."""
    raws = [raw for envelope, raw in office.relay.inbox if not envelope.sender]
    return [email.message_from_bytes(raw, policy=email.policy.default) for raw in raws]
