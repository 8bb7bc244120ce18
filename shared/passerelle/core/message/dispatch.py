"""What a network needs, beside a message, to write a mail of its own, and what it returns."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from passerelle.core.message.identity import Professional
from passerelle.core.message.mail import Labels, Loss, Mailbox


@dataclass(frozen=True, slots=True)
class LocalCode:
    """What a laboratory's own code of a test means, in one unit (UCUM; empty: none), by its agreement."""

    local: str
    loinc: str
    ucum: str


class Letters(Enum):
    """The form in which letters reach MSSanté."""

    N1 = "n1"  # level 1: a PDF in a CDA
    N3 = "n3"  # sections of text, and the PDF as their copy


@dataclass(frozen=True, slots=True)
class Dispatch:
    """What a network needs, beside the message, to write a mail."""

    message_id: str  # without angle brackets; stable over every attempt
    date: datetime  # aware
    sender: Mailbox  # as seen on the target network
    recipient: Mailbox
    author: Professional | None  # the sender in person, from the agreement
    recipient_professional: Professional | None = None
    product: str = ""  # référence produit, X-MSS-NIL
    software: str = "Passerelle"
    codes: tuple[LocalCode, ...] = ()  # the sender's own codes of tests, from the agreement
    answers: str = ""  # Message-ID that the recipient knows of the mail that this one answers
    receipt: bool = False  # whether the recipient is asked for an MDN
    letters: Letters = Letters.N1
    account: bool = False  # the mail's last lines say what could not be carried
    prescriber: bool = False  # the recipient ordered what the sender reports


@dataclass(frozen=True, slots=True)
class Written:
    """A mail rebuilt for the other network: MIME bytes and what they could not carry."""

    mail: bytes
    losses: tuple[Loss, ...] = ()
    labels: Labels = field(default_factory=Labels)
