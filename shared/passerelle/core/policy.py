"""Who may write to whom, by which route, and what becomes of a mail that is in doubt."""

from dataclasses import dataclass
from enum import Enum

from passerelle.core.message import Document, Mailbox, Message, Network, Professional


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


@dataclass(frozen=True, slots=True)
class Agreement:
    """That one correspondent may write to another, and how."""

    name: str
    sender: Correspondent
    recipient: Correspondent
    doubt: Doubt
    ambiguity: Ambiguity = Ambiguity.RESEND

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


def judge(message: Message, agreement: Agreement) -> Verdict:
    """Return what becomes of a message that was opened and read."""
    if not _same(message.sender.address, agreement.sender.address):
        return Verdict(Fate.QUARANTINE, "policy.sender-differs")
    if agreement.sender.lock is Lock.SMIME and message.proof.means != "signature":
        return Verdict(Fate.QUARANTINE, "policy.unsigned")
    if agreement.recipient.address.endswith("@patient.mssante.fr"):
        return Verdict(Fate.REFUSE, "policy.patient-box")
    if not message.documents:
        return Verdict(Fate.REFUSE, "policy.no-document")
    doubt = next((code for code in map(doubtful, message.documents) if code), "")
    if not doubt or agreement.doubt is Doubt.FLAG:
        return Verdict(Fate.CARRY, doubt)
    return Verdict(Fate.HOLD if agreement.doubt is Doubt.HOLD else Fate.REFUSE, doubt)


def doubtful(document: Document) -> str:
    """Return why a document must not be filed without a look, as a stable code; empty where nothing speaks against."""
    patient = document.patient
    if not patient.family or not patient.given:
        return "doubt.no-name"
    if patient.birth_date is None:
        return "doubt.no-birth-date"
    return ""


def _same(one: str, other: str) -> bool:
    """Compare addresses: RFC 5321 leaves the local part to its host, and every host here ignores its case."""
    return one.casefold() == other.casefold()
