"""What `collect` needs of the world; each port has one adapter and one fake of the same name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from passerelle.core.message import Network
from passerelle.steps.ports import KEPT, Clock, Details, Diary, Mailroom, Mint, alone, ending


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail in a mailbox: UIDVALIDITY and UID, which name it there for ever (RFC 9051 §2.3.1.1), and its bytes."""

    validity: int
    uid: int
    size: int

    @property
    def name(self) -> str:
        """Return its name in the mailbox."""
        return f"{self.validity}.{self.uid}"


@dataclass(frozen=True, slots=True)
class Listing:
    """The oldest mails of a mailbox that wait, and how many were seen that are left for a person."""

    mails: tuple[Waiting, ...]
    left: int = 0


class Mailbox(Protocol):
    """An application mailbox (IMAP). UnavailableError `mailbox.…` where it does not do what it should."""

    def waiting(self, most: int) -> Listing:
        """Return the oldest mails that nobody has left for a person."""

    def fetch(self, mail: Waiting, largest: int) -> bytes:
        """Return a mail as it is, and change nothing; MalformedError `mail.size` where it has more bytes."""

    def remove(self, mail: Waiting) -> None:
        """Remove a mail for good; one that is gone already is no fault."""

    def leave(self, mail: Waiting) -> None:
        """Mark a mail as one that only a person can settle: flagged, as any mail program shows it."""

    def close(self) -> None:
        """End the connection; never fail."""


@dataclass(frozen=True, slots=True)
class Source:
    """A mailbox, its network, and how its mails tell to whom they came."""

    network: Network
    mailbox: Mailbox
    owner: str  # the address that we log in with: where it is somebody's alias, all mail in it is for him
    field: str = ""  # in which its server writes the recipient of the envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectDesk:
    """What `collect` needs."""

    clock: Clock
    mailroom: Mailroom
    sources: tuple[Source, ...]
    is_alias: Callable[[Network, str], bool]  # whether somebody is known under this address on this network
    largest: int  # bytes of a mail
    mint: Mint
    diary: Diary
    kept: timedelta = KEPT

    def note(self, reason: str, details: Details) -> None:
        """Write what is about to be done to a mailbox (ECO.4.1.2): what cannot be traced is not done."""
        event = alone("collect", reason, details, self.mint, self.clock())
        self.diary.note(event, ending(event.at, self.kept))
