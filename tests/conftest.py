"""Everyday runs draw the same examples each time, so that a red test is red again; `make fuzz` draws others."""

# asn1crypto freezes its table of attribute names at their first use: what its time stamps add must be there before.
from asn1crypto import tsp  # noqa: F401
from hypothesis import settings

settings.register_profile("everyday", derandomize=True)
settings.load_profile("everyday")
