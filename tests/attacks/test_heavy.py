"""The runner of heavy mails measures, and finds what is too heavy; make heavy runs all of them."""

from types import SimpleNamespace
from typing import cast

import pytest

from tests.attacks.heavy import MOST_CPU, MOST_MEMORY, Measure, measure
from tests.attacks.registry import Door
from tests.attacks.weights import WEIGHTS, Weight


@pytest.mark.parametrize("name", ["2,000 mails inside each other", "a CDA of 10,000 observations"])
def test_a_heavy_mail_stays_within_10_s_and_1200_mb(name: str) -> None:
    (weight,) = [one for one in WEIGHTS if one.name == name]
    cost = measure(weight)
    assert cost.within, cost
    assert cost.memory > 30_000_000


def test_what_is_too_heavy_or_ends_in_a_bug_is_found() -> None:
    assert Measure("READY", MOST_CPU, MOST_MEMORY).within
    assert not Measure("READY", MOST_CPU + 0.1, 0).within
    assert not Measure("READY", 0, MOST_MEMORY + 1).within
    assert not Measure("RECEIVED bridge.fault KeyError", 0, 0).within


def test_a_mail_that_ends_its_process_is_found() -> None:
    cost = measure(Weight("deadly", cast("Door", SimpleNamespace(value="nowhere")), lambda: b""))
    assert cost.verdict.startswith("KILLED")
    assert not cost.within


def test_every_weight_has_a_name_of_its_own() -> None:
    assert len({weight.name for weight in WEIGHTS}) == len(WEIGHTS)
