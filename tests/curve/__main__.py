"""Fill a ledger of 10⁴, 10⁵, 10⁶ events, and measure a page of fifty of each question: make curve.

A page is asked through `audit` and its adapters, as the API asks it, its own event included. What is timed is the CPU
of asker and engine together, told as ratios to the same page at 10⁴ events, so that machines compare; request units are
DynamoDB's rule, as the engine applies it.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from passerelle.adapters import entries
from passerelle.adapters.ledger import DynamoLedger
from passerelle.adapters.register import DynamoRegister
from passerelle.adapters.wiring import mint
from passerelle.steps.audit import Page
from passerelle.steps.audit.ports import AuditDesk
from tests.adapters import clouds
from tests.curve import engine, figures, population
from tests.curve.engine import Engine
from tests.curve.figures import Measured
from tests.curve.meter import Meter
from tests.curve.questions import PAGE, Asked, Ranked, asked

TABLE = "ledger"


def desk_of(client: Any) -> AuditDesk:  # noqa: ANN401 - same
    """Return the desk that asks this engine."""
    ledger, register = DynamoLedger(client, TABLE), DynamoRegister(client, TABLE)
    now = datetime.now(UTC)
    return AuditDesk(clock=lambda: now, mint=mint, ledger=ledger, register=register, marks=Ranked())


def floor(client: Any, count: int, turn: int) -> None:  # noqa: ANN401 - same
    """Read fifty states by their keys: what no page can be faster than."""
    names = [population.name((turn * 7919 + place * 104729) % count) for place in range(PAGE)]
    keys = [{"delivery": {"S": name}, "entry": {"S": entries.STATE}} for name in dict.fromkeys(names)]
    client.batch_get_item(RequestItems={TABLE: {"Keys": keys, "ConsistentRead": True}})


def measure(here: Engine, count: int, samples: int) -> Iterator[Measured]:
    """Yield what a page of each question takes: asked in turns, every other time by the cursor of the last page."""
    client = here.cloud.client("dynamodb")
    desk, meter, questions = desk_of(client), Meter(here.spent), asked(count)
    meter.watch(client)
    found = [Measured("fifty states, by their keys"), *(Measured(one.name) for one in questions)]
    cursors = [""] * len(questions)
    for turn in range(samples):
        found[0].time(meter, lambda at=turn: floor(client, count, at))  # type: ignore[misc]
        for place, question in enumerate(questions):
            page = found[place + 1].time(meter, lambda one=question, at=cursors[place]: one.ask(desk, at))  # type: ignore[misc]
            cursors[place] = page.cursor if isinstance(page, Page) and turn % 2 == 0 else ""
            _check(question, page, turn)
    yield from found


def _check(question: Asked, page: object, turn: int) -> None:
    if turn == 0 and question.full and isinstance(page, Page) and len(page.deliveries) != PAGE:
        message = f"{question.name}: {len(page.deliveries)} deliveries on the first page"
        raise AssertionError(message)


def main() -> int:
    """Fill, measure, print; write docs/audit.md where that is wanted; fail where a page is not flat."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--samples", type=int, default=400)
    parser.add_argument("--write", action="store_true", help="write the table and the picture into docs/")
    given = parser.parse_args()
    scales = [size for size in (10**4, 10**5, 10**6, 10**7) if size <= given.events]
    curve: dict[int, list[Measured]] = {}
    with tempfile.TemporaryDirectory(prefix="curve-") as folder:
        data, before = Path(folder, "data"), 0
        with engine.running(data) as here:
            clouds.table(here.cloud, TABLE)
            here.cloud.client("dynamodb").get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1})
        for size in scales:
            began, count = time.monotonic(), size // population.PER_DELIVERY
            engine.fill(data, TABLE, population.items(before, count))
            before = count
            print(f"{size:>10,} events: filled in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)  # noqa: T201
            with engine.running(data) as here:
                here.rest()
                curve[size] = list(measure(here, count, given.samples))
    figures.keep(curve)
    print(figures.table(curve))  # noqa: T201
    if given.write:
        figures.write(curve, datetime.now(UTC).date())
    return figures.failing(curve)


if __name__ == "__main__":
    sys.exit(main())
