"""What `refresh` takes, what it leaves, and what it tells of."""

from dataclasses import replace
from datetime import timedelta

import pytest

from passerelle.core.errors import UnavailableError
from passerelle.core.trust import crl, white_list, white_list_xml
from passerelle.local.towns.announcements import signed
from passerelle.local.towns.announcements import white_list as unsigned
from passerelle.steps.ports import Keyring
from passerelle.steps.refresh import LIST, SIGNED_LIST, Round, refresh
from passerelle.steps.refresh.ports import RefreshDesk, Sources
from tests.fakes import FakeBulletins, FakeClock, FakeKeyring, FakeWeb
from tests.vectors import lists, pki
from tests.vectors.pki import Listing

ROOTS, PEOPLE, LISTED = "http://crl.example/roots", "http://crl.example/people", "https://list.example/list.xml"
NETWORK = "relay.mssante"
CRLS = f"crls.{NETWORK}.pem"
ANCHORS = pki.pem(pki.root().certificate, pki.authority().certificate)


class Bureau:
    """Somebody who refreshes, and whom the world shows what it likes."""

    def __init__(self) -> None:
        self.clock, self.web, self.bulletins = FakeClock(pki.NOW), FakeWeb(), FakeBulletins()
        keyring: Keyring = FakeKeyring({}, {"jean": pki.person().certificate_pem}, {NETWORK: ANCHORS})
        self.desk = RefreshDesk(
            clock=self.clock,
            web=self.web,
            bulletins=self.bulletins,
            keyring=keyring,
            sources=Sources({NETWORK: (ROOTS, PEOPLE), "other": None}, LISTED, frozenset({lists.SIGNER}), NETWORK),
            anchors=(NETWORK,),
            certificates=lambda: ("jean",),
        )
        self.web.pages = {
            ROOTS: pki.revocations(Listing(), pki.root()),
            PEOPLE: pki.revocations(Listing(), pki.authority()),
            LISTED: lists.made(),
        }

    def run(self) -> Round:
        return refresh(self.desk)

    def faults(self) -> list[tuple[str, str]]:
        return self.run().faults

    @property
    def published(self) -> dict[str, bytes]:
        return self.bulletins.published


def renewed(days: int) -> bytes:
    """The white list, generated later."""
    later = unsigned(lists.ENTRIES, lists.GENERATED + timedelta(days=days))
    return signed(later, lists.signer().certificate, pki.rsa_key("variant"))


def test_the_first_run_takes_everything_in_the_order_that_it_needs() -> None:
    bureau = Bureau()
    made = bureau.run()
    assert made.faults == []
    assert bureau.bulletins.kept == [CRLS, CRLS, SIGNED_LIST, LIST]
    assert len(crl.load_all(bureau.published[CRLS])) == 2
    assert bureau.published[SIGNED_LIST] == lists.made()
    assert white_list.load(bureau.published[LIST]).content.names(lists.DOMAIN)
    assert (made.white_list_age, made.domains) == (timedelta(), 3)


def test_a_run_that_finds_nothing_new_confirms_the_white_list_and_writes_nothing_else() -> None:
    bureau = Bureau()
    bureau.run()
    bureau.bulletins.kept.clear()
    bureau.clock.forward(hours=1)
    assert bureau.faults() == []
    assert bureau.bulletins.kept == [LIST]
    assert bureau.web.asked[-1].tag
    assert white_list.load(bureau.published[LIST]).confirmed == pki.NOW + timedelta(hours=1)


def test_what_is_new_replaces_what_is_old() -> None:
    bureau = Bureau()
    bureau.run()
    bureau.clock.forward(days=1)
    bureau.web.pages[PEOPLE] = pki.revocations(Listing((7,), since=pki.NOW, number=2), pki.authority())
    bureau.web.pages[LISTED] = renewed(1)
    assert bureau.faults() == []
    assert {7} in [one.revoked for one in crl.load_all(bureau.published[CRLS])]
    assert white_list.load(bureau.published[LIST]).content.generated == lists.GENERATED + timedelta(days=1)
    assert bureau.published[SIGNED_LIST] == renewed(1)


@pytest.mark.parametrize("attack", ["two signatures", "another signer", "a foreign authority", "billion laughs", "cut"])
def test_a_list_that_is_attacked_changes_nothing(attack: str) -> None:
    code, make = lists.ATTACKS[attack]
    bureau = Bureau()
    bureau.run()
    before = dict(bureau.published)
    bureau.web.pages[LISTED] = make()
    bureau.clock.forward(hours=2)
    made = bureau.run()
    assert made.faults == [(LIST, code)]
    assert bureau.published == before
    assert made.white_list_age == timedelta(hours=2)


