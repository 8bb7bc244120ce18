"""What the sender is told when receipts contradict each other, when software refuses, and when nobody wrote."""

from email.message import EmailMessage

import pytest

from passerelle.core.message import Network
from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.reception import DELIVERED, DISPLAYED, REJECTED
from tests.steps.correspondence import ASKS_DSN, ASKS_MDN, KO, came_back, dsn, mail, mdn, notices, sent, stands
from tests.steps.office import DOCTOR, HOSPITAL, Office


@pytest.mark.parametrize("late", [dsn, mdn])
def test_what_failed_and_arrives_late_is_put_right_with_the_sender_once(late: object) -> None:
    office = Office()
    first = sent(office)
    came_back(office, dsn(first, "failed"))
    office.settle()
    came_back(office, dsn(first, "delivered") if late is dsn else mdn(first))
    office.settle()
    assert stands(office, first) == (State.RECEIPTED, DELIVERED if late is dsn else DISPLAYED)
    failed, corrected = notices(office)
    assert "Action: failed" in failed.as_string()
    assert "Action: delivered" in corrected.as_string()
    assert "ne vaut plus" in text(corrected)


def test_what_his_software_refused_stays_refused_whatever_comes_late() -> None:
    office = Office()
    first = sent(office)
    came_back(office, mdn(first, KO))
    came_back(office, dsn(first, "delivered"))
    assert stands(office, first) == (State.FAILED, REJECTED)


def test_an_error_reaches_who_asked_for_a_reading_receipt_in_the_agency_s_new_form() -> None:
    office = Office()
    first = sent(office, ASKS_MDN)
    came_back(office, mdn(first, f"{KO}\nError: 902^CANARI inconnu^applicationErrorCondition"))
    office.settle()
    (told,) = notices(office)
    assert told["Subject"] == "[KO Intégration système !][902] Courrier"
    note = office.relay.inbox[-1][1]
    assert b"MDN-sent-automatically; processed/error" in note
    assert b"\r\nError: 902^" in note
    assert b"canari inconnu" not in note.lower()
    assert "patient inconnu" in text(told)


def test_an_error_reaches_who_asked_for_nothing_as_a_failure_with_its_code() -> None:
    office = Office()
    first = sent(office)
    came_back(office, mdn(first, "automatic-action/MDN-sent-automatically; processed/Error: 902^x; y^"))
    office.settle()
    (told,) = notices(office)
    assert "Diagnostic-Code: x-passerelle; receipt.rejected.902" in told.as_string()


def test_an_error_mail_without_mdn_counts() -> None:
    office = Office()
    first = sent(office)
    raw = (
        f"From: {DOCTOR.address}\nSubject: [KO Int\u00e9gration][903] XDM/1.0/DDM+x\n"
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\nKO\n'
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: <{first.id}@passerelle.example>\n\nx\n--b--\n"
    )
    came_back(office, raw.encode(), sender=DOCTOR.address)
    assert stands(office, first) == (State.FAILED, REJECTED)
    office.settle()
    assert "receipt.rejected.903" in notices(office)[0].as_string()


def test_an_absence_is_noted_and_neither_forwarded_nor_answered() -> None:
    office = Office()
    first = sent(office)
    thread = f"In-Reply-To: <{first.id}@passerelle.example>"
    for sender in ("", DOCTOR.address):
        absence = mail(thread, "Auto-Submitted: auto-replied (vacation)", sender=DOCTOR.address, text=f"Absent{sender}")
        answer = came_back(office, absence, sender=sender)
        assert (answer.state, answer.reason, answer.wake_at) == (State.ABSORBED, "receipt.automatic", None)
    assert len(office.relay.inbox) == 1
    assert office.ledger.get(first.id) == first


def test_a_letter_that_says_so_by_mistake_is_not_lost() -> None:
    office = Office()
    letter = came_back(office, mail("Auto-Submitted: auto-replied", sender=DOCTOR.address), sender=DOCTOR.address)
    assert letter.state is State.ACCEPTED


def test_our_own_receipts_that_come_back_are_answered_by_nothing() -> None:
    office = Office()
    first = sent(office, ASKS_MDN, ASKS_DSN)
    came_back(office, dsn(first, "delivered"))
    came_back(office, mdn(first))
    office.settle()
    before = len(office.relay.inbox)
    for envelope, raw in list(office.relay.inbox):
        if not envelope.sender:
            office.post_from(Network.MSSANTE, raw, DOCTOR.alias, sender=HOSPITAL.address)
            office.post_from(Network.MSSANTE, raw, DOCTOR.alias, sender="")
    office.settle()
    assert len(office.relay.inbox) == before
    assert {d.reason for d in office.ledger.everything() if d.state is State.ABSORBED} == {
        "receipt.understood",
        "receipt.unmatched",
    }


def test_a_receipt_that_asks_for_a_receipt_gets_none() -> None:
    office = Office()
    first = sent(office)
    came_back(office, f"Disposition-Notification-To: {DOCTOR.address}\n".encode() + mdn(first), sender=DOCTOR.address)
    office.settle()
    assert notices(office) == []


def text(notice: EmailMessage) -> str:
    part = next(notice.iter_parts())
    assert isinstance(part, EmailMessage)
    return str(part.get_content())
