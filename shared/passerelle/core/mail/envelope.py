"""The envelope of a mail (RFC 5321 §2.3.1): who sends, to whom; never what the headers say."""

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import dataclass

from passerelle.core.errors import MalformedError
from passerelle.core.message import Network

MOST_RECIPIENTS = 100  # RFC 5321 §4.5.3.1.8
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)*[A-Za-z0-9-]{1,63}"
)
_LONGEST_ADDRESS = 254


def address(text: str) -> str:
    """Return an address with its domain in lower case; MalformedError `envelope.address` otherwise."""
    if len(text) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(text):
        raise MalformedError("envelope.address", "An address of the envelope is not of RFC 5321 §4.1.2.")
    local, domain = text.rsplit("@", 1)
    return f"{local}@{domain.lower()}"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Network, sender (empty for a notice), recipients, and the SHA-256 of the mail's bytes."""

    network: Network  # where it comes from, or where it goes to
    sender: str
    recipients: tuple[str, ...]
    mail: str

    def __post_init__(self) -> None:
        """Refuse what is no envelope."""
        if self.sender:
            address(self.sender)
        if not 1 <= len(self.recipients) <= MOST_RECIPIENTS:
            raise MalformedError("envelope.recipients", f"An envelope has 1 to {MOST_RECIPIENTS} recipients.")
        for recipient in self.recipients:
            address(recipient)
        if not re.fullmatch(r"[0-9a-f]{64}", self.mail):
            raise MalformedError("envelope.mail", "An envelope names its mail by a SHA-256 in hex.")

    def dump(self) -> bytes:
        """Return the canonical JSON of the envelope."""
        fields = {
            "network": self.network.value,
            "sender": self.sender,
            "recipients": self.recipients,
            "mail": self.mail,
        }
        return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()

    @property
    def id(self) -> str:
        """Return the name of the envelope: the same for the same content."""
        return hashlib.sha256(self.dump()).hexdigest()


def load(raw: bytes) -> Envelope:
    """Return the envelope of a JSON text; MalformedError `envelope.json` where it is none."""
    with suppress(ValueError, TypeError, RecursionError):
        match json.loads(raw):
            case {"network": network, "sender": str(sender), "recipients": [*recipients], "mail": str(mail)}:
                return Envelope(Network(network), sender, tuple(recipients), mail)
    raise MalformedError("envelope.json", "An envelope is a JSON object: network, sender, recipients, mail.")