def test_nothing_goes_back() -> None:
    bureau = Bureau()
    bureau.web.pages |= {
        PEOPLE: pki.revocations(Listing(number=5), pki.authority()),
        LISTED: renewed(0),
    }
    bureau.run()
    before = dict(bureau.published)
    older = unsigned(lists.ENTRIES, lists.GENERATED - timedelta(days=1))
    bureau.web.pages |= {
        PEOPLE: pki.revocations(Listing(number=4), pki.authority()),
        LISTED: signed(older, lists.signer().certificate, pki.rsa_key("variant")),
    }
    assert bureau.faults() == [(f"{CRLS} 2", "trust.crl-rollback"), (LIST, "trust.list-rollback")]
    assert bureau.published == before


def test_one_thing_that_does_not_answer_hides_no_other() -> None:
    bureau = Bureau()
    bureau.run()
    bureau.web.pages = {PEOPLE: pki.revocations(Listing(number=9), pki.authority())}
    assert bureau.faults() == [(f"{CRLS} 1", "web.status"), (LIST, "web.status")]
    assert sorted(one.number for one in crl.load_all(bureau.published[CRLS])) == [1, 9]


def test_each_thing_is_asked_for_once_in_a_run_and_nowhere_else_than_configured() -> None:
    bureau = Bureau()
    bureau.web.pages = {url: UnavailableError("web.unavailable", "Away.") for url in (ROOTS, PEOPLE, LISTED)}
    bureau.run()
    assert [one.url for one in bureau.web.asked] == [ROOTS, PEOPLE, LISTED]


def test_a_list_whose_signer_was_revoked_is_not_taken() -> None:
    bureau = Bureau()
    serial = lists.signer().certificate.serial_number
    bureau.web.pages[PEOPLE] = pki.revocations(Listing((serial,)), pki.authority())
    assert bureau.faults() == [(LIST, "trust.revoked")]
    assert LIST not in bureau.published


def test_without_revocation_lists_the_white_list_is_taken_only_where_an_operator_chose_so() -> None:
    bureau = Bureau()
    bureau.desk = replace(bureau.desk, sources=replace(bureau.desk.sources, crls={NETWORK: ()}))
    assert bureau.faults() == [(LIST, "trust.crl-missing")]
    bureau.desk = replace(bureau.desk, sources=replace(bureau.desk.sources, crls={NETWORK: None}))
    assert bureau.faults() == []


def test_the_white_list_is_not_fetched_where_no_place_is_given() -> None:
    bureau = Bureau()
    bureau.desk = replace(bureau.desk, sources=replace(bureau.desk.sources, white_list=""))
    made = bureau.run()
    assert (made.faults, made.white_list_age) == ([], None)
    assert LISTED not in [one.url for one in bureau.web.asked]


def test_a_kept_list_that_is_broken_is_left_to_a_person() -> None:
    """To take the next one would forget how far the list had come."""
    bureau = Bureau()
    bureau.published[LIST] = b"{}"
    assert bureau.faults() == [(LIST, "trust.list-kept")]


def test_what_runs_out_is_told_of() -> None:
    bureau = Bureau()
    quiet = bureau.run().due
    assert quiet == {60: [], 30: [], 7: [], 0: []}
    bureau.clock.now = pki.UNTIL - timedelta(days=20)
    made = bureau.run()
    assert made.due[30] == [f"anchors/{NETWORK} 1", f"anchors/{NETWORK} 2", "certificates/jean 1"]
    assert f"{CRLS} 1" in made.due[0]
    assert LIST not in [label for labels in made.due.values() for label in labels]


def test_a_file_that_cannot_be_read_is_a_fault_and_hides_no_other() -> None:
    bureau = Bureau()

    def names() -> tuple[str, ...]:
        raise UnavailableError("agreements.missing", "None.")

    bureau.desk = replace(bureau.desk, anchors=("nobody", NETWORK), certificates=names)
    made = bureau.run()
    assert made.faults == [("anchors/nobody", "keyring.missing"), ("agreements", "agreements.missing")]
    assert f"anchors/{NETWORK} 1" in [term.label for term in made.terms]


def test_caps_are_asked_for() -> None:
    bureau = Bureau()
    bureau.run()
    assert {one.url: one.largest for one in bureau.web.asked} == {
        ROOTS: crl.LARGEST,
        PEOPLE: crl.LARGEST,
        LISTED: white_list_xml.LARGEST,
    }
