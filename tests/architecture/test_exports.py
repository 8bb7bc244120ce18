"""docs/exports.md says what is written: columns, details, limits."""

import json
import re
from pathlib import Path

from passerelle.core.receipts import chain, sheet
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.trace import Action
from passerelle.steps.audit import MOST_COUNTED
from passerelle.steps.audit import export as exporting
from passerelle.steps.audit.statistics import MOST_LINES
from tests.steps.office import letter
from tests.steps.test_audit_statistics import office

TEXT = (Path(__file__).parents[2] / "docs/exports.md").read_text("utf-8")
TABLE, *QUERIES = re.findall(r"```sql\n(.*?)```", TEXT, re.DOTALL)


def events() -> list[dict[str, object]]:
    """Return what the archive holds of a letter that crossed."""
    here = office()
    opened = here.open(letter())
    here.settle()
    return [json.loads(chain.written(event)) for event in here.ledger.history(opened.id)]


def test_the_table_of_athena_has_the_columns_of_a_written_event() -> None:
    columns = dict(re.findall(r"^  `?(\w+)`? ([\w<>]+),?$", TABLE, re.MULTILINE))
    kinds = {"string": str, "int": int, "array<array<string>>": list}
    for event in events():
        assert event.keys() == columns.keys()
        assert all(isinstance(value, kinds[columns[name]]) for name, value in event.items())


def test_parquet_takes_every_column() -> None:
    (chosen,) = re.findall(r"SELECT (actor.*), substr", QUERIES[0])
    assert {name.strip('"') for name in chosen.split(", ")} == events()[0].keys()


def test_the_queries_ask_for_details_and_states_that_are_written() -> None:
    asked = set(re.findall(r"pair\[1\] = '(\w+)'", "".join(QUERIES)))
    written = {name for event in events() for name, _ in event["details"]}  # type: ignore[attr-defined]
    assert asked
    assert asked <= written
    assert set(re.findall(r"state <> '(\w+)'", "".join(QUERIES))) <= {state.value for state in State}


def test_the_trace_table_names_columns_and_actions_that_there_are() -> None:
    rows = re.findall(r"^\| [^|]* \| (`[^|]*`) \| (.*) \|$", TEXT[TEXT.index("## The traces") :], re.MULTILINE)
    named = {name for columns, _ in rows for name in re.findall(r"`(\w+)`", columns)}
    assert named <= set(sheet.COLUMNS)
    (actions,) = [words for columns, words in rows if columns == "`action`"]
    assert {action.value for action in Action} - {"other"} == set(actions.split(", "))


def test_the_limits_are_those_of_the_code() -> None:
    assert f"at most {exporting.MOST_EVENTS:,} events and {exporting.LARGEST >> 20} MiB" in TEXT
    assert f"Up to {MOST_COUNTED:,} deliveries a day and {MOST_LINES:,} lines" in TEXT
