"""A mail between locks: where it comes from, what proved its origin, what it says."""

from dataclasses import dataclass, field
from enum import Enum

from passerelle.core.message.document import Attachment, Document


class Network(Enum):
    """The two networks that the bridge joins."""

    APICRYPT = "apicrypt"
    MSSANTE = "mssante"

    @property
    def other(self) -> "Network":
        """Return the network on the other bank."""
        return Network.MSSANTE if self is Network.APICRYPT else Network.APICRYPT


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address with its display label."""

    address: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What proved the origin of a mail."""

    means: str  # "signature" or "channel"
    signer: str | None = None  # the address that the signature speaks for
    certificate: str | None = None  # SHA-256 of the signer's certificate, hex
    algorithm: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail without its lock: MIME bytes and what proved their origin."""

    content: bytes
    proof: Proof


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a translation could not carry: what, where from, why, what the reader gets instead."""

    what: str  # a stable code, such as text.outside-cp1252; never a value of the mail
    where: str  # the place in the source: a line, a path, a part
    why: str
    instead: str


@dataclass(frozen=True, slots=True)
class Labels:
    """What the X-MSS-… fields of a MSSanté mail say, in codes; none of it comes from a patient's record."""

    codes: str = ""  # X-MSS-CODECDA: types of documents, with commas
    qualified: str = ""  # X-MSS-INS: O or N
    product: str = ""  # X-MSS-NIL: the software that wrote the mail


@dataclass(frozen=True, slots=True)
class Message:
    """A mail, opened and read."""

    message_id: str
    sender: Mailbox
    subject: str
    documents: tuple[Document, ...]
    proof: Proof
    text: str = ""  # what the sender wrote around the documents
    attachments: tuple[Attachment, ...] = ()  # parts that belong to no document
    losses: tuple[Loss, ...] = ()
    answers: bool = False  # a person's words in answer to a mail of the bridge: they need no document
    labels: Labels = field(default_factory=Labels)
