"""IMAP as the mailbox speaks it: the standard library's client, with limits for what the server controls."""

import imaplib
import re
import time
from io import BufferedReader
from typing import cast

from passerelle.adapters.settings import Place
from passerelle.steps.collect.ports import Waiting

STEP = 30.0
"""Seconds for a command and its answer."""

LONGEST_ANSWER = 1 << 20
"""Bytes of an answer: of a listing, for instance."""

_BLOCK = 1 << 16
_MAIL = re.compile(rb"[0-9]{1,10} \((?:[^{}]* )?BODY\[\] \{[0-9]{1,10}\}")  # RFC 9051 §7.5.2
_UID = re.compile(rb"\bUID ([0-9]{1,10})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE ([0-9]{1,10})\b")
_FLAGS = re.compile(rb"\bFLAGS \(([^()]*)\)")


class TooMuchError(Exception):
    """An answer is longer than is allowed."""


class Session(imaplib.IMAP4):
    """A connection to a mailbox; no wait goes past its deadline, no answer past its limit."""

    def __init__(self, place: Place, step: float = STEP) -> None:
        self._step = step
        self.allow()
        super().__init__(place.host, place.port, timeout=step)

    def allow(self, size: int = LONGEST_ANSWER, seconds: float | None = None) -> None:
        """Say how much the next command may bring, and how long it may take."""
        self._left = size
        self._end = time.monotonic() + (self._step if seconds is None else seconds)

    def send(self, data: bytes) -> None:  # type: ignore[override] # typeshed wants a Buffer; imaplib gives bytes
        """Send bytes."""
        self._hurry()
        super().send(data)

    def read(self, size: int) -> bytes:
        """Return so many bytes; TooMuchError, before any is read, where they are more than is allowed."""
        self._spend(size)
        found = bytearray()
        while len(found) < size:
            self._hurry()
            more = self._stream.read1(min(_BLOCK, size - len(found)))
            if not more:
                raise self.abort("socket error: EOF")
            found += more
        return bytes(found)

    def readline(self) -> bytes:
        """Return a line; a server that sends it drop by drop does not outwit the deadline."""
        line = bytearray()
        while not line.endswith(b"\n"):
            self._hurry()
            ready = self._stream.peek()  # receives once at most
            more = self._stream.read(ready.find(b"\n") + 1 or len(ready))
            if not more:
                break
            self._spend(len(more))
            line += more
        return bytes(line)

    @property
    def _stream(self) -> BufferedReader:
        return cast("BufferedReader", self.file)

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise TooMuchError

    def _hurry(self) -> None:
        """Let the next wait end with the deadline."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.sock.settimeout(left)


def listed(line: object, validity: int) -> tuple[Waiting, bool] | None:
    """Return a mail of a listing, and whether it is flagged; None where a line lists none."""
    if not isinstance(line, bytes):
        return None
    uid, size, flags = _UID.search(line), _SIZE.search(line), _FLAGS.search(line)
    if not uid or not size or not flags:
        return None
    return Waiting(validity, int(uid[1]), int(size[1])), b"\\flagged" in flags[1].lower().split()


def content(answer: list[object], uid: int) -> bytes | None:
    """Return the mail of an answer to FETCH; None where it holds none of this UID, or several."""
    found = []
    for place, item in enumerate(answer):
        after = answer[place + 1] if place + 1 < len(answer) else b""
        if isinstance(item, tuple) and isinstance(after, bytes) and _MAIL.fullmatch(item[0]):
            named = _UID.search(item[0]) or _UID.search(after)  # before the mail, or after it
            found += [item[1]] if named and int(named[1]) == uid else []
    return found[0] if len(found) == 1 else None
