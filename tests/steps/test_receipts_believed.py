"""Which receipts are believed, and for whom: nobody's word for another, and bad news sooner than good."""

import pytest

from passerelle.core.receipts.delivery import Delivery
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.reception import DELIVERED, DISPLAYED, FAILED, REJECTED
from passerelle.steps.decide import Author, Decision, decide
from tests.steps.correspondence import ASKS_DSN, ASKS_MDN, KO, came_back, dsn, mail, mdn, notices, report, sent, stands
from tests.steps.office import DOCTOR, Office

ELSEWHERE = "somebody@medical59.apicrypt.example"
COLLEAGUE = "secretariat@medical59.apicrypt.example"


def status(delivery: Delivery, *words: tuple[str, str, str]) -> bytes:
    """Return a DSN with a group for each original recipient, final recipient and action."""
    groups = (
        f"Original-Recipient: rfc822;{original}\nFinal-Recipient: rfc822;{final}\nAction: {action}\nStatus: 2.0.0"
        for original, final, action in words
    )
    named = f"Reporting-MTA: dns; mx.example\nOriginal-Envelope-Id: {delivery.id}.1"
    return report("delivery-status", "\n\n".join((named, *groups)), "MAILER-DAEMON@medical59.apicrypt.example")


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", "delayed"])
def test_good_news_of_somebody_else_is_no_news(action: str) -> None:
    office = Office()
    first = sent(office)
    receipt = came_back(office, status(first, (ELSEWHERE, ELSEWHERE, action)))
    assert receipt.reason == "receipt.unmatched"
    assert office.ledger.get(first.id) == first


def test_the_reading_of_somebody_whom_it_was_forwarded_to_is_not_his_reading() -> None:
    office = Office()
    first = sent(office, ASKS_MDN)
    assert came_back(office, mdn(first, reader=ELSEWHERE)).reason == "receipt.unmatched"
    assert office.ledger.get(first.id) == first


def test_bad_news_counts_under_an_address_that_his_server_made_of_his() -> None:
    office = Office()
    first = sent(office)
    came_back(office, status(first, ("unknown", "jean@internal.example", "failed")))
    assert stands(office, first) == (State.FAILED, FAILED)


def test_an_address_counts_whatever_its_case_and_whichever_field_it_stands_in() -> None:
    for original, final in ((DOCTOR.address.upper(), ELSEWHERE), (ELSEWHERE, DOCTOR.address.lower())):
        office = Office()
        first = sent(office)
        came_back(office, status(first, (original, final, "delivered")))
        assert stands(office, first) == (State.RECEIPTED, DELIVERED)


@pytest.mark.parametrize(
    ("his", "other", "after"),
    [("delivered", "failed", (State.RECEIPTED, DELIVERED)), ("failed", "delivered", (State.FAILED, FAILED))],
)
def test_of_several_recipients_only_ours_counts(his: str, other: str, after: tuple[State, str]) -> None:
    for turned in (1, -1):
        office = Office()
        first = sent(office)
        words = ((DOCTOR.address, DOCTOR.address, his), (ELSEWHERE, ELSEWHERE, other))[::turned]
        came_back(office, status(first, *words))
        assert stands(office, first) == after


def test_of_his_two_mailboxes_the_one_that_failed_counts() -> None:
    office = Office()
    first = sent(office)
    came_back(office, status(first, (DOCTOR.address, ELSEWHERE, "delivered"), (DOCTOR.address, COLLEAGUE, "failed")))
    assert stands(office, first) == (State.FAILED, FAILED)


def test_a_platform_answers_from_another_of_its_boxes() -> None:
    office = Office()
    first = sent(office)
    came_back(office, mdn(first), sender=COLLEAGUE)
    assert stands(office, first) == (State.RECEIPTED, DISPLAYED)


@pytest.mark.parametrize("named", ["In-Reply-To: {}", "References: <a@b.example> {}"])
def test_a_dsn_without_envelope_id_is_known_by_the_mail_that_it_answers(named: str) -> None:
    office = Office()
    first = sent(office)
    field = named.format(f"<{first.id}@passerelle.example>").encode()
    raw = (
        dsn(first, "delivered").replace(b"Original-Envelope-Id", b"X-Other").replace(b"Subject:", field + b"\nSubject:")
    )
    came_back(office, raw)
    assert stands(office, first) == (State.RECEIPTED, DELIVERED)


def test_a_dsn_that_returns_nothing_but_headers_is_known_by_them() -> None:
    office = Office()
    first = sent(office)
    returned = f"--b\nContent-Type: text/rfc822-headers\n\nFrom x\nMessage-ID: <{first.id}@passerelle.example>\n--b--"
    raw = dsn(first, "failed").replace(b"Original-Envelope-Id", b"X-Other").replace(b"--b--", returned.encode())
    came_back(office, raw)
    assert stands(office, first) == (State.FAILED, FAILED)


@pytest.mark.parametrize("state", [State.CLAIMED, State.SENDING])
def test_a_bounce_that_is_quicker_than_our_pen_is_not_lost(state: State) -> None:
    office = Office()
    office.relay.plan.append("lose the answer")
    first = sent(office)
    office.force(first, state, token="t", wake_at=office.clock.now)
    waiting = came_back(office, dsn(first, "failed", "5.1.1"))
    assert (waiting.state, waiting.reason) == (State.RECEIVED, "receipt.under-way")
    office.settle()
    assert stands(office, first) == (State.FAILED, FAILED)
    assert office.ledger.get(waiting.id).reason == "receipt.understood"
    assert len(notices(office)) == 1


@pytest.mark.parametrize("action", ["delivered", "failed"])
def test_what_was_never_tried_neither_arrives_nor_bounces(action: str) -> None:
    office = Office()
    office.post(mail())
    while not any(delivery.state is State.READY for delivery in office.ledger.everything()):
        office.handle(*office.queue.wakes.popleft())
    held = decide(office.desk, office.only().id, Decision.HOLD, Author("exploitant"))
    came_back(office, dsn(held, action))
    assert office.ledger.get(held.id) == held


def test_what_is_in_his_mailbox_and_of_no_use_to_him_is_told_as_a_failure() -> None:
    office = Office()
    first = sent(office, ASKS_DSN)
    came_back(office, dsn(first, "delivered"))
    came_back(office, mdn(first, KO))
    office.settle()
    assert stands(office, first) == (State.FAILED, REJECTED)
    assert "Action: failed" in notices(office)[-1].as_string()


def test_what_a_person_has_read_is_not_undone_by_his_software() -> None:
    office = Office()
    first = sent(office)
    came_back(office, mdn(first))
    came_back(office, mdn(first, KO))
    assert stands(office, first) == (State.RECEIPTED, DISPLAYED)
