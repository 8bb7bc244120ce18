"""The contract of what is kept of authorities, on its fake and on S3; then how S3 holds two runs apart."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from passerelle.adapters import bulletins as kept
from passerelle.adapters.bulletins import S3Bulletins
from passerelle.core.errors import UnavailableError
from passerelle.local.cloud.clients import Cloud
from passerelle.steps.refresh.ports import Bulletins
from tests.adapters import clouds
from tests.fakes import FakeBulletins


@dataclass
class Watch:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def on_s3(moto_cloud: Cloud) -> S3Bulletins:
    return S3Bulletins(moto_cloud.client("s3"), clouds.bucket(moto_cloud, "configuration"), now=Watch())


@pytest.fixture(params=["fake", "moto"])
def bulletins(request: pytest.FixtureRequest) -> Bulletins:
    found: Bulletins = FakeBulletins() if request.param == "fake" else request.getfixturevalue("on_s3")
    return found


def test_what_is_kept_comes_back_and_what_never_was_is_empty(bulletins: Bulletins) -> None:
    assert bulletins.read("white-list.json") == b""
    for content in (b"one", b"two", b"two"):
        bulletins.keep("white-list.json", content)
        assert bulletins.read("white-list.json") == content
    assert bulletins.read("crls.pem") == b""


def test_what_is_there_and_what_is_not_is_asked_for_once_a_minute(on_s3: S3Bulletins) -> None:
    watch: Any = on_s3.now
    assert on_s3.read("x") == b""
    replace(on_s3, _kept={}).keep("x", b"there")
    assert on_s3.read("x") == b""
    watch.now += kept.FRESH
    assert on_s3.read("x") == b"there"
    replace(on_s3, _kept={}).keep("x", b"new")
    assert on_s3.read("x") == b"there"
    watch.now += kept.FRESH
    assert on_s3.read("x") == b"new"


@pytest.mark.parametrize("before", [b"", b"old"])
def test_of_two_runs_at_once_the_second_stops(on_s3: S3Bulletins, before: bytes) -> None:
    if before:
        on_s3.keep("x", before)
    first, second = replace(on_s3, _kept={}), replace(on_s3, _kept={})
    assert first.read("x") == second.read("x") == before
    first.keep("x", b"first")
    with pytest.raises(UnavailableError, match=r"bulletins\.overtaken"):
        second.keep("x", b"second")
    assert replace(on_s3, _kept={}).read("x") == b"first"


def test_size_is_capped(on_s3: S3Bulletins, monkeypatch: pytest.MonkeyPatch) -> None:
    on_s3.keep("x", b"123")
    monkeypatch.setattr(kept, "LARGEST", 3)
    assert replace(on_s3, _kept={}).read("x") == b"123"
    monkeypatch.setattr(kept, "LARGEST", 2)
    with pytest.raises(UnavailableError, match=r"bulletins\.size"):
        replace(on_s3, _kept={}).read("x")


def test_a_bucket_that_does_not_answer_is_asked_again(on_s3: S3Bulletins) -> None:
    with pytest.raises(UnavailableError, match=r"bulletins\.unavailable"):
        replace(on_s3, bucket="nowhere", _kept={}).read("x")
