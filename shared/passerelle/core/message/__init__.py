"""What a mail says, whichever network it came from: the one form between the two networks."""

from passerelle.core.message.dispatch import Dispatch, Letters, LocalCode, Written
from passerelle.core.message.document import Attachment, Document
from passerelle.core.message.identity import Code, Identifier, Organisation, Patient, PostalAddress, Professional, Sex
from passerelle.core.message.mail import Labels, Loss, Mailbox, Message, Network, Opened, Proof
from passerelle.core.message.receipt import Courtesy, Report, Said, Word
from passerelle.core.message.results import Kind, Measure, Result, Status

__all__ = [
    "Attachment",
    "Code",
    "Courtesy",
    "Dispatch",
    "Document",
    "Identifier",
    "Kind",
    "Labels",
    "Letters",
    "LocalCode",
    "Loss",
    "Mailbox",
    "Measure",
    "Message",
    "Network",
    "Opened",
    "Organisation",
    "Patient",
    "PostalAddress",
    "Professional",
    "Proof",
    "Report",
    "Result",
    "Said",
    "Sex",
    "Status",
    "Word",
    "Written",
]
