"""A delivery's page says how far it is proven, and hands out the slip that proves it elsewhere."""

import io
import json
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import pytest
from pypdf import PdfReader

from passerelle.adapters.page import proving
from passerelle.adapters.page.words import Tongue
from passerelle.core.receipts import archive, slip, timestamp
from passerelle.core.receipts.verification import Trust
from passerelle.steps.audit.proof import Proof
from passerelle.steps.seal.stamping import checker
from tests.adapters.browsing import Outline, Visitor
from tests.adapters.gateway import arrived
from tests.fakes import FakeArchive
from tests.steps.sealing import KEY
from tests.vectors import tsa


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def told(visitor: Visitor, delivery: str, tongue: str = "fr") -> list[tuple[str, str]]:
    """Return the lines of the proof, each with its kind."""
    outline = Outline(visitor.get(f"/{tongue}/deliveries/{delivery}").text)
    return [
        (str(kind).removeprefix("proof "), text) for kind, text in outline.texts("dd") if str(kind).startswith("proof")
    ]


def stamp(visitor: Visitor) -> None:
    """Let an authority say that the newest checkpoint stands."""
    files = visitor.gateway.asking.archive
    assert isinstance(files, FakeArchive)
    newest = files.files[archive.NEWEST]
    size = max(map(archive.number, files.names(archive.CHECKPOINTS)))
    files.files[archive.timestamp(size)] = tsa.made().answer(timestamp.request(newest, 1))
    visitor.gateway.asking = replace(visitor.gateway.asking, stamps=lambda: checker(tsa.made().anchor))


def test_before_the_seal_it_says_by_when_and_offers_no_slip(visitor: Visitor) -> None:
    one = arrived(visitor.gateway)
    (chained, waiting) = told(visitor, one.id)
    assert chained[0] == "good"
    assert waiting[0] == "calm"
    assert waiting[1].startswith("Pas encore scellés : ils le seront au plus tard le 22/11/2026 ")
    assert "slip." not in visitor.get(f"/fr/deliveries/{one.id}").text
    answer = visitor.get(f"/fr/deliveries/{one.id}/slip.pdf")
    assert (answer.status, "pas encore de reçu" in answer.text) == (HTTPStatus.NOT_FOUND, True)


@pytest.mark.parametrize(("tongue", "words"), [("fr", "Scellés : 5 événements"), ("en", "Sealed: 5 events")])
def test_after_the_seal_it_names_the_checkpoint(visitor: Visitor, tongue: str, words: str) -> None:
    one = arrived(visitor.gateway)
    visitor.gateway.seal()
    chained, sealed, unstamped = told(visitor, one.id, tongue)
    assert (chained[0], sealed[0], unstamped[0]) == ("good", "good", "calm")
    assert sealed[1].startswith(words)


def test_with_an_authority_it_says_when(visitor: Visitor) -> None:
    one = arrived(visitor.gateway)
    visitor.gateway.seal()
    stamp(visitor)
    *_, stamped = told(visitor, one.id, "en")
    assert stamped[0] == "good"
    assert stamped[1].startswith("Timestamped: an authority saw this seal at 20")


def test_what_contradicts_the_ledger_stands_in_red(visitor: Visitor) -> None:
    one = arrived(visitor.gateway)
    visitor.gateway.seal()
    files = visitor.gateway.asking.archive
    assert isinstance(files, FakeArchive)
    files.files[archive.NEWEST] = files.files[archive.NEWEST].replace(b"\n5\n", b"\n4\n")
    assert ("bad", "L'archive des sceaux contredit le registre (note.signature).") in [
        (kind, text.partition(" Un exploitant")[0]) for kind, text in told(visitor, one.id)
    ]


def test_a_seal_that_is_overdue_stands_in_red(visitor: Visitor) -> None:
    one = arrived(visitor.gateway)
    visitor.gateway.office.clock.now += timedelta(hours=3)
    assert [kind for kind, _ in told(visitor, one.id)] == ["good", "bad"]


@pytest.mark.parametrize("tongue", list(Tongue))
def test_every_state_of_a_proof_has_its_words(tongue: Tongue) -> None:
    now = Visitor().gateway.office.clock.now
    bare = Proof(3, chained=True, kept=True)
    kinds = {
        (False, ""): replace(bare, chained=False, kept=False),
        (True, "unread"): replace(bare, fault="archive.unavailable"),
        (True, "contradicted"): replace(bare, fault="tree.inclusion", contradicted=True),
        (True, "rest"): replace(bare, sealed=2, checkpoint=8, until=now, due=now),
        (True, "late"): replace(bare, sealed=2, checkpoint=8, until=now, due=now, late=True),
    }
    for (chained, more), proof in kinds.items():
        said = proving.lines(proof, tongue)
        assert (said[0].kind == "good") is chained
        assert all("{" not in line.text for line in said)
        assert any(line.kind == "bad" for line in said) == (not chained or more in {"contradicted", "late"})


def test_the_slip_is_a_file_that_anybody_checks(visitor: Visitor) -> None:
    one = arrived(visitor.gateway)
    visitor.gateway.seal()
    links = [str(link["href"]) for link in Outline(visitor.get(f"/fr/deliveries/{one.id}").text).all("a")]
    way = f"/fr/deliveries/{one.id}/slip.json"
    assert way in links
    answer = visitor.get(way)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="passerelle-{one.id[:12]}.json"'
    found = slip.check(answer.content, Trust((KEY.verifier,)))
    assert (found.delivery, len(found.events), found.given) == (one.id, 5, True)
    assert json.loads(answer.text)["v"] == slip.VERSION


@pytest.mark.parametrize(("tongue", "words"), [("fr", "Reçu d'une remise"), ("en", "Receipt of a delivery")])
def test_the_slip_on_paper_names_its_file_its_key_and_its_events(visitor: Visitor, tongue: str, words: str) -> None:
    one = arrived(visitor.gateway)
    visitor.gateway.seal()
    stamp(visitor)
    answer = visitor.get(f"/{tongue}/deliveries/{one.id}/slip.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    for wanted in (words, one.id, f"passerelle verify passerelle-{one.id[:12]}.json", KEY.verifier.text(), "ACCEPTED"):
        assert wanted in text
    assert text.count("UTC") == 6


def test_a_slip_of_no_delivery_and_a_made_up_id_are_not_found(visitor: Visitor) -> None:
    visitor.gateway.seal()
    for delivery in ("0" * 32, "..%2F..%2Fcheckpoint", "x"):
        assert visitor.get(f"/fr/deliveries/{delivery}/slip.json").status is HTTPStatus.NOT_FOUND


def test_each_slip_is_an_event(visitor: Visitor) -> None:
    one = arrived(visitor.gateway)
    visitor.gateway.seal()
    visitor.get(f"/fr/deliveries/{one.id}/slip.json")
    assert visitor.gateway.register.asked[-1].reason == "audit.slip"
