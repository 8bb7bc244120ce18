"""An authority over HTTP: asked once, believed only where its answer is the one to our question."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from passerelle.adapters.stamper import HttpStamper
from passerelle.core.errors import UnavailableError, UntrustedError
from passerelle.core.receipts import timestamp
from tests.vectors import tsa

CONTENT = b"passerelle.example/remises\n3\nAAAA\n"


@contextmanager
def authority(answer: Callable[[bytes], bytes], status: int = 200) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            content = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsr"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def stamped(url: str) -> bytes:
    return HttpStamper(url, lambda: tsa.made().anchor).stamp(CONTENT)


def test_a_good_answer_is_returned_as_it_came() -> None:
    with authority(tsa.made().answer) as url:
        assert timestamp.read(stamped(url), CONTENT).nonce is not None


def test_each_question_has_its_own_nonce() -> None:
    asked: list[bytes] = []

    def answer(request: bytes) -> bytes:
        asked.append(request)
        return tsa.made().answer(request)

    with authority(answer) as url:
        stamped(url)
        stamped(url)
    assert len(set(asked)) == 2


def test_an_answer_to_an_earlier_question_is_refused() -> None:
    old = tsa.made().answer(timestamp.request(CONTENT, 1))
    with authority(lambda _: old) as url, pytest.raises(UntrustedError) as caught:
        stamped(url)
    assert caught.value.code == "stamp.nonce"


def test_an_authority_that_is_not_ours_is_refused() -> None:
    with authority(tsa.made("another", "ec").answer) as url, pytest.raises(UntrustedError):
        stamped(url)


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_error_or_a_way_elsewhere_is_no_answer(status: int) -> None:
    with authority(tsa.made().answer, status) as url, pytest.raises(UnavailableError):
        stamped(url)


def test_more_than_an_answer_may_have_is_not_read() -> None:
    with authority(lambda _: b"x" * (timestamp.LARGEST + 1)) as url, pytest.raises(UnavailableError):
        stamped(url)


def test_nobody_at_home_is_unavailable() -> None:
    with authority(lambda _: b"") as url:
        pass
    with pytest.raises(UnavailableError) as caught:
        stamped(url)
    assert caught.value.code == "stamp.unavailable"
