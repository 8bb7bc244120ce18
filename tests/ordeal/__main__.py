"""`make ordeal`: mails through the real parts while connections break and workers are killed; exits 1 on any loss."""

import argparse
import sys
import tempfile
from pathlib import Path

from passerelle.local.trouble import SetupError
from tests.adapters import postfix
from tests.ordeal.scene import Plan
from tests.ordeal.trial import Outcome, undergo

_MOST_SHOWN = 20


def table(plan: Plan, outcome: Outcome) -> str:
    """Return the figures for people."""
    reckoning, nursery, proxy = outcome.reckoning, outcome.nursery, outcome.proxy
    lines = [
        f"{plan.mails} mails, seed {plan.seed}, time {plan.scale:g} × faster: {outcome.seconds:.0f} s",
        f"{nursery.killed:8} workers killed with SIGKILL",
        *(f"{count:8} {name}" for name, count in sorted(reckoning.figures.items())),
        f"{proxy.drawn.total():8} connections to Postfix, of which",
        *(f"{count:8}   {name}" for name, count in sorted(proxy.struck.items())),
        f"{len(wrongs(plan, outcome)):8} VIOLATIONS",
    ]
    return "\n".join((*lines, *wrongs(plan, outcome)[:_MOST_SHOWN]))


def wrongs(plan: Plan, outcome: Outcome) -> list[str]:
    """Return all that is not as promised."""
    found = list(outcome.reckoning.violations)
    if outcome.nursery.fallen:
        found.append(f"workers ended by themselves: {outcome.nursery.fallen}")
    if outcome.nursery.killed < plan.kills:
        found.append("fewer workers were killed than asked")
    if outcome.reckoning.figures["mails"] != plan.mails:
        found.append("the ledger has another number of mails")
    return found


def main() -> int:
    """Run a trial, print its table, and return 1 for any violation, 2 where a part is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=60.0, help="how much faster time runs")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long the last mails may take to end")
    plan = Plan(**vars(parser.parse_args()))
    if postfix.missing():
        sys.stderr.write(f"NOT RUN: {postfix.missing()}\n")
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="ordeal-") as folder:
            outcome = undergo(plan, Path(folder))
    except SetupError as error:
        sys.stderr.write(f"NOT RUN: {error.key}\n")
        return 2
    sys.stderr.write(outcome.troubles)
    print(table(plan, outcome))  # noqa: T201 - for people
    return int(bool(wrongs(plan, outcome)))


if __name__ == "__main__":
    sys.exit(main())
