"""`passerelle export`: one file of all parts, which has its name only when it is whole; `passerelle statistics`."""

import csv
import io
import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from passerelle.core.errors import UnavailableError
from passerelle.core.receipts import sheet
from passerelle.core.receipts.delivery import Event
from passerelle.core.receipts.export import Form
from passerelle.core.receipts.lifecycle import State
from passerelle.local.commands import export, page, statistics
from passerelle.local.language import Language
from passerelle.local.trouble import SetupError
from passerelle.local.voice import Voice
from passerelle.steps.audit import export as exporting
from tests.steps.asking import TODAY, Archive, made

START = datetime.combine(TODAY, time(), UTC)
ASKER = page.who("anne.durand")
EVENTS = 5


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Archive:
    """Return a ledger with five events, of which a part holds two."""
    monkeypatch.setattr(exporting, "MOST_EVENTS", 2)
    archive = made()
    archive.ledger._events["0" * 32] = [
        Event(f"{number:032x}", START + timedelta(hours=number), "deliver", State.SENDING, delivery="0" * 32)
        for number in range(EVENTS)
    ]
    return archive


@pytest.fixture
def voice() -> Voice:
    return Voice(Language.FR)


@pytest.mark.parametrize("form", Form)
def test_all_parts_make_one_file(
    archive: Archive, voice: Voice, form: Form, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / f"jour.{form.value}"
    export.run(voice, export.Wish(TODAY, form, to), archive.desk, ASKER)
    assert f"{EVENTS} événements" in " ".join(capsys.readouterr().out.split())
    assert len(rows(form, to.read_bytes().decode())) == EVENTS
    assert list(tmp_path.iterdir()) == [to]
    assert len(archive.register.asked) == 3


@pytest.mark.parametrize("form", Form)
def test_a_dash_is_standard_output(
    archive: Archive, voice: Voice, form: Form, capsys: pytest.CaptureFixture[str]
) -> None:
    export.run(voice, export.Wish(TODAY, form, Path("-")), archive.desk, ASKER)
    assert len(rows(form, capsys.readouterr().out)) == EVENTS


@pytest.mark.parametrize("form", Form)
def test_a_day_without_events_is_a_file_all_the_same(
    archive: Archive, voice: Voice, form: Form, tmp_path: Path
) -> None:
    to = tmp_path / "vide"
    export.run(voice, export.Wish(TODAY - timedelta(days=1), form, to), archive.desk, ASKER)
    assert rows(form, to.read_bytes().decode()) == []


def test_what_stops_on_the_way_leaves_no_file_of_that_name(archive: Archive, voice: Voice, tmp_path: Path) -> None:
    to, asked = tmp_path / "jour.csv", archive.register.note

    def failing(event: Event, expires: datetime) -> None:
        if archive.register.asked:
            raise UnavailableError("ledger.unavailable", "The ledger did not answer as it should.")
        asked(event, expires)

    archive.register.note = failing  # type: ignore[method-assign]
    with pytest.raises(UnavailableError):
        export.run(voice, export.Wish(TODAY, Form.CSV, to), archive.desk, ASKER)
    assert not to.exists()


def test_a_folder_that_is_not_there_is_told(archive: Archive, voice: Voice, tmp_path: Path) -> None:
    with pytest.raises(SetupError):
        export.run(voice, export.Wish(TODAY, Form.CSV, tmp_path / "nowhere" / "jour.csv"), archive.desk, ASKER)


def test_without_a_name_the_file_has_that_of_its_day() -> None:
    assert export.Wish(TODAY, Form.JSONL, None).file == Path(f"passerelle-{TODAY}.jsonl")


def test_the_figures_of_a_month_are_tables_or_a_record(
    archive: Archive, voice: Voice, capsys: pytest.CaptureFixture[str]
) -> None:
    archive.put(1, source="mssante", sender_domain="ch.example", recipient_domain="labo.example", qualified="N")
    statistics.run(voice, archive.desk, ASKER, "2026-11", as_json=True)
    record = json.loads(capsys.readouterr().out)
    assert record["flows"] == [
        {"source": "mssante", "sender": "ch.example", "recipient": "labo.example", "state": "ACCEPTED", "number": 1}
    ]
    statistics.run(voice, archive.desk, ASKER, "2026-11", as_json=False)
    shown = capsys.readouterr()
    assert {"ch.example", "X-MSS-INS", "1"} <= set(shown.out.split())
    assert not shown.err
    statistics.run(voice, archive.desk, ASKER, "2020-01", as_json=False)
    shown = capsys.readouterr()
    assert "0 remises" in shown.out
    assert "pas complets" in shown.err


def rows(form: Form, content: str) -> list[object]:
    """Return what a file holds."""
    if form is Form.JSONL:
        return [json.loads(line) for line in content.splitlines()]
    if form is Form.FHIR:
        return list(json.loads(content).get("entry", []))
    head, *found = csv.reader(io.StringIO(content.removeprefix(sheet.MARK), newline=""), delimiter=";")
    assert tuple(head) == sheet.COLUMNS
    return list(found)
