"""Who may write to whom, by which route, and what becomes of a mail that is in doubt."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import MappingProxyType

from passerelle.core.errors import UnsupportedError
from passerelle.core.message import Document, Letters, LocalCode, Loss, Mailbox, Message, Network, Patient, Professional

MOST_PATIENTS = 100
_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # HPRIM dates a text by the mail around it

PATIENT_BOXES = "@patient.mssante.fr"
"""Where patients have their boxes: the 15 digits of the INS before it (Mon espace santé)."""

_SHARED = Loss(
    "policy.shared-parts",
    "mail",
    "The mail speaks of several patients, and some of its parts name none.",
    "These parts travel with the first patient.",
)


class Doubt(Enum):
    """What an agreement wants done with a mail that can be carried, but not without doubt."""

    FLAG = "flag"  # carry it, and say so in the receipt
    HOLD = "hold"  # an operator decides
    REFUSE = "refuse"  # back to the sender


class Ambiguity(Enum):
    """What an agreement wants done where nobody knows whether the peer took the mail; it is flagged either way."""

    RESEND = "resend"  # after a wait, the same bytes with the same Message-ID
    HOLD = "hold"  # an operator decides


class Lock(Enum):
    """What closes a mail for a correspondent."""

    SMIME = "smime"  # RFC 8551: signed, then enveloped
    CHANNEL = "channel"  # the mutual TLS of the network is the lock


class Profile(Enum):
    """How a mail is enveloped for a correspondent: what his software opens."""

    INTEROP = "interop"  # AES-256-CBC; PKCS#1 v1.5 for a key of RSA
    MODERN = "modern"  # RFC 8551: AES-256-GCM; OAEP with SHA-256 for a key of RSA


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Somebody who writes or reads: his address on his own network, and his alias on the other one."""

    network: Network
    address: str
    alias: str
    label: str
    lock: Lock
    professional: Professional
    certificate: str = ""  # name of his certificate in the keyring, for Lock.SMIME
    codes: tuple[LocalCode, ...] = ()  # his own codes of tests
    profile: Profile = Profile.INTEROP  # for Lock.SMIME


@dataclass(frozen=True, slots=True)
class Agreement:
    """That one correspondent may write to another, and how."""

    name: str
    sender: Correspondent
    recipient: Correspondent
    doubt: Doubt
    ambiguity: Ambiguity = Ambiguity.RESEND
    letters: Letters = Letters.N1
    account: bool = False  # the mail's last lines say what could not be carried
    active: Doubt = field(default=Doubt.FLAG, kw_only=True)  # a file can do more than be read
    silence: timedelta = field(default=timedelta(days=7), kw_only=True)  # without the reading receipt asked for
    patient_boxes: bool = False  # the recipient may be a patient's own box
    prescriber: bool = False  # the recipient orders what the sender reports

    def mailboxes(self) -> tuple[Mailbox, Mailbox]:
        """Return sender and recipient as the recipient's network sees them."""
        return Mailbox(self.sender.alias, self.sender.label), Mailbox(self.recipient.address, self.recipient.label)


