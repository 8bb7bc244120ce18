"""The mails of a pretend network."""

import json
from datetime import UTC, date, datetime

from passerelle.core.errors import MalformedError
from passerelle.core.message import (
    Attachment,
    Code,
    Dispatch,
    Document,
    Identifier,
    Loss,
    Mailbox,
    Message,
    Opened,
    Patient,
    Written,
)


class FakeForm:
    """A network whose mails are JSON: one list of traits for each document."""

    def read(self, opened: Opened, /) -> Message:
        try:
            fields = json.loads(opened.content.rpartition(b"\n\n")[2])  # it may have a header
        except ValueError as error:
            raise MalformedError("form.json", "A mail of the pretend network is JSON.") from error
        if "bug" in fields:
            raise ZeroDivisionError(fields["bug"])
        if fields.get("missing"):
            raise MalformedError("hprim.missing", "A mail of the pretend network says that it has no document.")
        return Message(
            fields["id"],
            Mailbox(fields["from"]),
            fields.get("subject", ""),
            tuple(_document(*traits) for traits in fields["patients"]),
            opened.proof,
            text=fields.get("text", ""),
            attachments=tuple(Attachment(name, "text/plain", b"") for name in fields.get("files", ())),
            losses=tuple(Loss(what, "line 1", "why", "instead") for what in fields.get("losses", ())),
        )

    def write(self, message: Message, dispatch: Dispatch, /) -> Written:
        fields = {
            "id": dispatch.message_id,
            "date": dispatch.date.isoformat(),
            "from": dispatch.sender.address,
            "to": dispatch.recipient.address,
            "codes": [one.local for one in dispatch.codes],
            "asked": [dispatch.letters.value, dispatch.account, dispatch.prescriber],
            "answers": dispatch.answers,
            "receipt": dispatch.receipt,
            "patients": [
                (d.patient.family, d.patient.given, d.patient.birth_date and d.patient.birth_date.isoformat())
                for d in message.documents
            ],
            "text": message.text,
            "files": [attachment.name for attachment in message.attachments],
        }
        return Written(json.dumps(fields).encode(), (Loss("form.subject", "subject", "why", "instead"),))


def _document(family: str, given: str, born: str | None, ins: str = "") -> Document:
    known = Identifier("1.2.250.1.213.1.4.10", ins) if ins else None
    patient = Patient(family, given, date.fromisoformat(born) if born else None, ins=known)
    return Document(None, Code("11488-4", "2.16.840.1.113883.6.1"), "CR", datetime(2026, 11, 20, tzinfo=UTC), patient)
