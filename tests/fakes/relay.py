"""A peer without a network."""

import hashlib
from collections import deque
from collections.abc import Callable

from passerelle.core.errors import UnavailableError
from passerelle.core.mail.envelope import Envelope
from passerelle.steps.ports import Errand, Outcome, Reply
from tests.fakes.demands import demand


class Killed(BaseException):
    """The process is gone: nothing in it can catch this."""


_UNNAMED = Errand()


class FakeRelay:
    """A peer that does what it is told, one word of `plan` for each attempt; then it accepts."""

    def __init__(self) -> None:
        self.plan: deque[str] = deque()
        self.inbox: list[tuple[Envelope, bytes]] = []
        self.meanwhile: Callable[[], None] = lambda: None  # before the dot, while all else is sent
        self.errands: list[str] = []

    def send(self, envelope: Envelope, mail: bytes, before_dot: Callable[[], None], errand: Errand = _UNNAMED) -> Reply:
        self.errands.append(errand.name)
        demand(len(envelope.recipients) == 1, "one recipient for each transaction")
        demand(hashlib.sha256(mail).hexdigest() == envelope.mail, "the bytes are those of the envelope")
        word = self.plan.popleft() if self.plan else "accept"
        if word in _EARLY:
            return _early(word)
        self.meanwhile()
        before_dot()
        if word == "reject after the dot":
            return Reply(Outcome.REJECTED, 554, "5.6.0")
        if word == "lose the mail":
            return Reply(Outcome.UNKNOWN)
        self.inbox.append((envelope, mail))
        if word == "lose the answer":
            return Reply(Outcome.UNKNOWN)
        if word == "be killed after the dot":
            raise Killed
        return Reply(Outcome.ACCEPTED, 250, "2.0.0", f"Q{len(self.inbox)}")

    def close(self) -> None:
        """Nothing is open."""


_EARLY = {"postpone", "reject", "be killed", "break", "not answer"}


def _early(word: str) -> Reply:
    if word == "be killed":
        raise Killed
    if word == "break":
        raise ZeroDivisionError
    if word == "not answer":
        raise UnavailableError("relay.connect", "The peer does not answer.")
    if word == "postpone":
        return Reply(Outcome.POSTPONED, 451, "4.3.0")
    return Reply(Outcome.REJECTED, 550, "5.1.1")
