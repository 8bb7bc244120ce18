"""Everyday runs draw the same examples each time, so that a red test is red again; `make fuzz` will draw others."""

from hypothesis import settings

settings.register_profile("everyday", derandomize=True)
settings.load_profile("everyday")
