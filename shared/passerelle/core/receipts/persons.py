"""Whom a delivery concerns: the addresses that its events hold only sealed; see concealment.py."""

import json
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from passerelle.core.errors import MalformedError

DETAIL = "persons"
"""The detail of an event that bears sealed addresses."""

LONGEST_ADDRESS = 254
"""Characters (RFC 5321 §4.5.3.1.3)."""

LONGEST_MESSAGE_ID = 998
"""Characters: a line of a mail (RFC 5322 §2.1.1)."""

_BLOCK = 64  # bytes: lengths tell no more than this
_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Addresses:
    """What an event knows of them; `repr` shows none."""

    sender: str = field(default="", repr=False)  # of the envelope
    recipient: str = field(default="", repr=False)  # as the sender wrote it
    reader: str = field(default="", repr=False)  # the address on the other network that it stands for
    message: str = field(default="", repr=False)  # Message-ID of the mail that came in

    def __post_init__(self) -> None:
        """Refuse what no mail can have."""
        addresses = (self.sender, self.recipient, self.reader)
        if max(map(len, addresses)) > LONGEST_ADDRESS or len(self.message) > LONGEST_MESSAGE_ID:
            raise MalformedError(
                "persons.length", "Addresses have at most 254 characters (RFC 5321), Message-IDs 998 (RFC 5322)."
            )

    def joined(self, other: "Addresses") -> "Addresses":
        """Return what both know."""
        return Addresses(**{name: said or asdict(self)[name] for name, said in asdict(other).items()})


def month(at: datetime) -> str:
    """Return the month (UTC) whose key seals what a delivery of this time concerns."""
    return f"{at.astimezone(UTC):%Y-%m}"


def is_month(text: str) -> bool:
    """Return whether a text names a month."""
    return _MONTH.fullmatch(text) is not None


def written(addresses: Addresses) -> bytes:
    """Return the one written form: canonical JSON of what is known, in ASCII, with blanks up to the next 64 bytes."""
    known = {name: said for name, said in asdict(addresses).items() if said}
    text = json.dumps(known, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    return text.ljust(-(-len(text) // _BLOCK) * _BLOCK)


def read(text: bytes) -> Addresses:
    """Return the addresses of a written form; MalformedError `persons.form` for any other."""
    try:
        found = Addresses(**json.loads(text))
        if written(found) == text:
            return found
    except (ValueError, TypeError, RecursionError, MalformedError) as error:
        raise malformed() from error
    raise malformed()


def malformed() -> MalformedError:
    """Return the error of what is no sealed text of ours."""
    return MalformedError("persons.form", "Sealed addresses are not in their one written form.")
