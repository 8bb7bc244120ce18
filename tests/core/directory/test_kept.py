"""What is kept of the directory: the correspondents and nobody else, and never one that goes back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.directory import Entry, extraction, kept
from passerelle.core.directory.kept import Kept
from passerelle.core.errors import MalformedError
from passerelle.core.message import Code, Identifier, Organisation, PostalAddress, Professional
from tests.vectors import make_directory as make

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
ZOE, OFFICE = make.PERSON["Adresse BAL"], "secretariat@centre.mssante.example"
READING = extraction.read([make.text([make.person(), make.organisation(), *make.crowd(8)])], {ZOE, OFFICE})
KEPT = replace(kept.of(READING, NOW - timedelta(hours=4), {ZOE, OFFICE}, NOW), tag='"1"')

words = st.text(max_size=8)
identifiers = st.none() | st.builds(Identifier, words, words)
people = st.builds(
    Professional, words, words, words, identifiers, st.none() | st.builds(Code, words, words, words), st.none()
)
addresses = st.builds(PostalAddress, st.lists(words, max_size=3).map(tuple), words, words)
places = st.builds(Organisation, words, identifiers, st.none(), st.none(), addresses)
entries = st.builds(Entry, st.none() | people, st.none() | places)


@settings(max_examples=30)
@given(st.dictionaries(words, entries, max_size=4))
def test_what_is_kept_comes_back(found: dict[str, Entry]) -> None:
    whole = replace(KEPT, entries=found, wanted=frozenset(found))
    assert kept.load(kept.dump(whole)) == whole


def test_nobody_else_is_kept() -> None:
    content = kept.dump(KEPT).decode()
    assert ZOE in content
    assert "LEFÈVRE" in content
    assert "NOM 1" not in content
    assert "prenom.nom" not in content


def test_who_is_no_correspondent_any_more_is_forgotten() -> None:
    left = KEPT.only({OFFICE, "new@centre.mssante.example"})
    assert set(left.wanted) == set(left.entries) == {OFFICE}
    assert "LEFÈVRE" not in kept.dump(left).decode()


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"\xff", b'{"made":1}', kept.dump(KEPT)[:-9]])
def test_what_is_no_such_file_is_named(content: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        kept.load(content)
    assert caught.value.code == "directory.kept"


def test_the_directory_is_asked_once_a_day_or_for_somebody_new() -> None:
    assert not KEPT.due({ZOE}, NOW + kept.A_DAY - timedelta(seconds=1))
    assert KEPT.due({ZOE}, NOW + kept.A_DAY)
    assert KEPT.due({ZOE, "new@centre.mssante.example"}, NOW)


def refusal(before: Kept | None, new: Kept) -> str:
    with pytest.raises(MalformedError) as caught:
        kept.accept(before, new)
    return caught.value.code


def test_an_extraction_goes_neither_back_nor_into_the_future_nor_short() -> None:
    assert kept.accept(None, KEPT) is KEPT
    assert kept.accept(KEPT, KEPT) is KEPT
    assert refusal(KEPT, replace(KEPT, made=KEPT.made - timedelta(minutes=1))) == "directory.rollback"
    assert kept.accept(None, replace(KEPT, made=NOW + timedelta(days=1))).lines == 10
    assert refusal(None, replace(KEPT, made=NOW + timedelta(days=1, minutes=1))) == "directory.date"
    assert refusal(None, replace(KEPT, lines=0)) == "directory.short"
    assert kept.accept(KEPT, replace(KEPT, lines=5)).lines == 5
    assert refusal(KEPT, replace(KEPT, lines=4)) == "directory.short"
