"""What the recipient's side says is recorded always, told to the sender where he asked, once, and in no loop."""

from datetime import timedelta
from itertools import count

import pytest

from passerelle.core.errors import UnavailableError
from passerelle.core.message import Network
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.reception import DELETED, DELIVERED, DISPLAYED, FAILED, PROCESSED, REJECTED
from passerelle.steps.sweep import sweep
from tests.fakes import Killed
from tests.steps.correspondence import ASKS_DSN, ASKS_MDN, ORIGINAL, READ, came_back, dsn, mail, mdn, notices, sent
from tests.steps.faults import Fault
from tests.steps.office import CANARIES, DOCTOR, HOSPITAL, Office


@pytest.mark.parametrize(
    ("said", "state", "reason"),
    [
        (("delivered",), State.RECEIPTED, DELIVERED),
        (("failed", "5.1.1"), State.FAILED, FAILED),
        (("relayed",), State.ACCEPTED, "delivery.accepted"),
        (("delayed", "4.4.1"), State.ACCEPTED, "delivery.accepted"),
    ],
)
def test_a_dsn_moves_the_delivery_that_it_speaks_of(said: tuple[str, ...], state: State, reason: str) -> None:
    office = Office()
    first = sent(office)
    receipt = came_back(office, dsn(first, *said))
    assert (receipt.state, receipt.reason, receipt.wake_at) == (State.ABSORBED, "receipt.understood", None)
    assert office.said(receipt)["about"] == first.id
    after = office.ledger.get(first.id)
    assert (after.state, after.reason) == (state, reason)


@pytest.mark.parametrize(
    ("disposition", "state", "reason"),
    [
        (READ, State.RECEIPTED, DISPLAYED),
        ("automatic-action/MDN-sent-automatically; processed", State.RECEIPTED, PROCESSED),
        ("automatic-action/MDN-sent-automatically; dispatched", State.RECEIPTED, PROCESSED),
        ("manual-action/MDN-sent-manually; denied", State.RECEIPTED, DELIVERED),
        ("manual-action/MDN-sent-manually; deleted", State.RECEIPTED, DELETED),
        ("automatic-action/MDN-sent-automatically; processed/error", State.FAILED, REJECTED),
        ("automatic-action/MDN-sent-automatically; failed", State.FAILED, REJECTED),
    ],
)
def test_an_mdn_moves_it_too(disposition: str, state: State, reason: str) -> None:
    office = Office()
    first = sent(office, ASKS_MDN)
    came_back(office, mdn(first, disposition), sender=DOCTOR.address)
    after = office.ledger.get(first.id)
    assert (after.state, after.reason) == (state, reason)


@pytest.mark.parametrize("wait", [timedelta(0), timedelta(minutes=20)])
def test_a_dsn_ends_an_ambiguous_attempt_before_it_is_made_again(wait: timedelta) -> None:
    office = Office()
    office.relay.plan.append("lose the answer")
    first = sent(office)
    assert first.reason == "delivery.ambiguous"
    office.clock.now += wait
    came_back(office, dsn(first, "delivered"))
    office.settle()
    assert office.ledger.get(first.id).state is State.RECEIPTED
    assert len(office.relay.inbox) == 1


def test_a_dsn_ends_an_attempt_that_is_under_way_again() -> None:
    office = Office()
    office.relay.plan.append("lose the answer")
    first = sent(office)
    office.clock.forward(minutes=20)
    office.relay.meanwhile = lambda: came_back_in_between(office, dsn(first, "delivered"))
    sweep(office.desk)
    office.settle()
    assert office.ledger.get(first.id).state is State.RECEIPTED
    assert len(office.relay.inbox) == 1


def came_back_in_between(office: Office, raw: bytes) -> None:
    office.relay.meanwhile = lambda: None
    came_back(office, raw)


def test_a_held_ambiguous_delivery_is_resolved_by_its_dsn() -> None:
    office = Office()
    office.relay.plan.extend(["lose the mail"] * 5)
    first = sent(office)
    office.settle()
    assert office.ledger.get(first.id).state is State.HELD
    came_back(office, dsn(first, "delivered"))
    assert office.ledger.get(first.id).state is State.RECEIPTED


def test_a_bounce_after_acceptance_is_told_to_the_sender() -> None:
    office = Office()
    first = sent(office)
    came_back(office, dsn(first, "failed", "5.2.2"))
    office.settle()
    (notice,) = notices(office)
    assert "receipt.failed" in notice.as_string()
    assert notice["In-Reply-To"] == f"<{ORIGINAL}>"


def test_the_same_receipt_again_is_absorbed_and_changes_nothing() -> None:
    office = Office()
    first = sent(office, ASKS_MDN)
    came_back(office, mdn(first), sender=DOCTOR.address)
    before = office.ledger.get(first.id)
    again = came_back(office, mdn(first).replace(b"<report@", b"<again@"), sender=DOCTOR.address)
    office.settle()
    assert (again.state, again.reason) == (State.ABSORBED, "receipt.repeated")
    assert office.ledger.get(first.id) == before
    assert len(notices(office)) == 1


