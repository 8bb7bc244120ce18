"""An answer reaches the sender of the mail that it answers, by the thread alone; a forged thread reaches nobody."""

import email

import pytest

from passerelle.core.receipts.lifecycle import State
from tests.steps.correspondence import ASKS_MDN, ORIGINAL, came_back, mail, sent
from tests.steps.office import DOCTOR, HOSPITAL, OUTWARD, Office

STRANGER = "somebody@medical59.apicrypt.example"


def answer(*threads: str, text: str = "Merci") -> bytes:
    return mail(*threads, sender=DOCTOR.address, text=text)


@pytest.mark.parametrize("field", ["In-Reply-To: <{}>", "References: <a@b.example> <{}>"])
def test_an_answer_crosses_back_without_an_agreement_of_its_own(field: str) -> None:
    office = Office(OUTWARD)
    first = sent(office)
    reply = came_back(office, answer(field.format(f"{first.id}@passerelle.example")), sender=DOCTOR.address)
    assert reply.state is State.ACCEPTED
    envelope, _ = office.relay.inbox[-1]
    assert (envelope.network, envelope.sender, envelope.recipients) == (
        HOSPITAL.network,
        DOCTOR.alias,
        (HOSPITAL.address,),
    )


def test_it_stands_in_the_thread_that_its_reader_knows() -> None:
    office = Office(OUTWARD)
    first = sent(office)
    came_back(office, answer(f"In-Reply-To: <{first.id}@passerelle.example>"), sender=DOCTOR.address)
    assert [one["answers"] for one in office.sent()] == ["", ORIGINAL]


def test_it_does_so_under_an_agreement_too() -> None:
    office = Office()
    first = sent(office)
    came_back(office, answer(f"In-Reply-To: <{first.id}@passerelle.example>"), sender=DOCTOR.address)
    assert office.sent()[-1]["answers"] == ORIGINAL


def words(office: Office, text: str = "Merci") -> bytes:
    """Return an answer in plain words to the first mail, as a doctor types it."""
    first = next(one for one in office.ledger.everything() if one.outgoing)
    thread = f"In-Reply-To: <{first.id}@passerelle.example>"
    return mail(thread, f"X-Said: {text}", sender=DOCTOR.address).replace(b'{"id"', b'{"missing": true, "id"')


def test_an_answer_in_plain_words_crosses_as_text() -> None:
    office = Office(OUTWARD)
    sent(office)
    reply = came_back(office, words(office), sender=DOCTOR.address)
    assert reply.state is State.ACCEPTED
    envelope, raw = office.relay.inbox[-1]
    assert envelope.recipients == (HOSPITAL.address,)
    said = email.message_from_bytes(raw.partition(b"\n")[2] if raw.startswith(b"Locked") else raw)
    assert (said.get_content_type(), said["In-Reply-To"], said["X-MSS-NIL"]) == (
        "text/plain",
        f"<{ORIGINAL}>",
        "DEV000000",
    )


def test_without_a_thread_plain_words_go_back() -> None:
    office = Office()
    sent(office)
    raw = words(office).replace(b"In-Reply-To", b"X-Other")
    assert came_back(office, raw, sender=DOCTOR.address).reason == "hprim.missing"


@pytest.mark.parametrize("thread", ["{}@elsewhere.example", "x{}@passerelle.example", "0" * 32 + "@passerelle.example"])
def test_an_answer_to_nothing_of_ours_is_refused(thread: str) -> None:
    office = Office(OUTWARD)
    first = sent(office)
    reply = came_back(office, answer(f"In-Reply-To: <{thread.format(first.id)}>"), sender=DOCTOR.address)
    assert (reply.state, reply.reason) == (State.REFUSED, "policy.unknown-recipient")


@pytest.mark.parametrize(
    ("sender", "recipient"),
    [(STRANGER, HOSPITAL.alias), (DOCTOR.address, "other@passerelle.apicrypt.example")],
)
def test_nobody_else_answers_and_nobody_else_is_answered(sender: str, recipient: str) -> None:
    office = Office(OUTWARD)
    first = sent(office)
    raw = mail(f"In-Reply-To: <{first.id}@passerelle.example>", sender=sender)
    reply = came_back(office, raw, sender=sender, recipient=recipient)
    assert (reply.state, reply.reason) == (State.REFUSED, "policy.unknown-recipient")


def test_an_answer_counts_no_longer_than_the_agreement_of_what_it_answers() -> None:
    office = Office(OUTWARD)
    first = sent(office)
    office.agreements.agreements.clear()
    reply = came_back(office, answer(f"In-Reply-To: <{first.id}@passerelle.example>"), sender=DOCTOR.address)
    assert reply.state is State.REFUSED


def test_a_signature_is_demanded_of_an_answer_as_of_any_mail() -> None:
    office = Office(OUTWARD)
    first = sent(office)
    raw = answer(f"In-Reply-To: <{first.id}@passerelle.example>").replace(b"Locked: 0", b"FORGED: 0")
    reply = came_back(office, raw, sender=DOCTOR.address)
    assert (reply.state, len(office.relay.inbox)) == (State.QUARANTINED, 1)


def test_many_references_cost_few_look_ups() -> None:
    office = Office(OUTWARD)
    first = sent(office)
    others = " ".join(f"<{number:032x}@passerelle.example>" for number in range(40))
    references = f"References: <{first.id}@passerelle.example>\n {others}"  # the nearest is the last
    reply = came_back(office, answer(references), sender=DOCTOR.address)
    assert reply.state is State.REFUSED


@pytest.mark.parametrize(("fields", "wanted"), [((), False), ((ASKS_MDN,), True)])
def test_the_recipient_is_asked_for_a_receipt_where_the_sender_wants_one(
    fields: tuple[str, ...],
    wanted: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    office = Office()
    sent(office, *fields)
    assert office.sent()[0]["receipt"] is wanted
