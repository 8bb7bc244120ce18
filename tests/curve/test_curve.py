"""What make curve rests on: a ledger whose shelves are long, questions that fill their page, and figures that tell."""

from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from passerelle.core.receipts.delivery import group
from passerelle.steps.audit import Page
from passerelle.steps.audit.ports import AuditDesk
from tests.adapters import clouds
from tests.curve import engine, figures, population
from tests.curve.__main__ import TABLE, measure
from tests.curve.figures import Measured
from tests.curve.questions import PAGE, Ranked, asked
from tests.fakes import FakeClock, FakeLedger, FakeMint, FakeRegister

COUNT = 2_500


def test_every_shelf_that_is_asked_is_long_at_ten_thousand_events() -> None:
    every = [population.delivery(number) for number in range(COUNT)]
    days = Counter(one.opened_at.date() for one in every)
    groups = Counter(one.group for one in every)
    assert days.most_common(1)[0][0] == population.BUSIEST_DAY
    assert groups.most_common(1)[0][0] == group(population.PARTNER)
    assert min(Counter(one.patient_mark for one in every).most_common(1)[0][1], days.most_common(1)[0][1]) > PAGE
    assert len({one.id for one in every}) == COUNT
    assert population.delivery(7) == population.delivery(7)


def test_each_question_fills_its_page() -> None:
    ledger = FakeLedger()
    ledger._deliveries = {one.id: one for one in map(population.delivery, range(COUNT))}
    desk = AuditDesk(clock=FakeClock(), mint=FakeMint(), ledger=ledger, register=FakeRegister(ledger), marks=Ranked())
    for question in asked(COUNT)[1:]:
        page = question.ask(desk, "")
        assert isinstance(page, Page)
        assert not question.full or len(page.deliveries) == PAGE, question.name
        if page.cursor:
            assert question.ask(desk, page.cursor) != page


def test_an_item_is_loaded_with_four_events() -> None:
    kinds = Counter(str(item["entry"]["S"])[:5] for item in population.items(0, 10))
    assert kinds == {"STATE": 10, "EVENT": 40}


@pytest.mark.parametrize(("last", "wrong"), [(1.0, 0), (1.9, 0), (2.1, 2)])
def test_a_page_that_grows_is_told(last: float, wrong: int) -> None:
    names = ("by day", *figures.BOUNDED)
    curve = {10**4: [Measured(name, [1.0] * 9, [5.0]) for name in names]}
    curve[10**6] = [Measured(name, [last if name == "by day" else 9.0] * 9, [5.0]) for name in names]
    assert figures.failing(curve) == wrong
    assert f"| by day | {last:.2f}, {last:.2f} | 5 | 5 | 5 |" in figures.table(curve)
    assert etree.fromstring(figures.picture(curve)).tag.endswith("svg")


def test_a_page_reads_fifty_deliveries_whatever_the_ledger_holds(tmp_path: Path) -> None:
    if not engine.PROGRAM.exists():
        pytest.skip("NOT CHECKED: request units, for dynalite is not there (make curve)")
    with engine.running(tmp_path / "data") as here:
        clouds.table(here.cloud, TABLE)
        here.cloud.client("dynamodb").get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1})
    engine.fill(tmp_path / "data", TABLE, population.items(0, COUNT))
    with engine.running(tmp_path / "data") as here:
        found = {one.name: max(one.reads) for one in measure(here, COUNT, 2)}
    most = {name: 8 if name in {"by day", "what waits"} else 53 for name in found}
    assert {name: units for name, units in found.items() if units > most[name] and name not in figures.BOUNDED} == {}
