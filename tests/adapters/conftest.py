"""Fixtures of the adapters' tests."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from passerelle.local.cloud.clients import Cloud
from tests.adapters import clouds, dovecot
from tests.adapters.dovecot import Dovecot, Papers
from tests.adapters.knocking import Browser
from tests.adapters.provider import Provider, providing


@pytest.fixture
def moto_cloud() -> Iterator[Cloud]:
    with clouds.pretended() as cloud:
        yield cloud


@pytest.fixture(scope="session")
def emulator_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with clouds.emulated(tmp_path_factory.mktemp("ministack")) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def imap_papers() -> Papers:
    return dovecot.issue()


@pytest.fixture(scope="session")
def imap_server(imap_papers: Papers) -> Iterator[Dovecot]:
    with (
        tempfile.TemporaryDirectory() as folder,
        dovecot.running(Path(folder), imap_papers.ours.machine("imap.example"), imap_papers.ours.anchor) as made,
    ):
        yield made


@pytest.fixture(scope="module")
def issuer() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


@pytest.fixture
def provider(issuer: Provider) -> Provider:
    vars(issuer).update(vars(Provider(issuer.base)))  # as new for each test
    return issuer


@pytest.fixture
def browser(provider: Provider) -> Browser:
    return Browser(provider)
