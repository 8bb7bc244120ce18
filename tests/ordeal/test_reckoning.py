"""The reckoning sees what an ordeal must never show."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from passerelle.core.receipts.delivery import Delivery, Event, notice_id
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.deliver import AMBIGUOUS
from tests.ordeal.reckoning import Case, Found, reckon

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
NAME = "a" * 32
MAIL = f"Message-ID: <{NAME}@passerelle.example>\r\n\r\nBonjour\r\n".encode()
BOX = "dr@ville.example"
COPY = Found(BOX, b"Return-Path: <x@y.example>\n" + MAIL.replace(b"\r\n", b"\n"))
FLAG = Event("1", NOW, "deliver", State.READY, AMBIGUOUS)


def case(state: State, *events: Event, **fields: object) -> Case:
    return Case(replace(Delivery(NAME, state, NOW), **fields), events, MAIL, BOX)  # type: ignore[arg-type]


def violations(one: Case, *copies: Found, others: tuple[Case, ...] = ()) -> list[str]:
    cases = {each.delivery.id: each for each in (one, *others)}
    return [rule.partition(":")[0] for rule in reckon([NAME], cases, copies).violations]


def test_what_arrived_once_and_what_is_held_is_well() -> None:
    assert violations(case(State.ACCEPTED), COPY) == []
    assert violations(case(State.HELD)) == []


def test_a_copy_for_each_flag_is_well() -> None:
    assert violations(case(State.ACCEPTED, FLAG), COPY, COPY) == []
    assert violations(case(State.HELD, FLAG), COPY) == []


@pytest.mark.parametrize(
    ("one", "copies", "rule"),
    [
        (case(State.ACCEPTED), (), "LOST"),
        (case(State.ACCEPTED), (COPY, COPY), "UNSEEN"),
        (case(State.ACCEPTED, FLAG), (COPY, COPY, COPY), "UNSEEN"),
        (case(State.HELD), (COPY,), "UNSEEN"),
        (case(State.ACCEPTED, FLAG, resend=False), (COPY, COPY), "COPIED"),
        (case(State.ACCEPTED), (replace(COPY, content=COPY.content + b"more\n"),), "ALTERED"),
        (case(State.ACCEPTED), (replace(COPY, mailbox="other@ville.example"),), "ASTRAY"),
        (case(State.READY), (), "WAITING"),
        (case(State.FAILED), (), "SILENT"),
        (case(State.FAILED, notice="b" * 32), (), "SILENT"),
    ],
)
def test_every_wrong_is_seen(one: Case, copies: tuple[Found, ...], rule: str) -> None:
    assert violations(one, *copies) == [rule]


def test_a_mail_that_the_ledger_does_not_know_is_lost_and_a_stranger_is_seen() -> None:
    assert [rule.partition(":")[0] for rule in reckon([NAME], {}, ()).violations] == ["LOST"]
    stranger = Found(BOX, b"Subject: x\n\nBonjour\n")
    assert violations(case(State.ACCEPTED), COPY, stranger) == ["STRANGE"]


def test_who_has_a_notice_is_told() -> None:
    told = case(State.FAILED, notice=notice_id(NAME))
    notice = Delivery(notice_id(NAME), State.HELD, NOW, notice_of=NAME)
    assert violations(told, others=(Case(notice, ()),)) == []