@pytest.mark.parametrize("sender", [HOSPITAL.address, "somebody@else.example"])
def test_a_receipt_of_somebody_else_changes_nothing(sender: str) -> None:
    office = Office()
    first = sent(office)
    receipt = came_back(office, mdn(first), sender=sender)
    assert (receipt.state, receipt.reason) == (State.ABSORBED, "receipt.unmatched")
    assert office.ledger.get(first.id) == first


def test_a_receipt_from_the_wrong_network_changes_nothing() -> None:
    office = Office()
    first = sent(office)
    office.post_from(Network.MSSANTE, dsn(first, "failed"), HOSPITAL.alias, sender="")
    office.pump()
    assert office.ledger.get(first.id) == first


def test_nobody_is_told_what_became_of_a_notice() -> None:
    office = Office()
    office.relay.plan.append("reject")
    sent(office)
    office.settle()
    notice = next(d for d in office.ledger.everything() if d.notice_of)
    office.post_from(Network.MSSANTE, dsn(notice, "failed"), HOSPITAL.alias, sender="")
    office.settle()
    assert office.ledger.get(notice.id) == notice
    assert len(notices(office)) == 1


def test_a_sender_who_asks_for_a_dsn_gets_relayed_then_delivered_each_once() -> None:
    office = Office()
    first = sent(office, ASKS_DSN)
    office.settle()
    came_back(office, dsn(first, "delivered"))
    office.settle()
    relayed, delivered = notices(office)
    assert "Action: relayed" in relayed.as_string()
    assert "Action: delivered" in delivered.as_string()


def test_a_sender_who_asks_for_nothing_is_told_nothing() -> None:
    office = Office()
    first = sent(office)
    came_back(office, dsn(first, "delivered"))
    came_back(office, mdn(first), sender=DOCTOR.address)
    office.settle()
    assert notices(office) == []


def test_the_reading_receipt_reaches_the_sender_in_the_form_of_mssante() -> None:
    office = Office()
    first = sent(office, ASKS_MDN)
    came_back(office, mdn(first), sender=DOCTOR.address)
    office.settle()
    (receipt,) = notices(office)
    assert receipt["Content-Type"].params["report-type"] == "disposition-notification"
    assert receipt["Subject"] == "Courrier"
    text, note, original = receipt.iter_parts()
    assert f"Original-Message-ID: <{ORIGINAL}>" in note.as_string()
    assert "displayed" in note.as_string()
    assert original.get_content_type() == "message/rfc822"  # IG-LPS: the whole mail
    assert DOCTOR.alias in text.get_content()


def test_the_reading_receipt_to_apicrypt_repeats_nothing() -> None:
    office = Office()
    office.post(mail(f"Disposition-Notification-To: {DOCTOR.address}", sender=DOCTOR.address), sender=DOCTOR.address)
    office.pump()
    first = office.only()
    office.post_from(Network.MSSANTE, mdn(first, reader=HOSPITAL.address), DOCTOR.alias, sender=HOSPITAL.address)
    office.settle()
    (receipt,) = notices(office)
    assert len(list(receipt.iter_parts())) == 2
    assert "Courrier" not in receipt.as_string()


@pytest.mark.parametrize("loop", ["Auto-Submitted: auto-replied", "Auto-Submitted: auto-notified", "Precedence: bulk"])
def test_what_could_make_a_loop_asks_for_nothing(loop: str) -> None:
    office = Office()
    assert sent(office, ASKS_DSN, ASKS_MDN, loop).asked == ""


def test_a_laboratory_s_machine_may_ask() -> None:
    assert sent(Office(), ASKS_DSN, ASKS_MDN, "Auto-Submitted: auto-generated").asked == "dsn mdn"


def test_a_receipt_for_another_address_is_not_asked_for() -> None:
    office = Office()
    assert sent(office, "Disposition-Notification-To: other@ch-exemple.mssante.example").asked == ""


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("kind", [UnavailableError, Killed, RuntimeError])
def test_a_fault_anywhere_in_a_receipt_loses_and_doubles_nothing(
    after: bool,  # noqa: FBT001 - a parameter of the test
    kind: type[BaseException],
) -> None:
    for place in count():
        fault = Fault(10**9, after, kind)
        office = Office(fault=fault)
        first = sent(office, ASKS_MDN)
        fault.at = fault.calls + place
        office.post_from(DOCTOR.network, mdn(first), HOSPITAL.alias, sender=DOCTOR.address)
        office.settle()
        assert office.ledger.get(first.id).reason == DISPLAYED, place
        assert len({notice["Message-ID"] for notice in notices(office)}) == 1, place
        if fault.calls <= fault.at:
            break
    assert place > 15


def test_no_event_of_a_receipt_names_anybody() -> None:
    office = Office()
    first = sent(office, ASKS_DSN, ASKS_MDN)
    came_back(office, mdn(first), sender=DOCTOR.address)
    office.settle()
    assert not any(canary in office.all_text() for canary in CANARIES)
