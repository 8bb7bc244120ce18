"""Who forgets a month says so first; addresses are gone, everything else stands."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from passerelle.core.errors import MalformedError, UnavailableError, UnsupportedError
from passerelle.core.receipts import archive, slip, verification
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.persons import DETAIL, Addresses
from passerelle.core.receipts.verification import Trust
from passerelle.steps import audit
from passerelle.steps.audit import Concerned
from passerelle.steps.audit.ports import Asker, AuditDesk, Role
from passerelle.steps.decide import Author
from passerelle.steps.forget import LIVED, Order, forget
from passerelle.steps.ports import KEPT
from passerelle.steps.seal import seal
from passerelle.steps.seal.ports import SealDesk
from tests.fakes import FakeArchive, FakeMint, FakePersons, FakeRegister, FakeSignatory
from tests.steps.office import DOCTOR, HOSPITAL, OTHER, PATIENT, Office, letter
from tests.steps.sealing import KEY

AUDITOR = Asker("anne.durand", frozenset({Role.AUDITOR}))
OPERATOR = Author("karim")
WHOLE = Addresses(HOSPITAL.address, DOCTOR.alias, DOCTOR.address, "canari@source.example")
MONTH = "2026-11"


@dataclass
class House:
    """An office, and the desk that answers about it."""

    office: Office = field(default_factory=Office)

    def __post_init__(self) -> None:
        self.register = FakeRegister(self.office.ledger)
        common = {"clock": self.office.clock, "mint": FakeMint(), "ledger": self.office.ledger}
        self.desk = AuditDesk(**common, register=self.register, persons=self.office.persons)  # type: ignore[arg-type]


@pytest.fixture
def house() -> House:
    return House()


def test_an_auditor_opens_whom_a_delivery_concerns_and_that_is_an_event_before(house: House) -> None:
    opened = house.office.open(letter())
    house.office.settle()
    assert audit.concerned(house.desk, AUDITOR, opened.id) == Concerned(WHOLE, forgotten=False)
    (event,) = house.register.asked
    assert (event.reason, dict(event.details)["value"]) == ("audit.persons", opened.id)
    assert "@" not in repr(event)


def test_each_part_of_a_mail_of_two_patients_knows_whom_it_concerns(house: House) -> None:
    house.office.open(letter(PATIENT, OTHER))
    house.office.settle()
    parts = [one for one in house.office.ledger.everything() if one.envelope]
    assert len(parts) == 2
    assert {audit.concerned(house.desk, AUDITOR, one.id).addresses for one in parts} == {WHOLE}


def test_a_mail_that_is_refused_before_it_is_read_knows_its_envelope(house: House) -> None:
    opened = house.office.open(letter(), "nobody.canari@passerelle.mssante.example")
    house.office.settle()
    found = audit.concerned(house.desk, AUDITOR, opened.id)
    assert found.addresses == Addresses(HOSPITAL.address, "nobody.canari@passerelle.mssante.example")


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.PARTNER])
def test_nobody_but_an_auditor_opens_addresses(house: House, role: Role) -> None:
    opened = house.office.open(letter())
    with pytest.raises(UnsupportedError, match=r"audit\.right"):
        audit.concerned(house.desk, Asker("x", frozenset({role}), "medical59.apicrypt.example"), opened.id)
    assert [event.reason for event in house.register.asked] == ["audit.refused"]


@pytest.mark.parametrize("name", ["f" * 32, "x", "anne@labo.example"])
def test_of_a_delivery_that_is_not_there_nobody_is_known_and_no_value_kept(house: House, name: str) -> None:
    with pytest.raises(UnavailableError, match=r"ledger\.missing"):
        audit.concerned(house.desk, AUDITOR, name)
    assert "@" not in repr(house.register.asked)


def test_what_cannot_be_recorded_is_neither_opened_nor_destroyed(house: House) -> None:
    opened = house.office.open(letter())

    class Away(FakeRegister):
        def note(self, *_: object) -> None:
            raise UnavailableError("ledger.unavailable", "Away.")

    desk = replace(house.desk, register=Away(house.office.ledger))
    with pytest.raises(UnavailableError):
        audit.concerned(desk, AUDITOR, opened.id)
    with pytest.raises(UnavailableError):
        forget(desk, Order(MONTH, OPERATOR, early=True))
    assert house.office.persons.months() == (MONTH,)


def test_after_the_month_is_forgotten_nobody_is_known_and_the_archive_proves_the_same(house: House) -> None:
    opened = house.office.open(letter())
    house.office.settle()
    archived = sealed(house)
    before = verification.verify(archived, Trust((KEY.verifier,)))
    house.office.clock.now += LIVED
    assert forget(house.desk, Order(MONTH, OPERATOR))
    assert audit.concerned(house.desk, AUDITOR, opened.id) == Concerned(Addresses(), forgotten=True)
    assert house.register.asked[0].reason == "operator.forgot"
    assert dict(house.register.asked[0].details) == {"author": "karim", "month": MONTH}
    house.office.check_chains()
    after = verification.verify(archived, Trust((KEY.verifier,)))
    assert (after.wrong, after.size, after.root) == (None, before.size, before.root)
    events = house.office.ledger.history(opened.id)
    paper = slip.made(archived, slip.locate(archived, events, after.size), KEY.verifier)
    assert slip.check(paper, Trust((KEY.verifier,))).delivery == opened.id


def test_the_archive_bears_the_sealed_addresses_and_none_in_clear(house: House) -> None:
    house.office.open(letter())
    house.office.settle()
    kept = b"".join(sealed(house).files.values())
    assert kept.count(f'["{DETAIL}","{MONTH}.'.encode()) >= 2
    assert b"canari" not in kept.lower()


def test_what_the_ledger_has_forgotten_is_proven_by_the_archive_and_breaks_no_seal(house: House) -> None:
    opened = house.office.open(letter())
    house.office.settle()
    archived = sealed(house)
    ledger = house.office.ledger
    for one in [*ledger.everything()]:
        del ledger._deliveries[one.id], ledger._events[one.id]
    house.office.clock.now += KEPT
    house.office.open(letter(id="2@source.example"))
    house.office.settle()
    assert sealed(house, archived) is archived
    paper = slip.made(archived, slip.search(archived, opened.id), KEY.verifier)
    assert slip.check(paper, Trust((KEY.verifier,))).events[-1].state is State.ACCEPTED
    assert verification.verify(archived, Trust((KEY.verifier,))).wrong is None


def test_a_person_reads_no_sealed_text(house: House) -> None:
    opened = house.office.open(letter())
    (event,) = house.office.ledger.history(opened.id)
    assert [name for name, _ in event.details] == ["network", "mail", DETAIL]
    assert [name for name, _ in event.told] == ["network", "mail"]


def test_a_notice_names_the_delivery_that_it_speaks_of_and_seals_nobody_again(house: House) -> None:
    house.office.open(letter(), "nobody.canari@passerelle.mssante.example")
    house.office.settle()
    (notice,) = (one for one in house.office.ledger.everything() if one.notice_of)
    assert audit.concerned(house.desk, AUDITOR, notice.id) == Concerned(Addresses(), forgotten=False)
    assert audit.concerned(house.desk, AUDITOR, notice.notice_of).addresses.sender == HOSPITAL.address


@pytest.mark.parametrize("days", [0, 397, 427])
def test_a_month_within_its_retention_is_forgotten_by_force_only(house: House, days: int) -> None:
    house.office.open(letter())
    start = datetime(2026, 11, 1, tzinfo=house.office.clock.now.tzinfo)
    house.office.clock.now = start + timedelta(days=days)
    with pytest.raises(UnsupportedError, match=r"forget\.early"):
        forget(house.desk, Order(MONTH, OPERATOR))
    assert house.register.asked == []
    assert forget(house.desk, Order(MONTH, OPERATOR, early=True))
    assert dict(house.register.asked[0].details)["early"] == "yes"
    assert house.office.persons.months() == ()


def test_a_month_is_forgotten_again_without_harm(house: House) -> None:
    house.office.open(letter())
    house.office.clock.now += LIVED
    assert [forget(house.desk, Order(MONTH, OPERATOR)) for _ in range(2)] == [True, False]


def test_who_seals_on_after_an_early_end_hides_only_what_was_before(house: House) -> None:
    before = house.office.open(letter())
    forget(house.desk, Order(MONTH, OPERATOR, early=True))
    after = house.office.open(letter(id="2@source.example"))
    assert audit.concerned(house.desk, AUDITOR, before.id).forgotten
    assert not audit.concerned(house.desk, AUDITOR, after.id).forgotten


@pytest.mark.parametrize("month", ["2026-13", "2026", "26-11", "2026-11-01", "novembre", ""])
def test_a_month_has_its_form(month: str) -> None:
    with pytest.raises(MalformedError, match=r"forget\.month"):
        Order(month, OPERATOR)


def test_without_a_key_nobody_is_kept_and_mail_crosses_all_the_same() -> None:
    house = House()
    quiet = replace(house.desk, persons=FakePersons())
    opened = house.office.open(letter())
    assert audit.concerned(quiet, AUDITOR, opened.id) == Concerned(Addresses(), forgotten=True)


def sealed(house: House, kept: FakeArchive | None = None) -> FakeArchive:
    """Return the archive of all that has happened."""
    kept = kept or FakeArchive()
    house.office.clock.forward(hours=1)
    desk = SealDesk(clock=house.office.clock, ledger=house.office.ledger, archive=kept, signatory=FakeSignatory(KEY))
    assert seal(desk).broken == ()
    assert archive.NEWEST in kept.files
    return kept
