"""The scanner against a real clamd with a signature of our own, and against peers that misbehave."""

import base64
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import PurePosixPath

import pytest

from passerelle.adapters.scanner import LONGEST_ANSWER, ClamdScanner, NoScanner
from passerelle.adapters.settings import Place
from passerelle.core.errors import UnavailableError
from passerelle.steps.ports import Finding, Scan
from tests.adapters import clamav
from tests.vectors import make_cda


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PurePosixPath]:
    if clamav.missing():
        pytest.skip(f"NOT CHECKED on clamd: {clamav.missing()}")
    with clamav.running(tmp_path_factory.mktemp("clamd")) as path:
        yield path


@pytest.mark.parametrize(
    "content",
    [
        clamav.VIRUS,
        b"before " + clamav.VIRUS + b" after",
        make_cda.archive({"a/b.txt": clamav.VIRUS}),
        make_cda.archive({"inner.zip": make_cda.archive({"c": clamav.VIRUS})}),
        b"From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream; name=a\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(clamav.VIRUS * 3),
    ],
    ids=["alone", "inside", "zip", "zip in zip", "mail"],
)
def test_a_real_clamd_finds_what_it_knows(clamd: PurePosixPath, content: bytes) -> None:
    assert ClamdScanner(clamd).scan(content) == Scan(Finding.INFECTED, clamav.NAME)


@pytest.mark.parametrize("content", [b"", b"Bonjour", make_cda.xdm(), b"x" * 900_000])
def test_a_real_clamd_lets_the_rest_through(clamd: PurePosixPath, content: bytes) -> None:
    assert ClamdScanner(clamd).scan(content) == Scan(Finding.CLEAN)


def test_a_file_past_the_limit_of_clamd_is_not_called_clean(clamd: PurePosixPath) -> None:
    with pytest.raises(UnavailableError, match=r"scanner\.limit"):
        ClamdScanner(clamd).scan(b"x" * 5_000_000)


def test_without_a_scanner_nobody_looked() -> None:
    assert NoScanner().scan(clamav.VIRUS) == Scan(Finding.UNSCANNED)


@pytest.fixture
def peer() -> Iterator[Callable[[bytes], Place]]:
    """Return a server that reads a little, gives an answer, and closes."""
    listening: list[socket.socket] = []

    def serve(answer: bytes, pause: float = 0.0) -> Place:
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)
        threading.Thread(target=_answer, args=(server, answer, pause), daemon=True).start()
        return Place(host="127.0.0.1", port=server.getsockname()[1])

    yield serve
    for one in listening:
        one.close()


def _answer(server: socket.socket, answer: bytes, pause: float) -> None:
    with suppress(OSError):
        wire, _ = server.accept()
        with wire:
            while not wire.recv(65_536).endswith(b"\0\0\0\0"):
                pass
            for at in range(len(answer)):
                wire.sendall(answer[at : at + 1])
                time.sleep(pause)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"", "scanner.answer"),
        (b"stream: OK", "scanner.answer"),
        (b"OK\0", "scanner.answer"),
        (b"stream: Can't open file ERROR\0", "scanner.answer"),
        (b"UNKNOWN COMMAND\0", "scanner.answer"),
        (b"INSTREAM size limit exceeded. ERROR\0", "scanner.limit"),
        (b"x" * (LONGEST_ANSWER + 1), "scanner.answer"),
    ],
)
def test_an_answer_that_is_none_is_asked_again(peer: Callable[[bytes], Place], answer: bytes, code: str) -> None:
    with pytest.raises(UnavailableError) as caught:
        ClamdScanner(peer(answer), 5).scan(b"x")
    assert caught.value.code == code


def test_the_name_of_a_virus_is_cut_and_cleaned(peer: Callable[[bytes], Place]) -> None:
    found = ClamdScanner(peer(b"stream: Win.Test/" + b"\x1b" + b"a" * 500 + b" FOUND\0"), 5).scan(b"x")
    assert found == Scan(Finding.INFECTED, "Win.Test__" + "a" * 90)


def test_a_peer_that_answers_drop_by_drop_meets_the_deadline(peer: Callable[..., Place]) -> None:
    start = time.monotonic()
    with pytest.raises(UnavailableError, match=r"scanner\.unavailable"):
        ClamdScanner(peer(b"stream: " + b"a" * 200, 0.05), 0.5).scan(b"x")
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("address", [Place(host="127.0.0.1", port=1), PurePosixPath("/nowhere/clamd.ctl")])
def test_nobody_at_the_address_is_asked_again(address: Place | PurePosixPath) -> None:
    with pytest.raises(UnavailableError, match=r"scanner\.unavailable"):
        ClamdScanner(address, 1).scan(b"x")
