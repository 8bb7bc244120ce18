"""A mail server's evil twin: it stands before a real one, in its name, and lets go wrong what can.

TLS ends here on both sides, so that it knows where in the dialogue it is: what it does to a connection is drawn from
a seed, one draw for each connection in the order in which they come.
"""

import re
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import BinaryIO

_LOOPBACK = "127.0.0.1"
_PID = re.compile(rb"EHLO pid(\d+)\.", re.IGNORECASE)
_PATIENCE = 60.0

FAULTS = {
    "none": 60.0,
    "cut: greeting": 3.0,
    "cut: recipient": 2.0,
    "cut: text": 3.0,
    "cut: dot, kept back": 3.0,
    "cut: dot, handed on": 2.0,
    "cut: answer": 3.0,
    "4xx: greeting": 2.0,
    "4xx: recipient": 3.0,
    "4xx: dot": 3.0,
    "5xx: recipient": 1.0,
    "5xx: dot": 1.0,
    "slow: recipient": 2.0,
    "slow: answer": 3.0,
    "silent: answer": 0.5,
    "nonsense: answer": 1.0,
    "kill: text": 2.0,
    "kill: dot, kept back": 2.0,
    "kill: answer": 2.0,
    "kill: told": 1.5,
}
"""What can go wrong and where, with its weight; `dot` is when the final dot came, `answer` when the server took it."""

_SAID = {
    "4xx: greeting": b"421 4.3.2 Not now\r\n",
    "4xx: recipient": b"450 4.2.0 Not now\r\n",
    "4xx: dot": b"451 4.3.0 Not now\r\n",
    "5xx: recipient": b"550 5.1.1 Never\r\n",
    "5xx: dot": b"554 5.6.0 Never\r\n",
    "nonsense: answer": b"Have a nice day\r\n",
}


class _Over(Exception):  # noqa: N818 - the end of a connection, not a fault of ours
    """The connection ends here."""


@dataclass(slots=True)
class Proxy:
    """Where the server is, TLS to both sides, how slow is slow, and who kills a worker by its process id."""

    server: int  # port
    inside: ssl.SSLContext  # as a client of the server
    outside: ssl.SSLContext  # as the server, for the bridge
    random: Random
    slowness: float
    kill: Callable[[int], None] = lambda _pid: None
    faults: Mapping[str, float] = field(default_factory=lambda: FAULTS)
    port: int = 0
    drawn: Counter[str] = field(default_factory=Counter)  # of connections
    struck: Counter[str] = field(default_factory=Counter)  # what came to pass
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, listener: socket.socket) -> None:
        """Serve until the listener is closed."""
        with suppress(OSError):
            while True:
                talk, _ = listener.accept()
                threading.Thread(target=self._session, args=(talk,), daemon=True).start()

    def _session(self, talk: socket.socket) -> None:
        with self._lock:
            (fault,) = self.random.choices(list(self.faults), list(self.faults.values()))
            self.drawn[fault] += 1
        with suppress(OSError, _Over, ValueError), ExitStack() as opened:
            opened.enter_context(talk)
            talk.settimeout(_PATIENCE)
            upstream = opened.enter_context(socket.create_connection((_LOOPBACK, self.server), _PATIENCE))
            _Dialogue(self, fault, talk, upstream).run()

    def count(self, fault: str) -> None:
        """Count a fault that came to pass."""
        with self._lock:
            self.struck[fault] += 1


@dataclass
class _Dialogue:
    """One connection, command by command."""

    proxy: Proxy
    fault: str
    client: socket.socket
    server: socket.socket
    pid: int = 0

    def run(self) -> None:
        """Hand on what both say, until the fault's moment comes."""
        self._files()
        try:
            self._at("greeting")
            self._tell(self._reply())
            while command := self.heard.readline(4096):
                self._command(command)
        finally:
            for talk in (self.client, self.server):  # also those that TLS has put in the place of others
                with suppress(OSError):
                    talk.shutdown(socket.SHUT_RDWR)
                talk.close()

    def _files(self) -> None:
        self.heard: BinaryIO = self.client.makefile("rb")
        self.answers: BinaryIO = self.server.makefile("rb")

    def _command(self, command: bytes) -> None:
        if found := _PID.match(command):
            self.pid = int(found[1])
        verb = command[:4].upper()
        if verb == b"RCPT":
            self._at("recipient")
        self.server.sendall(command)
        reply = self._reply()
        if verb == b"STAR" and reply.startswith(b"220"):
            self._tell(reply)
            self._secure()
        elif verb == b"DATA" and reply.startswith(b"354"):
            self._tell(reply)
            self._text()
        else:
            self._tell(reply)

    def _secure(self) -> None:
        self.client = self.proxy.outside.wrap_socket(self.client, server_side=True)
        self.server = self.proxy.inside.wrap_socket(self.server, server_hostname=_LOOPBACK)
        self._files()

    def _text(self) -> None:
        """Hand on the text, then the dot, then the answer."""
        self.server.sendall(self.heard.readline())
        self._at("text")
        while (line := self.heard.readline()) != b".\r\n":
            if not line:
                raise _Over
            self.server.sendall(line)
        self._at("dot, kept back")
        self._at("dot")
        self.server.sendall(b".\r\n")
        self._at("dot, handed on")
        reply = self._reply()
        self._at("answer")
        self._tell(reply)
        self._at("told")

    def _at(self, moment: str) -> None:
        """Let the fault strike, if this is its moment."""
        kind, _, when = self.fault.partition(": ")
        if when != moment:
            return
        self.proxy.count(self.fault)
        if kind == "slow":
            threading.Event().wait(self.proxy.slowness)
            return
        if kind == "kill" and self.pid:
            self.proxy.kill(self.pid)
        if self.fault in _SAID:
            self._tell(_SAID[self.fault])
        if kind in {"silent", "kill"}:
            self.heard.read(1)  # until the other end is gone
        raise _Over

    def _reply(self) -> bytes:
        """Return a whole reply of the server."""
        lines = b""
        while line := self.answers.readline(4096):
            lines += line
            if line[3:4] != b"-":
                return lines
        raise _Over

    def _tell(self, reply: bytes) -> None:
        self.client.sendall(reply)


@contextmanager
def standing(proxy: Proxy) -> Iterator[Proxy]:
    """Let a proxy listen on a free port."""
    with socket.create_server((_LOOPBACK, 0)) as listener:
        proxy.port = listener.getsockname()[1]
        threading.Thread(target=proxy.serve, args=(listener,), daemon=True).start()
        yield proxy
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
