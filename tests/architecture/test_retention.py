"""docs/retention.md says of every store of the template how long it keeps what, with the defaults that hold."""

import re
from pathlib import Path
from typing import Any

import pytest

from passerelle.adapters.ledger import KEPT as CLAIMED
from passerelle.adapters.persons import FRESH
from passerelle.adapters.settings import SHORTEST_LEDGER

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/retention.md").read_text("utf-8")
STORES = {"AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::KMS::Key"}
DAYS = re.compile(r"`(\w*Days)` \(([0-9]+)\)")


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    from cfnlint.decode import cfn_yaml  # noqa: PLC0415 - takes two seconds

    found: dict[str, Any] = cfn_yaml.load(str(ROOT / "template.yaml"))
    return found


def table() -> dict[str, str]:
    """Return the rows of the first table by their store."""
    rows = [line.split(" | ", 1) for line in TEXT.split("## ")[0].splitlines() if line.startswith("| ")]
    return {store.removeprefix("| "): rest for store, rest in rows}


def test_every_duration_of_the_template_stands_in_the_table_with_its_default(template: dict[str, Any]) -> None:
    given = {name: one["Default"] for name, one in template["Parameters"].items() if name.endswith("Days")}
    told = {name: int(days) for row in table().values() for name, days in DAYS.findall(row)}
    assert told == given


def test_every_store_of_the_template_has_its_row(template: dict[str, Any]) -> None:
    stores = {name for name, one in template["Resources"].items() if one["Type"] in STORES}
    assert set(re.findall(r"`(\w+(?:Bucket|Table|Key))`", " ".join(table()))) == stores


def test_what_ends_by_itself_is_what_the_template_ends(template: dict[str, Any]) -> None:
    ended = {
        name: rule["ExpirationInDays"]["Ref"]
        for name, one in template["Resources"].items()
        for rule in one.get("Properties", {}).get("LifecycleConfiguration", {}).get("Rules", ())
        if "ExpirationInDays" in rule
    }
    assert ended == {"MailroomBucket": "RetentionDays", "PersonsBucket": "PersonsDays"}
    rows = table()
    assert all(f"`{days}`" in rows[f"`{store}`"] for store, days in ended.items())


def test_the_figures_of_the_code_are_those_that_are_told() -> None:
    rows = table()
    assert f"| {CLAIMED.days} days |" in f"| {rows['`LedgerTable`, claims and counts']}"
    assert f"under {SHORTEST_LEDGER} the template refuses" in TEXT
    assert f"for {FRESH.seconds // 60} minutes more" in TEXT


def test_queues_end_as_told(template: dict[str, Any]) -> None:
    days = {
        one["Properties"]["MessageRetentionPeriod"] // 86400
        for one in template["Resources"].values()
        if one["Type"] == "AWS::SQS::Queue"
    }
    assert days == {4, 14}
    assert "4 days, dead letters 14" in table()["queues"]
