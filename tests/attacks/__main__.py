"""Print the attack corpus with the verdicts: make attacks."""

import sys

from tests.attacks import bridge
from tests.attacks.registry import corpus


def main() -> int:
    """Print a line for each attack; return how many verdicts are not the expected ones."""
    wrong = 0
    for attack in corpus():
        found = bridge.verdict(attack)
        good = found == attack.verdict
        wrong += not good
        print(f"{'ok ' if good else 'BAD'} {attack.name:60} {found:40} {attack.source}")  # noqa: T201 - for people
    total = len(corpus())
    print(f"\n{total - wrong} of {total} attacks have their expected verdict.")  # noqa: T201 - for people
    return wrong


if __name__ == "__main__":
    sys.exit(min(main(), 1))
