"""What the other network would get of a file, with no cloud: read → by patient → write, as the bridge does."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from passerelle.core import policy
from passerelle.core.documents import cda, hl7, hprim, xdm
from passerelle.core.errors import UnsupportedError, UntrustedError
from passerelle.core.mail import mime
from passerelle.core.message import (
    Code,
    Dispatch,
    Document,
    Identifier,
    Loss,
    Mailbox,
    Message,
    Network,
    Opened,
    Organisation,
    Professional,
    Proof,
)
from passerelle.core.networks import apicrypt, mssante
from passerelle.steps.ports import Agreements, Form

FORMS: dict[Network, Form] = {Network.APICRYPT: apicrypt, Network.MSSANTE: mssante}
_NO_PROOF = Proof("none")  # a file at hand proves nothing, and convert sends nothing
_MAILBOX = Mailbox("conversion@passerelle.example", "Passerelle (conversion)")
_HEAD = 65_536  # bytes in which a mail has its From
_MAIL = re.compile(rb"(?:[!-9;-~]+[ \t]*:.*\n(?:[ \t].*\n)*)*?from[ \t]*:", re.IGNORECASE)  # fields up to From
_RESULT_LINE = re.compile(rb"^(?:RES|TEX)\|", re.MULTILINE)
_LOCKED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted")
_STAND_IN = Professional(
    "ESSAI",
    "Passerelle",
    "Dr",
    Identifier("1.2.250.1.71.4.2.1", "810009999999"),
    Code("G15_10/SM54", "1.2.250.1.213.1.1.4.5", "Médecin - Médecine générale (SM)"),
    Organisation(
        "Cabinet d'essai de Passerelle",
        Identifier("1.2.250.1.71.4.2.2", "499999999999"),
        Code("SA07", "1.2.250.1.71.4.2.4", "Cabinet individuel"),
        Code("AMBULATOIRE", "1.2.250.1.213.1.1.4.9", "Ambulatoire"),
    ),
)


@dataclass(frozen=True, slots=True)
class Conversion:
    """The mails that the other network would get, one a patient, and what they could not carry."""

    network: Network
    mails: tuple[bytes, ...]
    losses: tuple[Loss, ...]


def convert(content: bytes, now: datetime, agreements: Agreements | None = None) -> Conversion:
    """Return what becomes of a file; a typed error of core where it cannot cross."""
    source, message = read(content, now)
    if not message.documents:
        raise UnsupportedError("policy.no-document", "The mail holds no medical document that the bridge can carry.")
    target = source.other
    known = agreements.correspondent(source, message.sender.address) if agreements else None
    author, losses = _author(message, source, known)
    codes = known.codes if known else ()
    written = [
        FORMS[target].write(part, replace(_dispatch(author, number, now), codes=codes))
        for number, part in enumerate(policy.by_patient(message), 1)
    ]
    carried = (loss for one in written for loss in one.losses)
    return Conversion(target, tuple(one.mail for one in written), _distinct((*message.losses, *losses, *carried)))


def read(content: bytes, now: datetime) -> tuple[Network, Message]:
    """Return what a file says and the network whose form it has, by its content and never by its name."""
    start = content[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if content.startswith(b"PK"):
        return Network.MSSANTE, _message(xdm.documents(content))
    if start.startswith(b"<"):
        return Network.MSSANTE, _message((cda.read(content),))
    if hl7.recognise(content):
        found = hl7.read(content)
        return Network.MSSANTE, _message(found.documents, found.losses)
    if _MAIL.match(start):
        return _mail(content)
    if hprim.recognise(content) or _RESULT_LINE.search(content):
        file = hprim.read(content, now)
        return Network.APICRYPT, _message(file.documents, file.losses)
    raise UnsupportedError("convert.unknown", "The file is no mail, no XDM zip, no CDA, no HL7 v2 and no HPRIM.")


def _mail(content: bytes) -> tuple[Network, Message]:
    mail = mime.read(content)
    if any(part.media_type in _LOCKED for part in mail.parts):
        raise UntrustedError("convert.locked", "The mail is enciphered: only the bridge, with its key, opens it.")
    files = (part.content for part in mail.parts if part.attached or part.content.startswith(b"PK"))
    held = any(xdm.recognise(file) if file.startswith(b"PK") else hl7.recognise(file) for file in files)
    network = Network.MSSANTE if held else Network.APICRYPT
    return network, FORMS[network].read(Opened(content, _NO_PROOF))


def _message(documents: tuple[Document, ...], losses: tuple[Loss, ...] = ()) -> Message:
    return Message("conversion@passerelle.example", _MAILBOX, "", documents, _NO_PROOF, losses=losses)


def _author(
    message: Message, source: Network, known: policy.Correspondent | None
) -> tuple[Professional | None, tuple[Loss, ...]]:
    """Return who sends: by the agreements, else by the document, else a stand-in that is said to be one."""
    if known:
        return known.professional, ()
    stated = message.documents[0].author
    if source is Network.MSSANTE or (stated and stated.identifier and stated.organisation):
        return stated, ()
    why = "The file does not say who sends it, and no agreement was given or fits."
    return _STAND_IN, (Loss("convert.stand-in-author", "sender", why, "An invented author: never send this."),)


def _dispatch(author: Professional | None, number: int, now: datetime) -> Dispatch:
    return Dispatch(
        message_id=f"conversion-{number}@passerelle.example",
        date=now,
        sender=_MAILBOX,
        recipient=Mailbox("destinataire@passerelle.example", "Destinataire"),
        author=author,
        product="DEV000000",
    )


def _distinct(losses: tuple[Loss, ...]) -> tuple[Loss, ...]:
    return tuple(dict.fromkeys(losses))
