"""What the policy decides, and what it will not put together."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from passerelle.core.errors import UnsupportedError
from passerelle.core.message import (
    Attachment,
    Code,
    Document,
    Identifier,
    Loss,
    Mailbox,
    Message,
    Network,
    Patient,
    Professional,
    Proof,
    Sex,
)
from passerelle.core.policy import (
    MOST_PATIENTS,
    Agreement,
    Ambiguity,
    Correspondent,
    Doubt,
    Fate,
    Lock,
    Verdict,
    admit,
    by_patient,
    doubtful,
    judge,
)

CITY = Correspondent(
    Network.APICRYPT, "jean@ville.example", "jean@alias.example", "Dr J", Lock.SMIME, Professional("M"), "jean"
)
HOSPITAL = Correspondent(
    Network.MSSANTE, "service@ch.example", "service@alias.example", "CH", Lock.CHANNEL, Professional("D")
)
INWARD = Agreement("in", CITY, HOSPITAL, Doubt.FLAG)
PATIENT = Patient("DUPONT", "Marie", date(1980, 2, 29), sex=Sex.FEMALE)
SCRIPT = Attachment("a.pdf", "application/pdf", b"%PDF-", ("pdf.javascript",))
INS = Identifier("1.2.250.1.213.1.4.10", "280026900100150")


def document(patient: Patient = PATIENT, title: str = "CR") -> Document:
    return Document(None, Code("11488-4", "2.16.840.1.113883.6.1"), title, datetime(2026, 11, 22, tzinfo=UTC), patient)


def message(*documents: Document, sender: str = "jean@ville.example", means: str = "signature") -> Message:
    return Message("id@ville.example", Mailbox(sender), "s", documents, Proof(means))


def test_a_signed_letter_of_the_right_sender_is_carried_and_nothing_is_said() -> None:
    assert judge(message(document()), INWARD) == Verdict(Fate.CARRY)


def test_the_case_of_the_senders_address_does_not_matter() -> None:
    assert judge(message(document(), sender="Jean@Ville.example"), INWARD).fate is Fate.CARRY


def test_a_sender_who_is_not_the_agreements_goes_to_quarantine() -> None:
    other = message(document(), sender="other@ville.example")
    expected = Verdict(Fate.QUARANTINE, "policy.sender-differs")
    assert (admit(other, INWARD), judge(other, INWARD)) == (expected, expected)


def test_an_unsigned_mail_goes_to_quarantine_where_the_lock_is_smime() -> None:
    assert judge(message(document(), means="channel"), INWARD) == Verdict(Fate.QUARANTINE, "policy.unsigned")


def test_the_channel_is_proof_enough_where_it_is_the_lock() -> None:
    outward = Agreement("out", HOSPITAL, CITY, Doubt.FLAG)
    found = judge(message(document(), sender="service@ch.example", means="channel"), outward)
    assert found.fate is Fate.CARRY


@pytest.mark.parametrize("address", ["123@patient.mssante.fr", "123@Patient.MSSANTE.fr"])
def test_a_patients_box_is_refused(address: str) -> None:
    agreement = replace(INWARD, recipient=replace(HOSPITAL, address=address))
    assert judge(message(document()), agreement) == Verdict(Fate.REFUSE, "policy.patient-box")


OWN = replace(PATIENT, ins=INS, birth_family="DUPONT", birth_givens="MARIE")
TO_OWN_BOX = replace(
    INWARD, recipient=replace(HOSPITAL, address=f"{INS.extension}@patient.mssante.fr"), patient_boxes=True
)


def test_an_agreement_may_let_a_patient_have_his_own_documents() -> None:
    assert judge(message(document(OWN)), TO_OWN_BOX) == Verdict(Fate.CARRY)


@pytest.mark.parametrize(
    "other",
    [
        PATIENT,
        replace(OWN, ins=replace(INS, extension="280026900100151")),
        replace(OWN, birth_family=None),
        replace(OWN, given=""),
        replace(OWN, birth_date=None),
        replace(OWN, sex=None),
    ],
)
def test_a_patients_box_takes_no_document_but_those_of_its_own_qualified_ins(other: Patient) -> None:
    found = judge(message(document(OWN), document(other)), TO_OWN_BOX)
    assert found == Verdict(Fate.REFUSE, "policy.patient-ins")


def test_a_mail_without_document_is_refused() -> None:
    assert judge(message(), INWARD) == Verdict(Fate.REFUSE, "policy.no-document")


@pytest.mark.parametrize(
    ("doubt", "fate"), [(Doubt.FLAG, Fate.CARRY), (Doubt.HOLD, Fate.HOLD), (Doubt.REFUSE, Fate.REFUSE)]
)
def test_one_doubtful_document_puts_the_mail_in_doubt_and_the_agreement_decides(doubt: Doubt, fate: Fate) -> None:
    found = message(document(), document(replace(PATIENT, birth_date=None)))
    assert judge(found, replace(INWARD, doubt=doubt)) == Verdict(fate, "doubt.no-birth-date")


def test_what_its_reader_doubted_puts_a_document_in_doubt_after_the_lack_of_an_identity() -> None:
    doubted = replace(document(), doubts=("doubt.first", "doubt.second"))
    assert doubtful(doubted) == "doubt.first"
    assert doubtful(replace(doubted, patient=replace(PATIENT, birth_date=None))) == "doubt.no-birth-date"
    assert judge(message(doubted), replace(INWARD, doubt=Doubt.HOLD)) == Verdict(Fate.HOLD, "doubt.first")


@pytest.mark.parametrize(
    ("doubt", "active", "verdict"),
    [
        (Doubt.FLAG, Doubt.FLAG, Verdict(Fate.CARRY, "doubt.no-birth-date")),
        (Doubt.FLAG, Doubt.HOLD, Verdict(Fate.HOLD, "doubt.active-file")),
        (Doubt.HOLD, Doubt.HOLD, Verdict(Fate.HOLD, "doubt.no-birth-date")),
        (Doubt.HOLD, Doubt.REFUSE, Verdict(Fate.REFUSE, "doubt.active-file")),
        (Doubt.REFUSE, Doubt.HOLD, Verdict(Fate.REFUSE, "doubt.no-birth-date")),
    ],
)
def test_of_two_doubts_the_stricter_wish_decides(doubt: Doubt, active: Doubt, verdict: Verdict) -> None:
    found = message(replace(document(replace(PATIENT, birth_date=None)), attachments=(SCRIPT,)))
    assert judge(found, replace(INWARD, doubt=doubt, active=active)) == verdict


@pytest.mark.parametrize(
    ("active", "fate"), [(Doubt.FLAG, Fate.CARRY), (Doubt.HOLD, Fate.HOLD), (Doubt.REFUSE, Fate.REFUSE)]
)
def test_an_active_file_beside_the_documents_counts_too(active: Doubt, fate: Fate) -> None:
    found = replace(message(document()), attachments=(SCRIPT,))
    assert judge(found, replace(INWARD, active=active)) == Verdict(fate, "doubt.active-file")


def test_an_admitted_mail_may_still_be_in_doubt() -> None:
    assert admit(message(document(replace(PATIENT, birth_date=None))), INWARD) == Verdict(Fate.CARRY)


@pytest.mark.parametrize(
    ("patient", "code"),
    [
        (PATIENT, ""),
        (replace(PATIENT, family=""), "doubt.no-name"),
        (replace(PATIENT, given=""), "doubt.no-name"),
        (replace(PATIENT, birth_date=None), "doubt.no-birth-date"),
    ],
)
def test_a_patient_without_name_or_birth_date_is_in_doubt(patient: Patient, code: str) -> None:
    assert doubtful(document(patient)) == code


def test_an_agreement_resends_what_is_ambiguous_unless_it_says_otherwise() -> None:
    assert INWARD.ambiguity is Ambiguity.RESEND


def test_the_recipient_sees_the_senders_alias_and_his_own_address() -> None:
    assert INWARD.mailboxes() == (Mailbox("jean@alias.example", "Dr J"), Mailbox("service@ch.example", "CH"))


def test_a_mail_of_one_patient_stays_whole() -> None:
    whole = replace(message(document(), document(title="second")), text="bonjour")
    assert by_patient(whole) == (whole,)
    assert by_patient(message()) == (message(),)


def test_each_patient_gets_his_documents_in_their_order() -> None:
    other = replace(PATIENT, given="Anne")
    found = by_patient(message(document(title="a"), document(other, "b"), document(title="c")))
    assert [[d.title for d in one.documents] for one in found] == [["a", "c"], ["b"]]


@pytest.mark.parametrize(
    "other",
    [
        replace(PATIENT, family="DURAND"),
        replace(PATIENT, given="Anne"),
        replace(PATIENT, birth_date=date(1980, 3, 1)),
        replace(PATIENT, sex=None),
        replace(PATIENT, ins=INS),
    ],
)
def test_patients_of_whom_one_trait_differs_are_kept_apart(other: Patient) -> None:
    assert len(by_patient(message(document(), document(other)))) == 2


def test_the_case_of_a_name_makes_no_second_patient() -> None:
    assert len(by_patient(message(document(), document(replace(PATIENT, family="Dupont"))))) == 1


@pytest.mark.parametrize("nameless", [replace(PATIENT, birth_date=None), replace(PATIENT, given="")])
def test_patients_who_could_be_two_are_kept_apart(nameless: Patient) -> None:
    assert len(by_patient(message(document(nameless), document(nameless)))) == 2
    known = replace(nameless, ins=INS)
    assert len(by_patient(message(document(known), document(known)))) == 1


def test_what_belongs_to_no_document_stays_with_the_first_patient_and_says_so() -> None:
    loss = Loss("one.loss", "w", "y", "i")
    file = Attachment("a.txt", "text/plain", b"")
    other = document(replace(PATIENT, given="Anne"))
    whole = replace(message(document(), other), text="bonjour", attachments=(file,), losses=(loss,))
    first, second = by_patient(whole)
    assert (first.text, first.attachments) == ("bonjour", (file,))
    assert [found.what for found in first.losses] == ["one.loss", "policy.shared-parts"]
    assert (second.text, second.attachments, second.losses) == ("", (), ())


def test_a_file_that_could_be_of_either_patient_goes_to_neither() -> None:
    file = Attachment("a.pdf", "application/pdf", b"%PDF-")
    other = document(replace(PATIENT, given="Anne"))
    assert judge(replace(message(document(), other), attachments=(file,)), INWARD) == Verdict(
        Fate.REFUSE, "policy.unowned-file"
    )
    assert judge(replace(message(document()), attachments=(file,)), INWARD) == Verdict(Fate.CARRY)


def test_where_nothing_is_shared_nothing_is_lost() -> None:
    first, _ = by_patient(message(document(), document(replace(PATIENT, given="Anne"))))
    assert not first.losses


def crowd(size: int) -> Message:
    return message(*(document(replace(PATIENT, given=f"Marie {n}")) for n in range(size)))


def test_a_mail_of_as_many_patients_as_allowed_is_split_and_one_more_is_too_many() -> None:
    assert len(by_patient(crowd(MOST_PATIENTS))) == MOST_PATIENTS
    with pytest.raises(UnsupportedError, match=r"policy\.too-many-patients"):
        by_patient(crowd(MOST_PATIENTS + 1))
