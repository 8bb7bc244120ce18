"""What is fetched from a real server on loopback, and what no server can make of it."""

import zlib
from collections.abc import Iterator

import pytest

from passerelle.adapters.web import HttpWeb
from passerelle.core.errors import UnavailableError
from passerelle.local.towns.publisher import Page, Publisher, publishing
from passerelle.steps.ports import Identity
from passerelle.steps.refresh.ports import Wanted
from tests.vectors import pki

TLS = pki.Subject("localhost", domains=("localhost",), usages=pki.TLS)
ANCHORS = pki.pem(pki.root().certificate)
LARGEST = 1 << 20


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with publishing() as made:
        made.pages = {
            "/list": Page(b"content"),
            "/away": Page(b"", 302, {"Location": "/list"}),
            "/error": Page(b"no", 500),
            "/bomb": Page(zlib.compress(b"\0" * 1000), headers={"Content-Encoding": "deflate"}),
            "/slow": Page(b"x" * 1000, pause=0.01),
            "/cut": Page(b"short", headers={"Content-Length": "100"}),
            "/endless": Page(b"x" * 5000, headers={"Content-Length": "4"}),
        }
        yield made


def identity(made: pki.Identity) -> Identity:
    return Identity(made.chain_pem, made.key_pem)


def refusal(wanted: Wanted, whole: float = 10) -> str:
    with pytest.raises(UnavailableError) as caught:
        HttpWeb(whole).get(wanted)
    return caught.value.code


def test_what_is_there_is_fetched_once(publisher: Publisher) -> None:
    first = HttpWeb().get(Wanted(publisher.base + "/list", LARGEST))
    assert first is not None
    assert (first.content, bool(first.tag)) == (b"content", True)
    assert HttpWeb().get(Wanted(publisher.base + "/list", LARGEST, first.tag)) is None
    other = HttpWeb().get(Wanted(publisher.base + "/list", LARGEST, '"another"'))
    assert other == first
    assert [one.get("if-none-match") for one in publisher.asked] == [None, first.tag, '"another"']


@pytest.mark.parametrize("path", ["/away", "/error", "/nothing"])
def test_an_error_or_a_redirect_is_no_answer(publisher: Publisher, path: str) -> None:
    assert refusal(Wanted(publisher.base + path, LARGEST)) == "web.status"
    assert len(publisher.asked) == 1


def test_a_304_that_nobody_asked_for_is_no_answer(publisher: Publisher) -> None:
    publisher.pages["/list"].status = 304
    assert refusal(Wanted(publisher.base + "/list", LARGEST)) == "web.status"


def test_size_is_capped(publisher: Publisher) -> None:
    assert HttpWeb().get(Wanted(publisher.base + "/list", 7)) is not None
    assert refusal(Wanted(publisher.base + "/list", 6)) == "web.size"


def test_nothing_is_unpacked(publisher: Publisher) -> None:
    found = HttpWeb().get(Wanted(publisher.base + "/bomb", LARGEST))
    assert found is not None
    assert found.content == publisher.pages["/bomb"].content
    assert publisher.asked[0]["accept-encoding"] == "identity"


def test_a_server_that_speaks_drop_by_drop_is_left(publisher: Publisher) -> None:
    assert refusal(Wanted(publisher.base + "/slow", LARGEST), whole=0.1) == "web.time"


def test_a_page_that_is_cut_is_not_taken(publisher: Publisher) -> None:
    assert refusal(Wanted(publisher.base + "/cut", LARGEST)) == "web.unavailable"


@pytest.mark.parametrize("url", ["http://localhost:1/x", "file:/etc/hostname", "ftp://localhost/x", "http://["])
def test_what_cannot_be_asked_is_no_answer(url: str) -> None:
    assert refusal(Wanted(url, LARGEST)) == "web.unavailable"


def test_a_server_is_believed_under_the_given_anchors_only() -> None:
    with publishing(identity(pki.issue(TLS, pki.rsa_key("web"), pki.authority()))) as made:
        made.pages["/list"] = Page(b"content")
        found = HttpWeb().get(Wanted(made.base + "/list", LARGEST, anchors=ANCHORS))
        assert found is not None
        strange = pki.pem(pki.stranger().certificate)
        assert refusal(Wanted(made.base + "/list", LARGEST, anchors=strange)) == "web.unavailable"
        assert refusal(Wanted(made.base + "/list", LARGEST)) == "web.unavailable"
        elsewhere = made.base.replace("localhost", "127.0.0.1") + "/list"
        assert refusal(Wanted(elsewhere, LARGEST, anchors=ANCHORS)) == "web.unavailable"
