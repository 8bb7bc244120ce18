"""What an operator hears of a run of `collect`: the metrics that alarms look at."""

import json
from typing import Any

import pytest

from passerelle.adapters import collection, telemetry
from passerelle.core.message import Network
from passerelle.steps.collect import Round
from tests.adapters.lambdas import Context


def told(made: Round, capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    context: Any = Context()
    telemetry.watched(lambda _event, _context: collection.tell(made))({}, context)
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "CloudWatchMetrics" in line and "Coll" in line]
    found = json.loads(line)
    return {name: found[name][0] for name in ("Collected", "NotCollected", "LeftInMailbox")}


def test_what_was_taken_left_and_failed_is_counted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "essai")
    network = Network.MSSANTE
    made = Round(3, [(network, "3.7", "mail.size")], [(network, "mailbox.login")] * 2, 4)
    assert told(made, capsys) == {"Collected": 3, "NotCollected": 2, "LeftInMailbox": 4}


def test_a_quiet_run_is_counted_too_so_that_alarms_go_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "essai")
    assert told(Round(), capsys) == {"Collected": 0, "NotCollected": 0, "LeftInMailbox": 0}