class Fate(Enum):
    """What the policy decides."""

    CARRY = "carry"
    REFUSE = "refuse"
    HOLD = "hold"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision and its reason (a stable code, empty where there is nothing to say)."""

    fate: Fate
    reason: str = ""


def admit(message: Message, agreement: Agreement) -> Verdict:
    """Return whether a message may cross at all, whoever its patients are."""
    if not _same(message.sender.address, agreement.sender.address):
        return Verdict(Fate.QUARANTINE, "policy.sender-differs")
    if agreement.sender.lock is Lock.SMIME and message.proof.means != "signature":
        return Verdict(Fate.QUARANTINE, "policy.unsigned")
    if _is_patient_box(agreement.recipient.address) and not agreement.patient_boxes:
        return Verdict(Fate.REFUSE, "policy.patient-box")
    if not message.documents and not message.answers:
        return Verdict(Fate.REFUSE, "policy.no-document")
    if message.attachments and len(by_patient(message)) > 1:  # whose file is it? ECO.2.1.1: one patient a mail
        return Verdict(Fate.REFUSE, "policy.unowned-file")
    return Verdict(Fate.CARRY)


def judge(message: Message, agreement: Agreement) -> Verdict:
    """Return what becomes of a message that was opened and read."""
    verdict = admit(message, agreement)
    if verdict.fate is not Fate.CARRY:
        return verdict
    address = agreement.recipient.address
    if _is_patient_box(address) and not all(_his_own(document.patient, address) for document in message.documents):
        return Verdict(Fate.REFUSE, "policy.patient-ins")
    doubt = next((code for code in map(doubtful, message.documents) if code), "")
    doubts = ((doubt, agreement.doubt), ("doubt.active-file" if _active(message) else "", agreement.active))
    return max((Verdict(_FATES[wish], code) for code, wish in doubts if code), key=_weight, default=Verdict(Fate.CARRY))


_FATES = MappingProxyType({Doubt.FLAG: Fate.CARRY, Doubt.HOLD: Fate.HOLD, Doubt.REFUSE: Fate.REFUSE})


def _weight(verdict: Verdict) -> int:
    return (Fate.CARRY, Fate.HOLD, Fate.REFUSE).index(verdict.fate)


def _active(message: Message) -> bool:
    """Tell whether a file of the mail can do more than be read."""
    files = [file for document in message.documents for file in document.attachments]
    return any(file.active for file in (*files, *message.attachments))


def _is_patient_box(address: str) -> bool:
    return address.casefold().endswith(PATIENT_BOXES)


def _his_own(patient: Patient, address: str) -> bool:
    """Tell whether a patient's box is this patient's: by a qualified INS, whose 15 digits are the address (ECO.2.2.6).

    Qualified: number and authority come with birth name, first given name, birth date and sex (ECO.2.4.2).
    """
    traits = (patient.birth_family, patient.given, patient.birth_date, patient.sex)
    return patient.ins is not None and all(traits) and patient.ins.extension == address.partition("@")[0]


def by_patient(message: Message) -> tuple[Message, ...]:
    """Return one message for each patient, in the order of their first document.

    Documents are put together only where all traits agree. What belongs to no document stays with the first patient.
    """
    groups: dict[object, list[Document]] = {}
    for place, document in enumerate(message.documents):
        groups.setdefault(_identity(document.patient) or place, []).append(document)
    if len(groups) > MOST_PATIENTS:
        raise UnsupportedError("policy.too-many-patients", f"A mail speaks of at most {MOST_PATIENTS} patients.")
    if len(groups) <= 1:
        return (message,)
    first, *others = (tuple(documents) for documents in groups.values())
    shared = (_SHARED,) if message.text.strip() or message.attachments else ()
    return (
        replace(message, documents=first, losses=message.losses + shared),
        *(replace(message, documents=documents, text="", attachments=(), losses=()) for documents in others),
    )


def reply(original: Agreement) -> Agreement:
    """Return the agreement by which the recipient of a mail may answer it."""
    return replace(original, sender=original.recipient, recipient=original.sender)


def fingerprint(message: Message) -> str:
    """Return the SHA-256 of what a message carries, whatever mail carries it: hex."""
    told = [part for document in message.documents for part in (_order(document), _content(document))]
    files = [attachment.content for attachment in message.attachments]
    one = [message.message_id.encode()] if message.answers else []  # « Merci » is said more than once
    digest = hashlib.sha256()
    for part in (*one, *told, message.text.strip().encode(), *files):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _order(document: Document) -> bytes:
    """Return what is to become of a document: to take one back is not to send it again."""
    return repr((document.deleted, document.version, document.replaces)).encode()


def _content(document: Document) -> bytes:
    return document.source.content if document.source else repr(replace(document, created=_ANY_TIME)).encode()


def _identity(patient: Patient) -> object | None:
    """Return what tells a patient from another; None where it could be two."""
    if patient.ins is None and (patient.birth_date is None or not patient.family or not patient.given):
        return None
    names = (patient.family.casefold(), patient.given.casefold())
    return (patient.ins, names, patient.birth_date, patient.sex)


def doubtful(document: Document) -> str:
    """Return why a document must not be filed without a look, as a stable code; empty where nothing speaks against."""
    patient = document.patient
    if not patient.family or not patient.given:
        return "doubt.no-name"
    if patient.birth_date is None:
        return "doubt.no-birth-date"
    return next(iter(document.doubts), "")


def _same(one: str, other: str) -> bool:
    """Compare addresses: RFC 5321 leaves the local part to its host, and every host here ignores its case."""
    return one.casefold() == other.casefold()
