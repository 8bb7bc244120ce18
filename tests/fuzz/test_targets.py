"""Every parser that `make fuzz` runs for minutes is run here for a moment, without what guides it."""

import random
from time import process_time

import pytest

from tests.fuzz.registry import Target, targets

SECONDS = 0.3
MOST = 400  # mutations


def mutated(content: bytes, words: tuple[bytes, ...], chance: random.Random) -> bytes:
    """Return an input with a few bytes or words changed, left out or doubled."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(changed) + 1)
        piece = chance.choice([*words, chance.randbytes(2), bytes(changed[place : place + 20]), b""])
        changed[place : place + chance.choice((0, 1, 1, 8, 40))] = piece
    return bytes(changed)


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.name)
def test_a_parser_leaves_by_a_typed_error_or_not_at_all(target: Target) -> None:
    chance = random.Random(target.name)  # noqa: S311 - the same mutations every day
    seeds, begun = target.seeds(), process_time()
    for seed in (b"", *seeds):
        target.attempt(seed)
    for _ in range(MOST):
        target.attempt(mutated(chance.choice(seeds), target.words, chance))
        if process_time() - begun > SECONDS:
            break


def test_every_seed_is_short_enough_to_be_mutated_whole() -> None:
    assert [target.name for target in targets() if any(len(seed) > target.longest for seed in target.seeds())] == []


def test_names_of_targets_differ() -> None:
    names = [target.name for target in targets()]
    assert len(set(names)) == len(names)
