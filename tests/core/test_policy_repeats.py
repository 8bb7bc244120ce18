"""What counts as the same content, and who may answer whom."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from passerelle.core.message import Attachment, Document, Mailbox, Message, Proof
from passerelle.core.policy import fingerprint, reply
from tests.core.test_policy import CITY, HOSPITAL, INWARD, PATIENT, document, message

SOURCE = Attachment("cda.xml", "text/xml", b"<ClinicalDocument/>")
CDA = replace(document(), source=SOURCE)


def test_the_same_documents_in_another_mail_are_the_same_content() -> None:
    other = Message("other@ville.example", Mailbox("jean@ville.example", "Jean"), "autre", (CDA,), Proof("channel"))
    assert fingerprint(other) == fingerprint(message(CDA))


def test_the_day_that_a_mail_lends_to_an_hprim_text_is_not_its_content() -> None:
    later = replace(document(), created=datetime(2026, 11, 22, tzinfo=UTC) + timedelta(days=1))
    assert fingerprint(message(later)) == fingerprint(message(document()))


@pytest.mark.parametrize(
    "other",
    [
        replace(CDA, deleted=True),
        replace(CDA, version=2),
        replace(CDA, source=replace(SOURCE, content=b"<ClinicalDocument> </ClinicalDocument>")),
        document(title="CRO"),
        document(replace(PATIENT, given="Anne")),
    ],
)
def test_what_becomes_of_a_document_and_what_it_says_are_its_content(other: Document) -> None:
    assert fingerprint(message(other)) != fingerprint(message(CDA))


def test_the_text_and_the_files_around_count_too() -> None:
    plain = message(CDA)
    assert (
        len({fingerprint(one) for one in (plain, replace(plain, text="x"), replace(plain, attachments=(SOURCE,)))}) == 3
    )


def test_an_answer_goes_the_other_way_under_the_same_terms() -> None:
    back = reply(INWARD)
    assert (back.sender, back.recipient, back.doubt) == (HOSPITAL, CITY, INWARD.doubt)
