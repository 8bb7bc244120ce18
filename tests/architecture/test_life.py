"""The page on the life of a delivery says what the code does."""

import re

import typer.main

from docs.pictures import life
from passerelle.core.receipts.lifecycle import TRANSITIONS, State
from passerelle.local import phrasebook
from passerelle.local.command import app
from passerelle.steps.decide import Decision
from tests.steps.test_decide import TAKEN

TEXT = life.PAGE.read_text("utf-8")


def test_the_picture_is_drawn_from_the_table_of_today() -> None:
    assert life.page(TEXT) == TEXT, "run: python -m docs.pictures.life"
    assert life.drawn() in TEXT


def test_the_picture_has_every_step_and_no_other() -> None:
    drawn = set(re.findall(r"^    (\w+) --> (\w+)$", TEXT, re.MULTILINE))
    assert drawn == {(one.value, to.value) for one in State for to in TRANSITIONS[one]}


def test_a_step_that_is_not_in_the_table_is_found() -> None:
    assert life.page(TEXT.replace("READY --> CLAIMED", "READY --> REFUSED")) == TEXT


def test_every_state_is_explained_once() -> None:
    explained = re.findall(r"^\| ([A-Z]+) \|", TEXT, re.MULTILINE)
    assert explained == [state.value for state in State]


def test_every_reason_and_every_command_of_the_page_exists() -> None:
    reasons = set(re.findall(r"`((?:delivery|receipt|duplicate|policy)\.[a-z-]+)`", TEXT))
    assert len(reasons) > 10
    assert reasons <= set(phrasebook.catalogue("reasons"))
    commands = set(getattr(typer.main.get_command(app), "commands"))  # noqa: B009 - as in test_readme
    assert {*re.findall(r"`passerelle ([a-z-]+)", TEXT)} <= commands


def test_the_page_names_the_states_in_which_each_decision_is_taken() -> None:
    said = re.findall(r"^\| `passerelle (\w+) ID --by NAME` \|[^|]*\| ([A-Z, ]+) \|$", TEXT, re.MULTILINE)
    assert {verb: set(states.split(", ")) for verb, states in said} == {
        one.value: {state.value for state, decisions in TAKEN.items() if one in decisions} for one in Decision
    }
