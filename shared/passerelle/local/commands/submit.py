"""`passerelle submit`: a mail is put into the bridge; success means that it lies in S3."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from passerelle.adapters import wiring
from passerelle.adapters.grounds import Grounds
from passerelle.core.errors import MalformedError, UntrustedError
from passerelle.core.mail.envelope import Envelope
from passerelle.core.mail.prescan import LARGEST_MAIL
from passerelle.core.message import Network
from passerelle.core.trust import peer
from passerelle.core.trust.path import Use
from passerelle.core.trust.peer import Peer
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


@dataclass(frozen=True, slots=True)
class Caller:
    """The operator who hands a mail over: the certificates that it showed in TLS, PEM, and its name in EHLO."""

    certificates: Path
    host: str


def admit(grounds: Grounds, caller: Caller, sender: str, now: datetime) -> None:
    """Raise unless the white list lets a caller speak for the domain of the sender (MSSanté, mutual TLS)."""
    try:
        found = x509.load_pem_x509_certificates(caller.certificates.read_bytes())
    except (OSError, ValueError) as error:
        raise UntrustedError("trust.certificate", "A certificate cannot be read.") from error
    seen = Peer(tuple(one.public_bytes(Encoding.DER) for one in found), caller.host, Use.CLIENT)
    domain = sender.rpartition("@")[2]
    peer.check_operator(seen, domain, grounds.of(wiring.MSSANTE), grounds.white_list(now), now)
