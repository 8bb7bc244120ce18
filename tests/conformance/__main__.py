"""Hold the API, served over HTTP, against its own OpenAPI document, for each role: make conformance."""

import argparse
import sys

from passerelle.steps.audit.ports import Role
from tests.conformance.judge import judge


def main(examples: int) -> int:
    """Run each role in its turn; return 1 where an answer is not as documented."""
    wrong = 0
    for role in Role:
        verdict = judge([role], examples)
        wrong |= verdict.code
        total, statuses = verdict.answered.total(), sorted({status for _, status in verdict.answered})
        print(verdict.told if verdict.code else f"{role.value:9} {total} answers as documented, of {statuses}")  # noqa: T201 - for people
    return int(wrong > 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=300, help="requests of each kind, at most")
    sys.exit(main(parser.parse_args().examples))
