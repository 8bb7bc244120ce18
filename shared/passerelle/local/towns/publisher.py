"""A web server on loopback that publishes what it is given, over HTTP or HTTPS, well or, for tests, badly."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from passerelle.local.towns.town import tls
from passerelle.steps.ports import Identity


@dataclass
class Page:
    """What is at a path, and how it is handed out."""

    content: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0  # seconds after each byte


@dataclass
class Publisher:
    """A server, its pages by path, and the headers of what it was asked."""

    base: str
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def publishing(identity: Identity | None = None) -> Iterator[Publisher]:
    """Run a server; with an identity, over TLS."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    if identity:
        server.socket = tls(identity, None).wrap_socket(server.socket, server_side=True)
    made = Publisher(f"{'https' if identity else 'http'}://localhost:{server.server_address[1]}")
    server.publisher = made  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Hand out a page."""
        publisher: Publisher = self.server.publisher  # type: ignore[attr-defined]
        publisher.asked.append({name.lower(): value for name, value in self.headers.items()})
        page = publisher.pages.get(self.path, Page(b"", 404))
        tag = f'"{hashlib.sha256(page.content).hexdigest()}"'
        if page.status == HTTPStatus.OK and self.headers.get("If-None-Match") == tag:
            page = Page(b"", 304)
        self.send_response(page.status)
        for name, value in {"ETag": tag, "Content-Length": str(len(page.content)), **page.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if not page.pause:
            self.wfile.write(page.content)
            return
        try:
            for byte in page.content:
                self.wfile.write(bytes([byte]))
                time.sleep(page.pause)
        except OSError:
            return

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""
