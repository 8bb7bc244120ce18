"""`passerelle submit`: a mail is put into the bridge; success means that it lies in S3."""

import hashlib
from dataclasses import dataclass

from passerelle.core.errors import MalformedError
from passerelle.core.mail.envelope import Envelope
from passerelle.core.mail.prescan import LARGEST_MAIL
from passerelle.core.message import Network
from passerelle.steps.ports import Mailroom

MOST_TO_READ = LARGEST_MAIL + 1  # one more than is allowed: enough to know


@dataclass(frozen=True, slots=True)
class Submission:
    """The envelope of a mail that is handed in."""

    network: Network
    sender: str
    recipients: tuple[str, ...]


def submit(mailroom: Mailroom, given: Submission, mail: bytes) -> str:
    """Keep a mail and its envelope, and return the envelope's key: from then on the bridge answers for it."""
    if not mail.strip():
        raise MalformedError("mail.empty", "There is no mail on standard input.")
    if len(mail) > LARGEST_MAIL:
        raise MalformedError("mail.size", f"A mail is larger than {LARGEST_MAIL} bytes.")
    checked = Envelope(given.network, given.sender, given.recipients, hashlib.sha256(mail).hexdigest())
    if mailroom.keep(mail) != checked.mail:  # what was kept is what was given
        raise MalformedError("mail.digest", "The mailroom names another mail.")
    return mailroom.receive(checked)
