"""`passerelle page` on loopback: the way in, and Chromium that searches, follows and acts in both languages."""

import http.client
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from passerelle.adapters.api import LARGEST
from passerelle.adapters.page.sessions import Sessions
from passerelle.core.receipts import slip
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.verification import Trust
from passerelle.local.commands import page
from passerelle.steps.audit.ports import Role
from tests.adapters.gateway import Gateway, arrived, waiting
from tests.adapters.test_page_hostile import HOSTILE
from tests.journey import browser
from tests.steps.office import HOSPITAL
from tests.steps.sealing import KEY

AXE = Path(os.environ.get("PASSERELLE_AXE", ".build/axe.min.js"))
"""axe-core: `make accessibility` fetches it from npm."""


class Open(NamedTuple):
    """A page that is served."""

    gateway: Gateway
    server: page.Server

    @property
    def base(self) -> str:
        """Return its address."""
        return f"http://{page.LOOPBACK}:{self.server.server_port}"


@contextmanager
def opened(author: str = "anne.durand") -> Iterator[Open]:
    gateway = Gateway()
    sessions = Sessions(gateway.office.clock, secure=False)
    door = page.Door(page.who(author), sessions)
    server = page.serve(lambda: (gateway.asking, gateway.office.desk), door, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Open(gateway, server)
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def served() -> Iterator[Open]:
    with opened() as one:
        yield one


def ask(served: Open, way: str, method: str = "GET", body: str = "", **headers: str) -> http.client.HTTPResponse:
    """Send a request as a program does."""
    connection = http.client.HTTPConnection(page.LOOPBACK, served.server.server_port, timeout=10)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, way, body or None, named)
    return connection.getresponse()


def test_the_link_opens_one_session_once(served: Open) -> None:
    way = page.link(served.server).removeprefix(served.base)
    first, second = ask(served, way), ask(served, way)
    cookie = str(first.getheader("Set-Cookie"))
    assert (first.status, first.getheader("Location"), second.getheader("Set-Cookie")) == (303, "/fr/", None)
    assert cookie.endswith("; Path=/; HttpOnly; SameSite=Strict")
    assert ask(served, "/fr/", Cookie=cookie.partition(";")[0]).status == 200
    assert ask(served, "/fr/").status == 401


@pytest.mark.parametrize("way", ["/enter", "/enter?token=", "/enter?token=x", "/enter?token=%C3%A9"])
def test_a_wrong_token_opens_nothing_and_uses_nothing_up(served: Open, way: str) -> None:
    assert ask(served, way).getheader("Set-Cookie") is None
    assert ask(served, page.link(served.server).removeprefix(served.base)).getheader("Set-Cookie")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "", "localhost:1"])
def test_a_name_that_was_pointed_here_from_elsewhere_gets_no_answer(served: Open, host: str) -> None:
    assert ask(served, "/style.css", Host=host).status == 421
    assert ask(served, "/style.css", Host=f"localhost:{served.server.server_port}").status == 200


def test_the_page_listens_on_this_machine_only(served: Open) -> None:
    assert served.server.server_address[0] == "127.0.0.1"


def test_what_is_too_large_or_of_no_size_is_not_read(served: Open) -> None:
    way = f"/fr/deliveries/{'0' * 32}/decisions"
    assert ask(served, way, "POST", "x" * (LARGEST + 1)).status == 400
    assert ask(served, way, "POST", Content_Length="-1").status == 401
    assert ask(served, way, "PUT", "x").status == 501


def test_without_a_name_nothing_can_be_decided() -> None:
    assert page.who("").roles == {Role.AUDITOR}
    assert page.who("karim").roles == {Role.AUDITOR, Role.OPERATOR}


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Browser]:
    program = browser.executable()
    if not program:
        pytest.skip("NOT CHECKED: there is no Chromium here (apt install chromium)")
    with browser.running(program, tmp_path_factory.mktemp("chromium")) as one:
        yield one


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tongue", "list_title", "held"),
    [("fr", "Remises d'une journée", "Retenue"), ("en", "Deliveries of a day", "Held")],
)
def test_a_person_enters_searches_follows_and_decides(
    served: Open, chromium: browser.Browser, tongue: str, list_title: str, held: str
) -> None:
    one = waiting(served.gateway)
    chromium.go(page.link(served.server))
    if tongue == "en":
        chromium.click("a[hreflang=en]")
    assert chromium.run("document.documentElement.lang") == tongue
    chromium.run(f"document.querySelector('#id').value = '{one.id}'")
    chromium.click("form[role=search] button")
    assert held in chromium.run("document.querySelector('.stands').innerText")
    chromium.click("button[value=release]")
    assert served.gateway.office.ledger.get(one.id).state is State.RECEIVED
    assert "anne.durand" in chromium.run("document.querySelector('.timeline').innerText")
    chromium.click("nav li:nth-child(2) a")
    assert chromium.run("document.querySelector('h1').innerText") == list_title


