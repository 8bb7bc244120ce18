"""Fixtures of the architecture's tests."""

import pytest

from tests.architecture import deployed
from tests.architecture.deployed import Resources


@pytest.fixture(scope="session")
def resources() -> Resources:
    """The resources as plain CloudFormation."""
    return deployed.plain()
