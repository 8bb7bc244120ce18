"""`make simulate`: five virtual days of mails in bad weather, for three designs; a seed is a history."""

import argparse
import hashlib
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import TextIO

from passerelle.core.policy import Ambiguity
from tests.simulation.designs import Account, Design, Ledgered
from tests.simulation.rivals import CheckThenSend, Idempotent

DAYS = 5
AFTER = 12  # days more, in which every mail must end
SHARD = 10_000  # mails of one history
RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)
DESIGNS: dict[str, Callable[[int, float], Design]] = {
    "registre (renvoi)": Ledgered,
    "registre (attente)": partial(Ledgered, ambiguity=Ambiguity.HOLD),
    "vérifier puis envoyer": CheckThenSend,
    "Powertools autour de l'envoi": Idempotent,
}
COLUMNS = ("mails", "once", "told", "held", "flagged", "unseen", "lost", "waiting", "faults")


def live(design: Design, mails: int) -> Account:
    """Let mails come in over five days, wait until all must have ended, and return what became of them."""
    start = design.days.clock.now
    for number in range(mails):
        design.days.after(design.days.random.random() * DAYS * 86_400, partial(design.bring, number))
    tick(design)
    design.days.until(start + timedelta(days=DAYS + AFTER))
    return design.account()


def tick(design: Design) -> None:
    """Let the schedule strike each minute."""
    design.days.after(60, partial(tick, design))
    design.tick()


def shard(name: str, seed: int, mails: int) -> Account:
    """Return the account of one history, whose weather is drawn with its seed."""
    return live(DESIGNS[name](seed, RATES[seed % len(RATES)]), mails)


def total(accounts: list[Account]) -> dict[str, int]:
    """Return the sums of some accounts."""
    return {column: sum(asdict(account)[column] for account in accounts) for column in COLUMNS}


def histories(name: str, arguments: argparse.Namespace, mails: int) -> Iterator[Account]:
    """Yield the account of every shard of a design, in the order of their seeds."""
    sizes = [min(SHARD, mails - start) for start in range(0, mails, SHARD)]
    seeds = range(arguments.seed, arguments.seed + len(sizes))
    if arguments.jobs == 1:
        yield from map(partial(shard, name), seeds, sizes)
        return
    with ProcessPoolExecutor(arguments.jobs) as pool:
        yield from pool.map(partial(shard, name), seeds, sizes)


def _say(line: str, end: str = "\n", file: TextIO = sys.stdout) -> None:
    file.write(line + end)
    file.flush()


def main() -> None:
    """Run every design, print their accounts side by side, and fail where ours lost a mail or hid a copy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1_000_000)
    parser.add_argument("--others", type=int, default=20_000, help="mails of the designs that are only compared")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="1 runs in this process: for a debugger")
    arguments = parser.parse_args()
    bad = False
    _say(f"{'':30}" + "".join(f"{column:>10}" for column in (*COLUMNS, "s")) + "  history")
    for place, name in enumerate(DESIGNS):
        began = time.monotonic()
        found = []
        for number, account in enumerate(histories(name, arguments, arguments.others if place else arguments.mails)):
            found.append(account)
            _say(f"\r{name}: {(number + 1) * SHARD:,}", end="", file=sys.stderr)
            if name.startswith("registre") and (account.lost or account.unseen or account.waiting):
                bad = True
                _say(f"\nseed {arguments.seed + number}: {account}", file=sys.stderr)
        counts = total(found)
        history = hashlib.sha256("".join(account.history for account in found).encode()).hexdigest()[:16]
        figures = "".join(f"{counts[column]:>10,}" for column in COLUMNS)
        _say(f"\r{name:30}{figures}{time.monotonic() - began:>10.0f}  {history}")
    sys.exit(bad)


if __name__ == "__main__":
    main()
