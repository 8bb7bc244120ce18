"""Hold all that is written for MSSanté against the agency's rules: `make validate`, with COUNT and SEED.

Every HPRIM sample, every French XDM sample there and back, and COUNT generated HPRIM messages; the exit status is 1
where a document has an error.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.validation import rounds
from tests.validation.agency import CHECK, Agency, agency
from tests.validation.rounds import Round

_PROGRESS = 25  # rounds between two lines


@dataclass(slots=True)
class Tally:
    """What was found of one profile."""

    documents: int = 0
    errors: int = 0
    losses: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


@dataclass(slots=True)
class Account:
    """What was found of all, by source and profile; refusals by code; errors in words."""

    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    refusals: Counter[tuple[str, str]] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    @property
    def documents(self) -> int:
        """Return how many documents were checked."""
        return sum(tally.documents for tally in self.tallies.values())


def all_rounds(count: int, seed: int) -> Iterator[Round]:
    """Yield samples, then generated messages."""
    yield from rounds.hprim_samples()
    yield from rounds.crossed_samples()
    yield from rounds.generated(count, seed)


def hold(account: Account, one: Round, rules: Agency) -> None:
    """Check one mail and enter it."""
    source = one.source.partition("/")[0]
    if one.refusal:
        account.refusals[source, one.refusal] += 1
        return
    began = time.perf_counter()
    for checked in rules.check(one.package):
        form = checked.profile if checked.profile != "letter" else f"letter {one.form.upper()}"
        tally = account.tallies.setdefault((source, form), Tally())
        tally.documents += 1
        tally.errors += len(checked.errors)
        tally.losses.update(one.losses)
        tally.seconds += time.perf_counter() - began
        began = time.perf_counter()
        account.errors += [f"{one.source} ({one.form}): {step}: {text}" for step, text in checked.errors]


def show(account: Account, console: Console) -> None:
    """Print the table, the refusals, and each kind of error once."""
    table = Table("source", "profile", "documents", "errors", "losses", "s", title="The agency's rules")
    for (source, form), tally in account.tallies.items():
        losses = sum(tally.losses.values())
        table.add_row(source, form, *map(str, (tally.documents, tally.errors, losses)), f"{tally.seconds:.1f}")
    console.print(table)
    told = Counter(code for tally in account.tallies.values() for code in tally.losses.elements())
    console.print("Losses: ", ", ".join(f"{code} {number}" for code, number in told.most_common()))
    for (source, code), number in account.refusals.items():
        console.print(f"Refused: {source}: {code} {number}")
    for error in account.errors[:40]:
        console.print(error, markup=False)


def validate(every: Iterator[Round], say: Callable[[str], None]) -> Account:
    """Check every mail, and say from time to time how far it is."""
    account, began = Account(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, agency(Path(folder)) as rules:
        for number, one in enumerate(every, 1):
            hold(account, one, rules)
            if number % _PROGRESS == 0:
                spent, wrong = time.perf_counter() - began, len(account.errors)
                say(f"{number} mails, {account.documents} documents, {spent:.0f} s, {wrong} errors")
    return account


def main() -> int:
    """Run it all."""
    console = Console(width=120)
    if not CHECK.is_file():
        console.print("The agency's rules are not here (../shared/tools/check_cda): NOTHING was validated.")
        return 0
    count, seed = int(os.environ.get("COUNT", "500")), int(os.environ.get("SEED", "1"))
    console.print(f"COUNT={count} SEED={seed}")
    account = validate(all_rounds(count, seed), console.print)
    show(account, console)
    return 1 if account.errors or not account.documents else 0


if __name__ == "__main__":
    sys.exit(main())
