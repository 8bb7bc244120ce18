"""Documents that cross to the other network and come back, by the same doors as mails do."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage

from passerelle.core import policy
from passerelle.core.mail import mime
from passerelle.core.message import Dispatch, Loss, Mailbox, Message, Opened, Proof
from passerelle.core.networks import apicrypt, mssante
from passerelle.steps.ports import Form
from tests.core.documents.synthetic import DISPATCH
from tests.vectors import make_cda

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
_PROOF = Proof("signature")


@dataclass(frozen=True, slots=True)
class Trip:
    """One patient's documents: as they came, as the other network gets them, as the first one gets them back."""

    first: Message
    there: bytes
    between: Message
    back: bytes
    last: Message
    losses: tuple[Loss, ...]


def read_hprim(content: bytes) -> tuple[Message, ...]:
    """Return what an Apicrypt mail with this HPRIM file says of each patient."""
    mail = _mail(content, "message.hpr", "x-hprim-med")
    return policy.by_patient(apicrypt.read(Opened(mail, _PROOF)))


def read_xdm(package: bytes) -> tuple[Message, ...]:
    """Return what a MSSanté mail with this XDM zip says of each patient."""
    return policy.by_patient(mssante.read(Opened(_mail(package, "IHE_XDM.zip", "zip"), _PROOF)))


def by_cda(first: Message, dispatch: Dispatch = DISPATCH) -> Trip:
    """Return what becomes of a message of Apicrypt: HPRIM → CDA → HPRIM."""
    return _trip(first, (mssante, apicrypt), dispatch)


def by_hprim(first: Message, dispatch: Dispatch = DISPATCH) -> Trip:
    """Return what becomes of a message of MSSanté: CDA → HPRIM → CDA."""
    return _trip(first, (apicrypt, mssante), dispatch)


def _trip(first: Message, networks: tuple[Form, Form], dispatch: Dispatch) -> Trip:
    away, home = networks
    there = away.write(first, dispatch)
    between = away.read(Opened(there.mail, _PROOF))
    back = home.write(between, dispatch)
    last = home.read(Opened(back.mail, _PROOF))
    losses = (*first.losses, *there.losses, *between.losses, *back.losses, *last.losses)
    return Trip(first, there.mail, between, back.mail, last, losses)


def packed(*documents: bytes) -> bytes:
    """Return CDA documents as an XDM zip."""
    return make_cda.xdm({f"DOC{number:04}.XML": content for number, content in enumerate(documents, 1)})


def zipped(mail: bytes) -> bytes:
    """Return the IHE_XDM.zip of a mail that was written for MSSanté."""
    (content,) = (part.content for part in mime.read(mail).parts if part.name == "IHE_XDM.zip")
    return content


def hprim_text(mail: bytes) -> str:
    """Return the HPRIM text of a mail that was written for Apicrypt."""
    (part,) = (part for part in mime.read(mail).parts if part.media_type == "text/plain" and not part.attached)
    return part.content.decode("latin-1")


def anonymous(dispatch: Dispatch = DISPATCH) -> Dispatch:
    """Return a dispatch whose agreement names nobody: the document's own author signs."""
    return replace(dispatch, author=None, sender=Mailbox(dispatch.sender.address))


def _mail(content: bytes, name: str, subtype: str) -> bytes:
    mail = EmailMessage()
    mail["Message-ID"] = "<rond@passerelle.example>"
    mail["Date"] = NOW
    mail["From"] = "labo.DUNORD@medical59.apicrypt.example"
    mail["To"] = "passerelle@passerelle.example"
    mail["Subject"] = "Essai"
    mail.set_content("")
    mail.add_attachment(content, maintype="application", subtype=subtype, filename=name)
    return mail.as_bytes()
