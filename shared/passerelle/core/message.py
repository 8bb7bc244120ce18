"""What a mail says, whichever network it came from: the one form between the two networks."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum


class Network(Enum):
    """The two networks that the bridge joins."""

    APICRYPT = "apicrypt"
    MSSANTE = "mssante"

    @property
    def other(self) -> "Network":
        """Return the network on the other bank."""
        return Network.MSSANTE if self is Network.APICRYPT else Network.APICRYPT


class Sex(Enum):
    """Administrative sex, as HL7 AdministrativeGender codes it."""

    MALE = "M"
    FEMALE = "F"


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier and the OID of the authority that gave it."""

    root: str
    extension: str


@dataclass(frozen=True, slots=True)
class Code:
    """A coded concept: code, OID of its system (empty where it is local and unknown), label."""

    code: str
    system: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """A postal address: free lines, then postcode and city."""

    lines: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """The traits of a patient as the source gave them; what it did not give stays None."""

    family: str  # the name to show: HPRIM line 2
    given: str  # first given name
    birth_date: date | None = None
    birth_family: str | None = None  # only where the source says that it is the birth name
    birth_givens: str | None = None  # all given names of the birth record, space separated
    sex: Sex | None = None
    birth_place: str | None = None  # COG code
    ins: Identifier | None = None  # only from a source that qualified it
    insured: str = ""  # HPRIM line 8: the insured person's number, never an INS
    local_ids: tuple[Identifier, ...] = ()
    address: PostalAddress = field(default_factory=PostalAddress)


@dataclass(frozen=True, slots=True)
class Organisation:
    """A structure of care."""

    name: str
    identifier: Identifier | None = None  # root 1.2.250.1.71.4.2.2
    sector: Code | None = None  # secteur d'activité, SAxx (1.2.250.1.71.4.2.4)
    setting: Code | None = None  # cadre d'exercice (1.2.250.1.213.1.1.4.9)
    address: PostalAddress = field(default_factory=PostalAddress)
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Professional:
    """Somebody who wrote, ordered or performed."""

    family: str
    given: str = ""
    title: str = ""
    identifier: Identifier | None = None  # root 1.2.250.1.71.4.2.1
    profession: Code | None = None  # 1.2.250.1.213.1.1.4.5
    organisation: Organisation | None = None


class Kind(Enum):
    """The type of a result's value: HPRIM RES field 4."""

    NUMERIC = "N"
    TEXT = "A"
    CODED = "C"


class Status(Enum):
    """The status of a result: HPRIM RES field 10."""

    FINAL = "F"
    UNVALIDATED = "R"
    CORRECTED = "C"


@dataclass(frozen=True, slots=True)
class Measure:
    """One value with its unit and its normal range, decimals with a point."""

    value: str  # may start with < or >
    unit: str = ""  # French usage, as a reader sees it: g/l, G/L, UI/l
    ucum: str | None = None  # the same unit in UCUM, where it is known beyond doubt
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One line of a laboratory report."""

    label: str
    kind: Kind
    measure: Measure
    second: Measure | None = None  # the same result in a second unit
    codes: tuple[Code, ...] = ()  # local code first, LOINC where the source gave one
    flag: str = ""  # N, L, H, LL, HH or empty
    status: Status = Status.FINAL
    chapter: str = ""  # title of the section it stands in
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside the text."""

    name: str
    media_type: str
    content: bytes
    active: tuple[str, ...] = ()  # what it can do beside being read: codes such as pdf.javascript


@dataclass(frozen=True, slots=True)
class Document:
    """One clinical document about one patient."""

    identifier: Identifier | None  # None where the source numbers nothing (HPRIM)
    kind: Code
    title: str
    created: datetime  # aware
    patient: Patient
    author: Professional | None = None
    custodian: Organisation | None = None
    performed: date | None = None  # date of the act: HPRIM line 10
    addressee: str = ""  # HPRIM line 12 as it was written
    file_number: str = ""  # HPRIM line 9
    text: tuple[str, ...] = ()  # the narrative, lines of at most 80 columns
    results: tuple[Result, ...] = ()
    attachments: tuple[Attachment, ...] = ()  # its PDF first
    source: Attachment | None = None  # the document as it came (CDA XML, HPRIM text)
    replaces: Identifier | None = None
    version: int = 1
    deleted: bool = False
    confidentiality: tuple[str, ...] = ()  # codes other than N: R, V, INVISIBLE_PATIENT, MASQUE_PS…
    doubts: tuple[str, ...] = ()  # why it must not be filed without a look: stable codes, such as doubt.no-name


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a translation could not carry: what, where from, why, what the reader gets instead."""

    what: str  # a stable code, such as text.outside-cp1252; never a value of the mail
    where: str  # the place in the source: a line, a path, a part
    why: str
    instead: str


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


class Said(Enum):
    """What a receipt says became of a mail."""

    DELAYED = "delayed"  # RFC 3464: not yet delivered, still tried
    RELAYED = "relayed"  # handed on to where no receipts are written
    DELIVERED = "delivered"  # it is in the mailbox
    FAILED = "failed"  # it will not be delivered
    DISPLAYED = "displayed"  # RFC 8098: displayed, processed or dispatched
    DELETED = "deleted"  # thrown away, perhaps unread
    REJECTED = "rejected"  # it arrived, and its reader could make nothing of it


@dataclass(frozen=True, slots=True)
class Report:
    """A receipt: a DSN (RFC 3464) or an MDN (RFC 8098)."""

    said: Said
    names: tuple[str, ...]  # envelope id or Message-IDs of the mail that it speaks of, without brackets
    status: str = ""  # RFC 3463


@dataclass(frozen=True, slots=True)
class Courtesy:
    """What the header of a mail answers and asks for, beside its content."""

    answers: tuple[str, ...] = ()  # Message-IDs of In-Reply-To and References, the nearest first
    asks: tuple[str, ...] = ()  # receipts that its sender wants: dsn, mdn
    automatic: bool = False  # written by no person: never answered (RFC 3834 §2)
