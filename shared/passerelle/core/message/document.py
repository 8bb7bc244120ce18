"""What a mail carries: clinical documents and files."""

from dataclasses import dataclass
from datetime import date, datetime

from passerelle.core.message.identity import Code, Identifier, Organisation, Patient, Professional
from passerelle.core.message.results import Result


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
    performed_told: str = ""  # in French, what the source says instead of a full date
    issuer: str = ""  # HPRIM line 11 as it was written
    addressee: str = ""  # HPRIM line 12 as it was written
    file_number: str = ""  # HPRIM line 9
    context: tuple[str, ...] = ()  # what else its header says (who takes part, the stay, the order), laid out in French
    text: tuple[str, ...] = ()  # the narrative, lines of at most 80 columns
    results: tuple[Result, ...] = ()
    attachments: tuple[Attachment, ...] = ()  # its PDF first
    source: Attachment | None = None  # the document as it came (CDA XML, HPRIM text)
    replaces: Identifier | None = None
    version: int = 1
    deleted: bool = False
    confidentiality: tuple[str, ...] = ()  # codes other than N: R, V, INVISIBLE_PATIENT, MASQUE_PS…
    doubts: tuple[str, ...] = ()  # why it must not be filed without a look: stable codes, such as doubt.no-name
