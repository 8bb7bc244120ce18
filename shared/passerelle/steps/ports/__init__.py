"""What the steps need of the world; each port has one adapter and one fake of the same name."""

from passerelle.steps.ports.agreements import Agreements
from passerelle.steps.ports.cipher import Cipher
from passerelle.steps.ports.clock import Chance, Clock, Mint
from passerelle.steps.ports.desks import RECORD_TRIES, AcknowledgeDesk, Bridge, DeliverDesk, Desk, TranslateDesk
from passerelle.steps.ports.form import Form
from passerelle.steps.ports.keyring import Identity, Keyring, RemoteIdentity
from passerelle.steps.ports.ledger import KEPT, Details, Diary, Ledger, alone, ending
from passerelle.steps.ports.mailroom import Mailroom
from passerelle.steps.ports.marks import Marks, Unmarked
from passerelle.steps.ports.persons import Persons, Unsealed
from passerelle.steps.ports.queue import Queue
from passerelle.steps.ports.relay import Errand, Outcome, Relay, Reply, endless
from passerelle.steps.ports.scanner import Finding, Scan, Scanner

__all__ = [
    "KEPT",
    "RECORD_TRIES",
    "AcknowledgeDesk",
    "Agreements",
    "Bridge",
    "Chance",
    "Cipher",
    "Clock",
    "DeliverDesk",
    "Desk",
    "Details",
    "Diary",
    "Errand",
    "Finding",
    "Form",
    "Identity",
    "Keyring",
    "Ledger",
    "Mailroom",
    "Marks",
    "Mint",
    "Outcome",
    "Persons",
    "Queue",
    "Relay",
    "RemoteIdentity",
    "Reply",
    "Scan",
    "Scanner",
    "TranslateDesk",
    "Unmarked",
    "Unsealed",
    "alone",
    "ending",
    "endless",
]
