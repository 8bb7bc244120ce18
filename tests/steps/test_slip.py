"""A receipt slip proves the events of one delivery without the archive, and nothing that was changed."""

import base64
import json
from typing import Any

import pytest

from passerelle.core.errors import MalformedError, PasserelleError, UnavailableError
from passerelle.core.receipts import note, slip, timestamp
from passerelle.core.receipts.verification import Trust
from passerelle.steps.seal.stamping import checker
from tests.fakes import FakeArchive
from tests.steps.sealing import KEY, OTHER, Registry
from tests.vectors import tsa

TRUST = Trust((KEY.verifier,))


@pytest.fixture(scope="module")
def registry() -> Registry:
    made = Registry()
    delivery, *_ = made.happen(1, steps=2), made.happen(300)
    for _ in range(3):
        made.seal()
        made.happen(5)
    made.seal()
    assert delivery
    return made


def written(registry: Registry, place: int = 0) -> bytes:
    name = list(registry.ledger._events)[place]
    found = slip.locate(
        registry.archive, registry.ledger.history(name), slip.newest(registry.archive, KEY.verifier)[0].size
    )
    assert found == slip.search(registry.archive, name)
    return slip.made(registry.archive, found, KEY.verifier)


@pytest.mark.parametrize("place", [0, 150, 300, 305, -1])
def test_a_slip_proves_all_events_of_its_delivery(registry: Registry, place: int) -> None:
    name = list(registry.ledger._events)[place]
    found = slip.check(written(registry, place), TRUST)
    assert (found.delivery, found.events) == (name, registry.ledger.history(name))
    assert (found.key, found.given, found.stamped) == (KEY.verifier, True, None)


def test_without_a_key_a_slip_speaks_for_itself_and_says_so(registry: Registry) -> None:
    assert not slip.check(written(registry), Trust()).given


def test_a_slip_carries_the_timestamp_of_its_checkpoint(registry: Registry) -> None:
    authority = tsa.made("ec", "ec")
    newest = registry.archive.files["checkpoint"]
    size = note.verify(newest, KEY.verifier)[0].size
    files = registry.archive.files | {
        f"timestamps/{size:012d}.tsr": authority.answer(timestamp.request(newest, 1)),
    }
    found = slip.search(FakeArchive(files), next(iter(registry.ledger._events)))
    content = slip.made(FakeArchive(files), found, KEY.verifier)
    assert slip.check(content, Trust((KEY.verifier,), stamp=checker(authority.anchor))).stamped is not None
    with pytest.raises(PasserelleError):
        slip.check(content, Trust((KEY.verifier,), stamp=checker(tsa.made("another", "ec").anchor)))


def test_what_is_not_sealed_has_no_slip() -> None:
    registry = Registry()
    (delivery,) = registry.happen(1)
    with pytest.raises(UnavailableError):
        slip.made(registry.archive, slip.search(registry.archive, delivery.id), KEY.verifier)
    registry.seal()
    (later,) = registry.happen(1)
    assert slip.locate(registry.archive, registry.ledger.history(later.id), 3) == {}


def _tampered(value: dict[str, Any]) -> list[dict[str, Any]]:
    events = value["events"]
    other = json.loads(json.dumps(events))
    other[-1]["event"] = other[-1]["event"].replace("xdm.hash", "xdm.hush")
    moved = json.loads(json.dumps(events))
    moved[0]["index"] += 1
    stolen = base64.b64encode(bytes(32)).decode()
    checkpoint = note.signed(note.verify(value["checkpoint"].encode(), KEY.verifier)[0], OTHER.verifier, OTHER.sign)
    return [
        value | {"events": other},
        value | {"events": moved},
        value | {"events": events[1:]},
        value | {"events": events[::-1]},
        value | {"events": []},
        value | {"events": [*events, events[-1]]},
        value | {"events": [one | {"proof": [stolen, *one["proof"][1:]]} for one in events]},
        value | {"checkpoint": checkpoint.decode()},
        value | {"checkpoint": "x"},
        value | {"checkpoint": 3},
        value | {"v": 2},
        value | {"events": [None]},
        value | {"events": [{"event": "x", "index": "y", "proof": "z"}]},
        {"v": 1},
    ]


def test_every_tampering_with_a_slip_is_found(registry: Registry) -> None:
    for value in _tampered(json.loads(written(registry))):
        with pytest.raises(PasserelleError):
            slip.check(json.dumps(value).encode(), TRUST)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_slip_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedError):
        slip.check(content, TRUST)


def test_a_slip_past_its_caps_is_not_read(registry: Registry) -> None:
    content = written(registry)
    assert slip.check(content.ljust(slip.LARGEST), TRUST).events
    with pytest.raises(MalformedError):
        slip.check(content.ljust(slip.LARGEST + 1), TRUST)
    value = json.loads(content)
    with pytest.raises(MalformedError):
        slip.check(json.dumps(value | {"events": value["events"][:1] * (slip.MOST_EVENTS + 1)}).encode(), TRUST)
