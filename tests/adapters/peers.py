"""Mail servers for tests: one that follows a script to the letter, and a certificate authority for TLS."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

from passerelle.adapters.settings import Place

CUT = b"<cut>"
"""In a script: close the connection."""

SILENCE = b"<silence>"
"""In a script: say nothing, and keep the connection."""

DROPS = b"<drops>"
"""In a script: say what follows a byte at a time, ten each second."""

EHLO = b"250-peer.example\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n"
GOOD = (
    b"220 peer.example\r\n",
    EHLO,
    b"250 Ok\r\n",
    b"250 Ok\r\n",
    b"354 Go\r\n",
    b"250 2.0.0 Ok: queued as 4FEED\r\n",
)
"""Greeting, EHLO, MAIL, RCPT, DATA, dot."""


@dataclass
class Peer:
    """A server that answers line by line from its script."""

    script: tuple[bytes, ...]
    place: Place
    context: ssl.SSLContext | None = None
    heard: bytearray = field(default_factory=bytearray)
    gone: threading.Event = field(default_factory=threading.Event)

    def serve(self, listener: socket.socket) -> None:
        """Serve one connection."""
        with suppress(OSError), ExitStack() as open_sockets:
            talk = open_sockets.enter_context(listener.accept()[0])
            talk.settimeout(10)
            said: bytes | None = b""
            script = iter(self.script)
            while said is not None:
                answer = b"221 Bye\r\n" if said.upper().startswith(b"QUIT") else next(script, CUT)
                if answer == CUT:
                    break
                _say(talk, answer.removeprefix(SILENCE))
                if self.context and said.upper().startswith(b"STARTTLS"):
                    talk = open_sockets.enter_context(self.context.wrap_socket(talk, server_side=True))
                in_data = said.upper().startswith(b"DATA") and answer.startswith(b"354")
                said = self._hear(talk, b"\r\n.\r\n" if in_data else b"\r\n")
        self.gone.set()

    def _hear(self, talk: socket.socket, end: bytes) -> bytes | None:
        said = b""
        while not said.endswith(end):
            more = talk.recv(65536)
            if not more:
                self.heard += said
                return None
            said += more
        self.heard += said
        return said


def _say(talk: socket.socket, answer: bytes) -> None:
    if not answer.startswith(DROPS):
        talk.sendall(answer)
        return
    for byte in answer.removeprefix(DROPS):
        talk.sendall(bytes([byte]))
        time.sleep(0.1)


@contextmanager
def peer(*script: bytes, context: ssl.SSLContext | None = None) -> Iterator[Peer]:
    """Run a scripted server; with a context, it goes over to TLS after its answer to STARTTLS."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        made = Peer(script, Place(host="127.0.0.1", port=listener.getsockname()[1]), context)
        thread = threading.Thread(target=made.serve, args=(listener,), daemon=True)
        thread.start()
        yield made
    thread.join(10)
