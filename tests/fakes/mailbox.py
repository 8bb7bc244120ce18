"""A mailbox without a server."""

from passerelle.core.errors import MalformedError, UnavailableError
from passerelle.steps.collect.ports import Listing, Waiting


class FakeMailbox:
    """An IMAP mailbox: UIDs that are never given twice, mails with a flag or without."""

    def __init__(self, validity: int = 1) -> None:
        self.validity = validity
        self.mails: dict[int, bytes] = {}
        self.flagged: set[int] = set()
        self.understated: set[int] = set()  # UIDs whose size the server gives as 1
        self.broken: set[int] = set()  # UIDs that it cannot hand out
        self.away = False
        self._next = 1

    def post(self, *mails: bytes) -> None:
        """Put mails into the mailbox, as a delivery agent does."""
        for mail in mails:
            self.mails[self._next] = mail
            self._next += 1

    def holds(self) -> dict[bytes, str]:
        """Return the mails in the mailbox, with an F where they are flagged."""
        return {mail: "F" if uid in self.flagged else "" for uid, mail in self.mails.items()}

    def waiting(self, most: int) -> Listing:
        self._answer()
        sizes = ((uid, 1 if uid in self.understated else len(mail)) for uid, mail in self.mails.items())
        found = [Waiting(self.validity, uid, size) for uid, size in sizes if uid not in self.flagged]
        return Listing(tuple(found[:most]), len(self.flagged & self.mails.keys()))

    def fetch(self, mail: Waiting, largest: int) -> bytes:
        self._answer(mail)
        if mail.uid not in self.mails or mail.uid in self.broken:
            raise UnavailableError("mailbox.answer", "The mailbox did not answer as it should.")
        if len(self.mails[mail.uid]) > largest:
            raise MalformedError("mail.size", f"A mail is larger than {largest} bytes.")
        return self.mails[mail.uid]

    def remove(self, mail: Waiting) -> None:
        self._answer(mail)
        self.mails.pop(mail.uid, None)

    def leave(self, mail: Waiting) -> None:
        self._answer(mail)
        self.flagged.add(mail.uid)

    def close(self) -> None:
        """Nothing is open."""

    def _answer(self, mail: Waiting | None = None) -> None:
        if self.away:
            raise UnavailableError("mailbox.connection", "The mailbox does not answer.")
        if mail and mail.validity != self.validity:
            raise UnavailableError("mailbox.changed", "The mailbox is another one than before.")
