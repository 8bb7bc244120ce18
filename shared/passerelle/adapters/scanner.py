"""The virus scanner: a ClamAV daemon that is sent the bytes (clamd(8), INSTREAM), or none, which the receipt says.

clamd's protocol has neither names nor encryption: it belongs on this machine or in the bridge's own private network.
"""

import re
import socket
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import PurePosixPath

from passerelle.adapters.settings import Place
from passerelle.core.errors import UnavailableError
from passerelle.steps.ports import Finding, Scan

CONNECT = 5.0
"""Seconds to reach the daemon."""

DEADLINE = 60.0
"""Seconds for one file, the wait for its answer included: half of what the function has for a mail."""

LONGEST_ANSWER = 1024
_CHUNK = 1 << 18
_ANSWER = re.compile(rb"stream: (?:(OK)|(.+) FOUND)\0", re.DOTALL)
_NAME = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class NoScanner:
    """The place of a scanner where none is configured."""

    def scan(self, content: bytes) -> Scan:  # noqa: ARG002 - the port's
        """Return that nobody looked."""
        return Scan(Finding.UNSCANNED)


@dataclass(frozen=True, slots=True)
class ClamdScanner:
    """A clamd, by host and port or by the path of its socket."""

    address: Place | PurePosixPath
    deadline: float = DEADLINE

    def scan(self, content: bytes) -> Scan:
        """Return what clamd finds; UnavailableError `scanner.…` where it does not answer, or could not look at all."""
        try:
            answer = self._asked(content)
        except OSError as error:
            raise UnavailableError("scanner.unavailable", "The virus scanner did not answer.") from error
        if b"size limit exceeded" in answer:
            raise UnavailableError("scanner.limit", "The virus scanner takes no file of this size: StreamMaxLength.")
        found = _ANSWER.fullmatch(answer)
        if not found:
            raise UnavailableError("scanner.answer", "The virus scanner gave an answer that is none.")
        if found[1]:
            return Scan(Finding.CLEAN)
        return Scan(Finding.INFECTED, _NAME.sub("_", found[2].decode("latin-1"))[:_LONGEST_NAME])

    def _asked(self, content: bytes) -> bytes:
        """Return the whole answer of clamd to `zINSTREAM`: chunks with their length before them, then a length of 0."""
        end = time.monotonic() + self.deadline
        with closing(self._connected()) as wire:
            _hurry(wire, end)
            wire.sendall(b"zINSTREAM\0")
            try:
                for start in range(0, len(content), _CHUNK):
                    _hurry(wire, end)
                    piece = content[start : start + _CHUNK]
                    wire.sendall(len(piece).to_bytes(4, "big") + piece)
                wire.sendall(b"\0\0\0\0")
            except (BrokenPipeError, ConnectionResetError):
                pass  # it has had enough, and says why
            return _received(wire, end)

    def _connected(self) -> socket.socket:
        if isinstance(self.address, Place):
            return socket.create_connection((self.address.host, self.address.port), CONNECT)
        wire = socket.socket(socket.AF_UNIX)
        try:
            wire.settimeout(CONNECT)
            wire.connect(str(self.address))
        except OSError:
            wire.close()
            raise
        return wire


def _received(wire: socket.socket, end: float) -> bytes:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        _hurry(wire, end)
        piece = wire.recv(LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer


def _hurry(wire: socket.socket, end: float) -> None:
    """Let the next wait end with the deadline."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    wire.settimeout(left)
