"""How long the waits are."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.receipts.backoff import FIRST, LONGEST, delay


def test_the_longest_wait_doubles_from_30_seconds_to_the_hour() -> None:
    waits = [delay(failures, 1).total_seconds() for failures in range(10)]
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


@given(failures=st.integers(-1, 10**9), chance=st.floats(0, 1))
def test_every_wait_is_between_nothing_and_the_hour(failures: int, chance: float) -> None:
    assert timedelta(0) <= delay(failures, chance) <= LONGEST


def test_the_jitter_is_full() -> None:
    assert delay(0, 0) == timedelta(0)
    assert delay(0, 0.5) == FIRST / 2


@pytest.mark.parametrize("chance", [-0.01, 1.01, float("nan")])
def test_chance_outside_its_range_is_a_bug(chance: float) -> None:
    with pytest.raises(ValueError, match="chance"):
        delay(0, chance)
