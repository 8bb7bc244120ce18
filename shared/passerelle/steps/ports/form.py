"""What reads and writes the mails of a network."""

from typing import Protocol

from passerelle.core.message import Dispatch, Message, Opened, Written


class Form(Protocol):
    """A network's form of a mail: one module of core/networks."""

    def read(self, opened: Opened, /) -> Message:
        """Return what an opened mail says."""

    def write(self, message: Message, dispatch: Dispatch, /) -> Written:
        """Return the message as a mail of this network."""
