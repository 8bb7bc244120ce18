"""Mail servers for tests: one that follows a script to the letter, and a certificate authority for TLS."""

import re
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

TAG = b"<tag>"
"""In a script: the tag of the last command (IMAP)."""

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

OK = b"<tag> OK x\r\n"
CAPABLE = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN UIDPLUS\r\n<tag> OK x\r\n"
SELECTED = b"* %d EXISTS\r\n* OK [UIDVALIDITY 3] x\r\n<tag> OK [READ-WRITE] x\r\n"
ENTRY = (b"* OK peer.example\r\n", CAPABLE, b"+ \r\n", OK, CAPABLE)
"""Greeting, CAPABILITY, AUTHENTICATE, the words, CAPABILITY."""

_TAG = re.compile(rb"([A-P]{4}[0-9]+) ")  # as imaplib makes them
_STARTTLS = re.compile(rb"^(?:[A-Z0-9]+ )?STARTTLS\r\n$", re.IGNORECASE)


def imap(*mails: bytes) -> tuple[bytes, ...]:
    """Return the script of a mailbox with these mails, each of which is fetched and removed."""
    lines = b"".join(
        b"* %d FETCH (UID %d FLAGS () RFC822.SIZE %d)\r\n" % (n, n + 6, len(m)) for n, m in enumerate(mails, 1)
    )
    taken = (
        (b"* %d FETCH (UID %d BODY[] {%d}\r\n%b)\r\n<tag> OK x\r\n" % (n, n + 6, len(m), m), OK, OK)
        for n, m in enumerate(mails, 1)
    )
    return (*ENTRY, SELECTED % len(mails), lines + OK, *(answer for three in taken for answer in three), OK)


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
            tag = b""
            script = iter(self.script)
            while said is not None:
                answer = b"221 Bye\r\n" if said.upper().startswith(b"QUIT") else next(script, CUT)
                if answer == CUT:
                    break
                tagged = _TAG.match(said)
                tag = tagged[1] if tagged else tag
                _say(talk, answer.removeprefix(SILENCE).replace(TAG, tag))
                if self.context and _STARTTLS.search(said):
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
