"""Fixtures of the adapters' tests."""

from collections.abc import Iterator

import pytest

from passerelle.local.cloud.clients import Cloud
from tests.adapters import clouds


@pytest.fixture
def moto_cloud() -> Iterator[Cloud]:
    with clouds.pretended() as cloud:
        yield cloud


@pytest.fixture(scope="session")
def emulator_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with clouds.emulated(tmp_path_factory.mktemp("ministack")) as cloud:
        yield cloud
