from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from passerelle.core.documents import cda
from passerelle.core.errors import MalformedError
from passerelle.core.message import (
    Identifier,
    Mailbox,
    Patient,
)
from tests.core.documents.cda_writing import PDF, SEED, found, frame, letter, losses, report
from tests.core.documents.synthetic import (
    AUTHOR,
    LETTER,
    ORGANISATION,
    PATIENT,
    QUALIFIED,
    REPORT,
    SENDER,
    WHEN,
)

NATIONAL = "1.2.250.1.71.4.2.1"


def test_a_letter_is_read_back_with_its_identity_dates_author_and_pdf() -> None:
    read = cda.read(letter())
    assert read.kind == LETTER.kind
    assert read.title == LETTER.title
    assert (read.created, read.performed, read.version) == (WHEN, LETTER.performed, 1)
    assert (read.patient.family, read.patient.given, read.patient.birth_date) == ("TESTU", "Zoé", PATIENT.birth_date)
    assert read.author is not None
    assert (read.author.family, read.author.given, read.author.identifier) == ("BERNARD", "Luc", AUTHOR.identifier)
    assert read.author.profession == AUTHOR.profession
    assert read.custodian is not None
    assert (read.custodian.name, read.custodian.identifier) == (ORGANISATION.name, ORGANISATION.identifier)
    assert [file.content for file in read.attachments] == [PDF]


def test_a_document_is_in_french_and_its_confidentiality_is_normal() -> None:
    assert found(letter(), "/*/c:languageCode/@code") == ["fr-FR"]
    assert found(letter(), "/*/c:confidentialityCode/@code") == ["N"]


def test_the_time_keeps_the_zone_that_the_source_gave() -> None:
    paris = LETTER.created.astimezone(timezone(timedelta(hours=1)))
    assert found(letter(replace(LETTER, created=paris)), "/*/c:effectiveTime/@value") == ["20261122103000+0100"]


def test_the_same_document_makes_the_same_bytes_and_another_one_another_id() -> None:
    assert letter() == letter()
    other = cda.frame(LETTER, AUTHOR, SENDER, "1234@passerelle.example/2")[0]
    assert other.identifier != frame(LETTER).identifier
    assert frame(LETTER).identifier.root.startswith("2.25.")


def test_a_qualified_ins_is_written_with_all_its_traits_and_read_back() -> None:
    read = cda.read(letter(replace(LETTER, patient=QUALIFIED))).patient
    assert replace(read, insured=QUALIFIED.insured, address=QUALIFIED.address) == QUALIFIED


@pytest.mark.parametrize(
    "patient",
    [
        replace(QUALIFIED, birth_family=None),
        replace(QUALIFIED, birth_givens=None),
        replace(QUALIFIED, birth_place=None),
        replace(QUALIFIED, sex=None),
        replace(QUALIFIED, ins=Identifier("1.2.250.1.213.1.4.2", "279035999999999")),
    ],
)
def test_an_ins_that_lacks_a_trait_is_not_written_and_told(patient: Patient) -> None:
    document = replace(LETTER, patient=patient)
    assert b"279035999999999" not in letter(document)
    assert "ins.incomplete" in losses(document)


def test_the_insured_persons_number_is_never_an_identifier() -> None:
    content = letter()
    assert PATIENT.insured.encode() not in content
    assert not [root for root in found(content, "//c:patientRole/c:id/@root") if root.startswith("1.2.250.1.213.1.4.")]
    assert "patient.insured-number" in losses(LETTER)


def test_a_name_that_is_not_said_to_be_of_birth_is_written_as_the_used_one_and_the_sex_as_unknown() -> None:
    content = letter()
    assert found(content, "//c:patient/c:name/*/@qualifier") == ["CL", "CL"]
    assert found(content, "//c:administrativeGenderCode/@code") == ["UN"]
    read = cda.read(content).patient
    assert (read.birth_family, read.birth_givens, read.sex, read.ins) == (None, None, None, None)


def test_nothing_is_written_without_a_birth_date_and_none_is_made_up() -> None:
    with pytest.raises(MalformedError) as refused:
        letter(replace(LETTER, patient=replace(PATIENT, birth_date=None)))
    assert refused.value.code == "doubt.no-birth-date"


def test_a_number_without_authority_is_the_senders_own_and_another_senders_is_another() -> None:
    (mine,) = frame(LETTER).patient_ids
    (other,) = cda.patient_ids((LETTER,), Mailbox("autre@passerelle.mssante.example"), SEED)
    assert mine.extension == other.extension == "A42"
    assert mine.root != other.root
    assert cda.read(letter()).patient.local_ids == (mine,)


def test_patients_without_number_are_never_joined_over_two_mails() -> None:
    nameless = replace(LETTER, patient=replace(PATIENT, local_ids=()))
    first, second = (cda.patient_ids((nameless,), SENDER, seed) for seed in ("1@a.example", "2@a.example"))
    assert first != second
    assert "patient.no-identifier" in losses(nameless)


def test_an_author_without_number_gets_one_of_the_sender_and_it_is_told() -> None:
    author = replace(AUTHOR, identifier=None)
    content = letter(author=author)
    assert NATIONAL not in content.decode()
    assert found(content, "//c:assignedAuthor/c:id/@extension") == [SENDER.address]
    assert losses(LETTER, author) >= {"author.no-identifier"}
    assert not frame(LETTER, author).answerable


def test_a_structure_without_number_sector_or_setting_is_told_and_a_whole_one_is_not() -> None:
    assert "organisation.incomplete" not in losses(LETTER)
    for less in (replace(ORGANISATION, identifier=None), replace(ORGANISATION, sector=None)):
        assert "organisation.incomplete" in losses(LETTER, replace(AUTHOR, organisation=less))
    assert "organisation.incomplete" in losses(
        LETTER, replace(AUTHOR, organisation=replace(ORGANISATION, setting=None))
    )


def test_an_unknown_author_is_the_mailbox_and_nothing_is_made_up_for_him() -> None:
    read = cda.read(letter(author=None))
    assert read.author is not None
    assert (read.author.family, read.author.given, read.author.profession) == (SENDER.label, "", None)
    assert losses(LETTER, None) >= {"author.no-identifier", "author.no-organisation"}


def test_a_replacement_says_what_it_replaces() -> None:
    old = Identifier("2.25.7", "v1")
    read = cda.read(letter(replace(LETTER, replaces=old, version=2)))
    assert (read.replaces, read.version) == (old, 2)


def test_a_document_that_has_an_id_keeps_it() -> None:
    assert cda.read(letter(replace(LETTER, identifier=Identifier("2.25.5", "x")))).identifier == Identifier(
        "2.25.5", "x"
    )


def test_signs_that_xml_forbids_are_replaced_and_markup_is_escaped() -> None:
    document = replace(REPORT, text=("a\x00b\x1fc\ufffe <x>&amp;",), patient=replace(PATIENT, family="A\x0b<B>"))
    read = cda.read(report(document=document))
    assert read.patient.family == "A\ufffd<B>"
    assert "a\ufffdb\ufffdc\ufffd <x>&amp;" in read.text
