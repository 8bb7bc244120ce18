"""What `refresh` takes of MSSanté's directory, when it asks, and whom it forgets."""

from dataclasses import replace
from datetime import timedelta

import pytest

from passerelle.core.directory import kept, packed
from passerelle.core.directory.kept import FILE, Kept
from passerelle.core.errors import UnavailableError
from passerelle.steps.ports import Keyring
from passerelle.steps.refresh import Round, refresh
from passerelle.steps.refresh.ports import RefreshDesk, Sources
from tests.fakes import FakeBulletins, FakeClock, FakeKeyring, FakeWeb
from tests.vectors import make_directory as make
from tests.vectors import pki

URL = "https://directory.example/extraction"
ZOE, OFFICE = make.PERSON["Adresse BAL"], "secretariat@centre.mssante.example"
ANCHORS = pki.pem(pki.root().certificate)
LINES = [make.person(), make.organisation(), *make.crowd(8)]


class Bureau:
    """Somebody who refreshes the directory alone."""

    def __init__(self) -> None:
        self.web, self.bulletins, self.wanted = FakeWeb(), FakeBulletins(), frozenset({ZOE})
        made = packed.made_at(make.NAME)
        assert made is not None
        self.clock = FakeClock(made + timedelta(hours=4))
        keyring: Keyring = FakeKeyring({}, {}, {"relay.mssante": ANCHORS})
        self.desk = RefreshDesk(
            clock=self.clock,
            web=self.web,
            bulletins=self.bulletins,
            keyring=keyring,
            sources=Sources({}, list_anchors="relay.mssante", directory=URL),
            correspondents=lambda: self.wanted,
        )
        self.publish(*LINES)

    def publish(self, *lines: dict[str, str], name: str = make.NAME) -> None:
        self.web.pages[URL] = make.packed(make.text(lines), name)

    def run(self) -> Round:
        self.web.asked.clear()
        self.bulletins.kept.clear()
        return refresh(self.desk)

    @property
    def known(self) -> Kept:
        return kept.load(self.bulletins.published[FILE])


def test_the_first_run_keeps_the_correspondents_and_nobody_else() -> None:
    bureau = Bureau()
    made = bureau.run()
    assert (made.faults, made.directory_age) == ([], timedelta(hours=4))
    assert set(bureau.known.entries) == {ZOE}
    assert b"secretariat" not in bureau.bulletins.published[FILE]
    (asked,) = bureau.web.asked
    assert (asked.url, asked.largest, asked.tag, asked.anchors) == (URL, packed.LARGEST_ZIP, "", ANCHORS)


def test_it_is_asked_once_a_day_and_only_for_what_is_new() -> None:
    bureau = Bureau()
    bureau.run()
    bureau.clock.forward(hours=22)
    assert (bureau.run().directory_age, bureau.web.asked, bureau.bulletins.kept) == (timedelta(hours=26), [], [])
    bureau.clock.forward(hours=1)
    assert bureau.run().faults == []
    assert [one.tag for one in bureau.web.asked] == [bureau.known.tag]
    assert bureau.known.confirmed == bureau.clock()


def test_a_newer_extraction_replaces_the_older() -> None:
    bureau = Bureau()
    bureau.run()
    bureau.clock.forward(days=1)
    bureau.publish(make.person(given="LÉA"), *LINES[1:], name=make.NAME.replace("1122", "1123"))
    assert bureau.run().directory_age == timedelta(hours=4)
    found = bureau.known.entries[ZOE].professional
    assert found is not None
    assert found.given == "LÉA"


def test_a_new_correspondent_is_looked_for_within_the_hour_in_the_same_extraction() -> None:
    bureau = Bureau()
    bureau.run()
    bureau.wanted |= {OFFICE}
    assert bureau.run().faults == []
    assert [one.tag for one in bureau.web.asked] == [""]
    assert set(bureau.known.entries) == {ZOE, OFFICE}


def test_a_former_correspondent_is_forgotten_at_once_without_a_question() -> None:
    bureau = Bureau()
    bureau.wanted |= {OFFICE}
    bureau.run()
    bureau.wanted = frozenset({OFFICE})
    assert bureau.run().faults == []
    assert bureau.web.asked == []
    assert set(bureau.known.entries) == bureau.known.wanted == {OFFICE}


BAD = {
    "a page": (b"<html></html>", "directory.zip"),
    "another text": (make.packed(b"x"), "directory.columns"),
    "half of it": (make.packed(make.text(LINES[:4])), "directory.short"),
    "an older one": (make.packed(make.text(LINES), make.NAME.replace("1122", "1121")), "directory.rollback"),
    "one of next week": (make.packed(make.text(LINES), make.NAME.replace("1122", "1130")), "directory.date"),
}


@pytest.mark.parametrize("attack", BAD)
def test_what_is_not_good_is_not_taken_and_the_last_good_one_stays(attack: str) -> None:
    bureau = Bureau()
    bureau.run()
    before = dict(bureau.bulletins.published)
    bureau.web.pages[URL], code = BAD[attack]
    bureau.clock.forward(days=2)
    made = bureau.run()
    assert (made.faults, made.directory_age) == ([(FILE, code)], timedelta(days=2, hours=4))
    assert bureau.bulletins.published == before


def test_a_server_that_is_away_changes_nothing_and_is_asked_again_in_an_hour() -> None:
    bureau = Bureau()
    bureau.web.pages.clear()
    assert bureau.run().faults == [(FILE, "web.status")]
    assert bureau.bulletins.published == {}
    bureau.publish(*LINES)
    assert bureau.run().faults == []


def test_what_was_kept_and_is_broken_is_fetched_again() -> None:
    bureau = Bureau()
    bureau.bulletins.published[FILE] = b"{}"
    assert bureau.run().faults == []
    assert set(bureau.known.entries) == {ZOE}


def test_without_a_place_nothing_is_fetched_and_no_age_is_told() -> None:
    bureau = Bureau()
    bureau.desk = replace(bureau.desk, sources=replace(bureau.desk.sources, directory=""))
    made = bureau.run()
    assert (made.faults, made.directory_age, bureau.web.asked) == ([], None, [])


def test_strife_between_agreements_and_directory_is_told_of() -> None:
    def strife() -> None:
        raise UnavailableError("agreements.contradicted", "Another name.")

    bureau = Bureau()
    bureau.desk = replace(bureau.desk, settled=strife)
    assert bureau.run().faults == [("agreements", "agreements.contradicted")]
