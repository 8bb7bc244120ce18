"""Everyday runs draw the same examples each time, so that a red test is red again; `make fuzz` draws others."""

import pytest

# asn1crypto freezes its table of attribute names at their first use: what its time stamps add must be there before.
from asn1crypto import tsp  # noqa: F401
from hypothesis import settings

settings.register_profile("everyday", derandomize=True)
settings.load_profile("everyday")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with files that take long: no process is left alone with one at the end."""
    long = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("emulator")}
    items.sort(key=lambda item: item.path not in long)
