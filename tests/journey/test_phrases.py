"""What the command tells of a mail is French for a French reader, and English for who asks for it."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from passerelle.core.receipts.delivery import Delivery, Event, moved
from passerelle.core.receipts.lifecycle import State
from passerelle.local.command import main
from passerelle.local.commands import deliveries as tracking
from passerelle.local.commands import timeline
from passerelle.local.language import Language
from passerelle.local.voice import Voice
from tests.fakes import FakeLedger

UNFINISHED = "A1\r\nDUPOND\r\nJeanne\r\n\r\n\r\n\r\n01/02/1950\r\n\r\n\r\n20/11/2026\r\n.\r\n.\r\n\r\nTout va bien.\r\n"
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
DAMAGED = Delivery("0" * 32, State.REFUSED, AT, reason="xdm.hash")


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")


@pytest.fixture
def letter(tmp_path: Path) -> str:
    (tmp_path / "lettre.hpr").write_text(UNFINISHED + "****LAB****\r\nRES|||\r\n", "utf-8")
    return str(tmp_path / "lettre.hpr")


@pytest.fixture
def damaged(tmp_path: Path) -> str:
    (tmp_path / "lettre.xml").write_text("<ClinicalDocument>", "utf-8")
    return str(tmp_path / "lettre.xml")


def test_losses_are_told_in_the_language_of_the_reader(letter: str, capsys: pytest.CaptureFixture[str]) -> None:
    french, english = "Le message n'a pas de ****FIN****", "The message has no ****FIN****"
    told = _run(capsys, "convert", letter)[0]
    assert french in told
    assert "message 1, LAB, ligne 1" in told
    assert english not in told
    told = _run(capsys, "convert", letter, "--lang", "en")[0]
    assert english in told
    assert french not in told


def test_a_refusal_is_told_in_the_language_of_the_reader(damaged: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Le CDA n'est pas du XML bien formé" in _run(capsys, "convert", damaged)[1]
    assert "The XML is not well-formed" in _run(capsys, "convert", damaged, "--lang", "en")[1]


def test_json_has_both_languages(letter: str, damaged: str, capsys: pytest.CaptureFixture[str]) -> None:
    losses = json.loads(_run(capsys, "convert", letter, "--json")[0])["losses"]
    (unfinished,) = (one for one in losses if one["what"] == "hprim.no-end")
    assert unfinished["why"].startswith("The message has no")
    assert unfinished["fr"]["why"].startswith("Le message n'a pas")
    refused = json.loads(_run(capsys, "convert", damaged, "--json")[0])["refused"]
    assert refused["text"].startswith("The XML")
    assert refused["fr"].startswith("Le CDA")


CARRIED = Event(
    "1",
    AT,
    "translate",
    State.RECEIVED,
    "",
    (("proof", "channel"), ("loss.hprim.cut", "2"), ("at.hprim.cut", "document 1, line 2"), ("loss.unnamed", "1")),
)


def test_a_delivery_tells_what_was_lost_and_where_in_the_language_of_the_reader() -> None:
    ledger = FakeLedger()
    ledger.open(replace(DAMAGED, state=State.RECEIVED), CARRIED)
    told = {}
    for language in Language:
        voice = Voice(language, Console(file=io.StringIO(), width=200), Console(file=io.StringIO()))
        tracking.run(voice, tracking.Wish(DAMAGED.id, AT.date()), ledger)
        told[language] = " ".join(voice.out.file.getvalue().split())  # type: ignore[attr-defined]
    assert "- hprim.cut × 2 : document 1, ligne 2. La zone est trop longue. Son début." in told[Language.FR]
    assert "- hprim.cut × 2 : document 1, line 2." in told[Language.EN]
    assert all("proof=channel" in one and "- unnamed × 1 :" in one for one in told.values())
    assert not any("loss." in one or "at." in one for one in told.values())


def test_a_table_of_deliveries_explains_its_reasons_once_in_french_and_not_in_english() -> None:
    french = _table(Language.FR)
    assert french.count("xdm.hash") == 3
    assert french.count("Un document n'a pas l'empreinte SHA-1 inscrite dans METADATA.XML") == 1
    assert _table(Language.EN).count("xdm.hash") == 2


def test_a_record_of_a_delivery_keeps_its_code_beside_the_french_sentence() -> None:
    assert timeline.record(DAMAGED)["reason"] == "xdm.hash"
    assert timeline.record(DAMAGED)["fr"].startswith("Un document n'a pas l'empreinte")


@pytest.mark.parametrize("name", ["", DAMAGED.id])
def test_what_the_ledger_says_is_explained_below_it(name: str) -> None:
    ledger, written = FakeLedger(), io.StringIO()
    opened = replace(DAMAGED, state=State.RECEIVED, reason="")
    ledger.open(opened, Event("1", AT, "accept", State.RECEIVED))
    ledger.record(
        moved(opened, State.REFUSED, reason="xdm.hash"), Event("2", AT, "translate", State.REFUSED, "xdm.hash")
    )
    wish = tracking.Wish(name, AT.date())
    tracking.run(Voice(Language.FR, Console(file=written, width=300)), wish, ledger)
    assert written.getvalue().splitlines()[-1].startswith("xdm.hash : Un document n'a pas l'empreinte")


def _table(language: Language) -> str:
    written = io.StringIO()
    voice = Voice(language, Console(file=written, width=300))
    voice.out.print(timeline.table(voice, [("un", DAMAGED, ()), ("deux", DAMAGED, ())]))
    return " ".join(written.getvalue().split())


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    with pytest.raises(SystemExit):
        main(arguments)
    told = capsys.readouterr()
    return told.out, told.err