@pytest.mark.slow
@pytest.mark.parametrize(("tongue", "found"), [("fr", "Scellés"), ("en", "Sealed")])
def test_a_person_finds_by_address_and_takes_slip_and_export(
    served: Open, chromium: browser.Browser, tmp_path: Path, tongue: str, found: str
) -> None:
    one = arrived(served.gateway)
    served.gateway.seal()
    served.gateway.office.clock.forward(minutes=5)
    chromium.go(page.link(served.server))
    chromium.go(f"{served.base}/{tongue}/")
    chromium.run(f"document.querySelector('#value').value = '{HOSPITAL.address}'")
    chromium.click("form[action$=search] button")
    chromium.click("tbody th a")
    assert found in chromium.run("document.querySelector('.facts').innerText")
    proof = chromium.take("a[href$='slip.json']", tmp_path / "json")
    assert slip.check(proof, Trust((KEY.verifier,))).delivery == one.id
    assert chromium.take("a[href$='slip.pdf']", tmp_path / "pdf").startswith(b"%PDF-1.4")
    chromium.click("nav li:nth-child(2) a")
    assert one.id in chromium.take("a[href$=jsonl]", tmp_path / "jsonl").decode()


@pytest.mark.slow
def test_hostile_values_stay_text_in_a_real_browser(served: Open, chromium: browser.Browser) -> None:
    one = arrived(served.gateway)
    ledger = served.gateway.office.ledger
    details = tuple((text, text) for text in HOSTILE)
    ledger._events[one.id].append(
        replace(ledger._events[one.id][-1], reason=HOSTILE[0], actor=HOSTILE[1], details=details)
    )
    chromium.go(page.link(served.server))
    chromium.run("window.name = 'calm'")
    for tongue in ("fr", "en"):
        chromium.go(f"{served.base}/{tongue}/deliveries/{one.id}")
        assert (
            chromium.run("document.querySelectorAll('script, iframe, img, object, form[action*=example]').length") == 0
        )
        assert (
            chromium.run(
                "[...document.querySelectorAll('*')].some(e => e.getAttributeNames().some(n => n.startsWith('on')))"
            )
            is False
        )
        shown = chromium.run("document.querySelector('.timeline').innerText")
        assert all(text.split("\x00")[0] in shown for text in HOSTILE)


@pytest.mark.slow
def test_no_page_is_wider_than_a_small_telephone_and_none_breaks_its_own_policy(
    served: Open, chromium: browser.Browser
) -> None:
    one = arrived(served.gateway)
    waiting(served.gateway)
    chromium.size(320, 640)
    chromium.go(page.link(served.server))
    for way in ("/fr/", "/en/deliveries?day=2026-11-22", "/fr/waiting", f"/fr/deliveries/{one.id}", "/fr/statistics"):
        chromium.go(served.base + way)
        assert chromium.run("document.documentElement.scrollWidth") == 320
        assert chromium.run("getComputedStyle(document.querySelector('.top')).color") == "rgb(255, 255, 255)"


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(served: Open, chromium: browser.Browser, scheme: str) -> None:
    if not AXE.exists():
        pytest.skip("NOT CHECKED: axe-core is not here (make accessibility)")
    one, held = arrived(served.gateway), waiting(served.gateway)
    served.gateway.seal()
    chromium.size(1100, 900)
    chromium.media(scheme=scheme)
    chromium.go(page.link(served.server))
    ways = (
        "/",
        "/deliveries?day=2026-11-22",
        "/waiting",
        "/statistics",
        f"/deliveries/{one.id}",
        f"/deliveries/{held.id}",
        "/nothing",
    )
    for way in (f"/{tongue}{way}" for tongue in ("fr", "en") for way in ways):
        chromium.go(served.base + way)
        chromium.run(AXE.read_text("utf-8") + "; true")
        found = chromium.run("axe.run().then(r => r.violations.map(v => [v.id, v.impact, v.nodes[0].html]))")
        assert found == [], way
