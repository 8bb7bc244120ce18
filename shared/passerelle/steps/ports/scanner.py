"""What looks for viruses."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Finding(Enum):
    """What a virus scanner says of bytes."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"  # no scanner is configured


@dataclass(frozen=True, slots=True)
class Scan:
    """A finding, with the name of the virus where there is one."""

    finding: Finding
    name: str = ""


class Scanner(Protocol):
    """Who looks for viruses (ClamAV)."""

    def scan(self, content: bytes) -> Scan:
        """Return what is found in bytes; UnavailableError `scanner.…` where nobody could look: try again."""
