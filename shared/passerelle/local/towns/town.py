"""A pretend town at the end of each network: a real SMTP server on loopback that keeps what it receives."""

import asyncio
import logging
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Envelope as Transaction
from aiosmtpd.smtp import Session as Talk

from passerelle.steps.ports import Identity

_LOOPBACK = "127.0.0.1"
_LARGEST = 64 << 20  # bytes of a mail
logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's; it would print addresses


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail that arrived: its envelope, its bytes, and whom the TLS certificate named."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes = field(repr=False)
    peer: str = ""  # common name of the client's certificate


@dataclass  # no slots: aiosmtpd walks its members, which Python 3.11.2 (Debian 12) fails to do with them
class Town:
    """A mail server with its residents."""

    name: str
    residents: frozenset[str]
    port: int = 0
    arrivals: list[Arrival] = field(default_factory=list)
    _news: threading.Condition = field(default_factory=threading.Condition)

    def wait(self, wanted: Callable[[Sequence[Arrival]], bool], seconds: float) -> bool:
        """Wait until the arrivals are as wanted; return whether they are."""
        with self._news:
            return self._news.wait_for(lambda: wanted(self.arrivals), seconds)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Talk, envelope: Transaction, address: str, _options: list[str]
    ) -> str:
        """Accept residents only (RFC 3463: 5.1.1, bad destination mailbox)."""
        if address.casefold() not in self.residents:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient ok"

    async def handle_DATA(self, server: SMTP, _session: Talk, envelope: Transaction) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a mail."""
        certificate = server.transport.get_extra_info("peercert") if server.transport else None
        arrival = Arrival(
            (envelope.mail_from or "").removeprefix("<>"),
            tuple(envelope.rcpt_tos),
            envelope.original_content or b"",
            _common_name(certificate),
        )
        with self._news:
            self.arrivals.append(arrival)
            self._news.notify_all()
        return f"250 2.0.0 Ok: queued as 4FEED{len(self.arrivals):04X}"  # as Postfix says it


@contextmanager
def open_town(name: str, residents: Sequence[str], identity: Identity, anchors: bytes | None = None) -> Iterator[Town]:
    """Run a town: TLS always, and a client certificate under `anchors` where they are given."""
    town = Town(name, frozenset(address.casefold() for address in residents))
    context = tls(identity, anchors)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=_serve, args=(loop,), daemon=True)
    thread.start()
    try:
        opening = asyncio.run_coroutine_threadsafe(_open(town, context, loop), loop)
        server = opening.result(10)
        yield town
        asyncio.run_coroutine_threadsafe(_shut(server), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def tls(identity: Identity, anchors: bytes | None) -> ssl.SSLContext:
    """Return a server's TLS: 1.2 at least (ECO.1.1.1)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.TemporaryDirectory() as folder:  # the ssl module reads keys from files only
        chain, key = Path(folder, "chain.pem"), Path(folder, "key.pem")
        chain.write_bytes(identity.chain)
        key.touch(mode=0o600)
        key.write_bytes(identity.key)
        context.load_cert_chain(chain, key)
    if anchors:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=anchors.decode())
    return context


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        pending = asyncio.all_tasks(loop)
        for task in pending:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def _open(town: Town, context: ssl.SSLContext, loop: asyncio.AbstractEventLoop) -> asyncio.Server:
    listener = socket.create_server((_LOOPBACK, 0))
    town.port = listener.getsockname()[1]

    def session() -> SMTP:
        return SMTP(
            town,
            hostname="localhost",
            ident="Passerelle pretend town",
            tls_context=context,
            require_starttls=True,
            data_size_limit=_LARGEST,
            loop=loop,
        )

    return await loop.create_server(session, sock=listener)


async def _shut(server: asyncio.Server) -> None:
    server.close()


def _common_name(certificate: Any) -> str:  # noqa: ANN401 - what ssl returns
    pairs = [pair for relative in (certificate or {}).get("subject", ()) for pair in relative]
    return next((value for name, value in pairs if name == "commonName"), "")
