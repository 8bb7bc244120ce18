"""What `accept` decides."""

import pytest

from passerelle.core.errors import MalformedError, UnavailableError
from passerelle.core.receipts.delivery import delivery_id
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.persons import DETAIL, Addresses
from passerelle.steps.accept import GRACE, accept
from tests.steps.office import CANARIES, DOCTOR, HOSPITAL, Office, letter


def test_each_recipient_gets_a_delivery_in_received_and_a_wake_up() -> None:
    office = Office()
    key = office.post(letter(), DOCTOR.alias, "second.canari@passerelle.mssante.example")
    office.queue.wakes.clear()
    ids = accept(office.desk, key)
    envelope = office.mailroom.envelope(key)
    assert ids == (delivery_id(envelope.id, 0), delivery_id(envelope.id, 1))
    assert [office.ledger.get(name).state for name in ids] == [State.RECEIVED] * 2
    assert [office.ledger.get(name).recipient for name in ids] == [0, 1]
    assert sorted(office.queue.wakes) == sorted(("translate", name) for name in ids)


def test_the_first_event_names_the_network_and_the_digest_of_the_mail_and_seals_who_writes_to_whom() -> None:
    office = Office()
    delivery = office.open(letter())
    (event,) = office.ledger.history(delivery.id)
    envelope = office.mailroom.envelope(delivery.envelope)
    assert (event.actor, event.state) == ("accept", State.RECEIVED)
    said = dict(event.details)
    concerned = office.persons.unseal(delivery.id, said.pop(DETAIL))
    assert concerned == Addresses(HOSPITAL.address, DOCTOR.alias)
    assert said == {"network": "mssante", "mail": envelope.mail}
    assert not any(canary in office.all_text() for canary in CANARIES)


def test_a_second_run_opens_nothing_and_records_nothing() -> None:
    office = Office()
    key = office.post(letter())
    first = accept(office.desk, key)
    before = (office.ledger.everything(), office.ledger.history(first[0]))
    office.clock.forward(hours=1)
    assert accept(office.desk, key) == first
    assert (office.ledger.everything(), office.ledger.history(first[0])) == before


def test_a_recipient_who_is_named_twice_gets_one_delivery() -> None:
    office = Office()
    ids = accept(office.desk, office.post(letter(), DOCTOR.alias, DOCTOR.alias.upper()))
    assert len(ids) == 1


def test_a_malformed_envelope_goes_out_as_an_error() -> None:
    office = Office()
    office.mailroom.envelopes["incoming/bad.json"] = b"{}"
    with pytest.raises(MalformedError, match=r"envelope\.json"):
        accept(office.desk, "incoming/bad.json")


def test_a_missing_envelope_goes_out_as_unavailable() -> None:
    with pytest.raises(UnavailableError):
        accept(Office().desk, "incoming/none.json")


def test_a_delivery_that_nobody_translates_is_due_after_the_grace() -> None:
    office = Office()
    delivery = office.open(letter())
    assert not list(office.ledger.due(office.clock()))
    office.clock.now += GRACE
    assert list(office.ledger.due(office.clock())) == [delivery]


def test_the_delivery_to_the_first_recipient_is_opened_last() -> None:
    office = Office()
    first, second = accept(office.desk, office.post(letter(), DOCTOR.alias, "second.canari@passerelle.mssante.example"))
    assert [one.id for one in office.ledger.everything()] == [second, first]
