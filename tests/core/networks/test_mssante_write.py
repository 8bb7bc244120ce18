import io
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader

from passerelle.core.documents import xdm
from passerelle.core.errors import MalformedError
from passerelle.core.mail import mime
from passerelle.core.mail.mime import Mail
from passerelle.core.message import (
    Attachment,
    Code,
    Dispatch,
    Document,
    Identifier,
    Kind,
    LocalCode,
    Measure,
    Message,
    Opened,
    Proof,
    Result,
    Written,
)
from passerelle.core.networks import mssante
from tests.core.documents.synthetic import AUTHOR, DISPATCH, LETTER, LOINC, PATIENT, QUALIFIED, REPORT, message

SCAN = Attachment("scan.pdf", "application/pdf", b"%PDF-1.4\nscan\n")


def mail(*documents: Document, dispatch: Dispatch = DISPATCH) -> Mail:
    return mime.read(mssante.write(message(*documents), dispatch).mail)


def header(written: Mail, name: str) -> list[str]:
    return [value for key, value in written.headers if key.lower() == name.lower()]


def back(written: Written) -> Message:
    return mssante.read(Opened(written.mail, Proof("channel")))


def codes(written: Written) -> set[str]:
    return {loss.what for loss in written.losses}


def test_a_letter_travels_as_zip_pdf_and_source_after_one_text() -> None:
    parts = mail(LETTER).parts
    assert [(part.media_type, part.name, part.attached) for part in parts] == [
        ("text/plain", "", False),
        ("application/zip", "IHE_XDM.zip", True),
        ("application/pdf", "20261120_CR ou fiche de consultation_TESTU_Zoe_D7.pdf", True),
        ("application/octet-stream", "20261120_CR ou fiche de consultation_TESTU_Zoe_D7.hpr", True),
    ]
    assert parts[0].charset.lower() == "utf-8"
    assert LETTER.source is not None
    assert parts[3].content == LETTER.source.content


def test_the_pdf_beside_is_the_one_in_the_cda_and_says_who_and_what() -> None:
    written = mssante.write(message(LETTER), DISPATCH)
    (beside,) = [part for part in mime.read(written.mail).parts if part.media_type == "application/pdf"]
    (document,) = back(written).documents
    assert [file.content for file in document.attachments] == [beside.content]
    text = PdfReader(io.BytesIO(beside.content)).pages[0].extract_text()
    for words in (
        "TESTU Zoé, né(e) le 28/03/1979",
        "20/11/2026",
        "Dr Luc BERNARD",
        "Laboratoire du Nord",
        "Cher confrère",
    ):
        assert words in text


def test_a_report_keeps_its_results_and_its_pdf_prints_text_and_results() -> None:
    written = mssante.write(message(REPORT), DISPATCH)
    (document,) = back(written).documents
    assert [result.label for result in document.results] == [result.label for result in REPORT.results]
    (pdf,) = document.attachments
    text = PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    assert "Cher confrère" in text
    assert all(result.label in text and result.measure.value in text for result in REPORT.results)


def test_the_same_message_makes_the_same_bytes() -> None:
    assert mssante.write(message(REPORT), DISPATCH) == mssante.write(message(REPORT), DISPATCH)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (LETTER, "XDM/1.0/DDM+CR ou fiche de consultation TESTU Zoe 28/03/1979"),
        (replace(LETTER, patient=QUALIFIED), "XDM/1.0/DDM+CR ou fiche de consultation PAT-ESSAI ZOE 28/03/1979"),
        (
            replace(LETTER, patient=replace(PATIENT, family="Bœuf d'Été")),
            "XDM/1.0/DDM+CR ou fiche de consultation BOEUF D'ETE Zoe 28/03/1979",
        ),
        (
            replace(LETTER, kind=replace(LETTER.kind, display="a" * 41)),
            f"XDM/1.0/DDM+{'a' * 40} TESTU Zoe 28/03/1979",
        ),
        (
            replace(LETTER, version=2, replaces=Identifier("2.25.7", "")),
            "[Annule et remplace] XDM/1.0/DDM+CR ou fiche de consultation TESTU Zoe 28/03/1979",
        ),
    ],
)
def test_the_subject_is_that_of_eco_2_1_3(document: Document, expected: str) -> None:
    assert mail(document).subject == expected


def test_several_documents_of_a_patient_make_one_zip_and_are_counted_in_the_subject() -> None:
    moved = replace(REPORT, patient=replace(PATIENT, address=LETTER.patient.address, insured="", local_ids=()))
    written = mail(LETTER, moved)
    assert written.subject == "XDM/1.0/DDM+2 documents TESTU Zoe 28/03/1979"
    assert header(written, "X-MSS-CODECDA") == ["11488-4,11502-2"]
    (archive,) = [part for part in written.parts if part.name == "IHE_XDM.zip"]
    entries = xdm.read(archive.content)
    assert [entry.name for entry in entries] == ["DOC0001.XML", "DOC0002.XML"]
    assert len({entry.described.patient for entry in entries}) == 1


def test_documents_of_several_patients_and_no_document_are_refused() -> None:
    other = replace(LETTER, patient=replace(PATIENT, birth_date=date(1980, 1, 1)))
    for documents in ((LETTER, other), ()):
        with pytest.raises(MalformedError, match=r"mssante\.patients"):
            mssante.write(message(*documents), DISPATCH)


def test_files_of_the_same_name_keep_apart() -> None:
    names = [part.name for part in mail(LETTER, LETTER).parts if part.name.endswith(".pdf")]
    stem = "20261120_CR ou fiche de consultation_TESTU_Zoe_D7"
    assert names == [f"{stem}.pdf", f"{stem}-2.pdf"]


def test_a_name_cannot_lead_out_of_its_folder() -> None:
    (pdf,) = [
        part.name
        for part in mail(replace(LETTER, file_number="../a\\b:c\x01")).parts
        if part.media_type == "application/pdf"
    ]
    assert pdf == "20261120_CR ou fiche de consultation_TESTU_Zoe_..-a-b-c.pdf"


def test_the_senders_own_files_and_words_go_along() -> None:
    said = message(
        replace(LETTER, attachments=(SCAN,)), text="Merci de rappeler.", attachments=(replace(SCAN, content=b"%PDF-2"),)
    )
    read = back(mssante.write(said, DISPATCH))
    assert read.text.startswith("Merci de rappeler.")
    (document,) = read.documents
    assert [file.content for file in (*document.attachments[1:], *read.attachments)].count(SCAN.content) == 1
    assert b"%PDF-2" in [file.content for file in (*document.attachments, *read.attachments)]


@pytest.mark.parametrize(("document", "expected"), [(LETTER, "N"), (replace(LETTER, patient=QUALIFIED), "O")])
def test_x_mss_ins_says_whether_the_ins_is_qualified_and_the_text_warns_where_it_is_not(
    document: Document, expected: str
) -> None:
    written = mail(document)
    assert header(written, "X-MSS-INS") == [expected]
    assert ("vérifiez l'identité" in written.parts[0].text) == (expected == "N")


def test_the_product_is_named_and_its_absence_is_told() -> None:
    assert header(mail(LETTER), "X-MSS-NIL") == ["DEV000000"]
    unnamed = mssante.write(message(LETTER), replace(DISPATCH, product=""))
    assert header(mime.read(unnamed.mail), "X-MSS-NIL") == []
    assert "header.product" in codes(unnamed)


def test_results_that_nobody_answers_for_travel_in_a_cda_of_level_1_and_it_is_told() -> None:
    written = mssante.write(message(REPORT), replace(DISPATCH, author=replace(AUTHOR, profession=None)))
    (document,) = back(written).documents
    assert document.results == ()
    assert document.kind.code == "11502-2"
    assert "Glycémie à jeun" in " ".join(document.text)
    assert "biology.no-biologist" in codes(written)


def test_no_loss_repeats_a_value_of_the_mail() -> None:
    written = mssante.write(message(REPORT), replace(DISPATCH, author=None, product=""))
    said = " ".join(f"{loss.what} {loss.where} {loss.why} {loss.instead}" for loss in written.losses)
    assert not [word for word in ("TESTU", "Zoé", "1979", "A42", PATIENT.insured, "BERNARD") if word in said]


def test_the_agreement_gives_its_codes_to_the_report() -> None:
    own = replace(DISPATCH, codes=(LocalCode("DR", "2951-2", "mmol/L"),))
    result = Result("Dosage maison", Kind.NUMERIC, Measure("140", "mmol/l"), codes=(Code("DR", ""),))
    report = message(replace(REPORT, results=(result,)))
    (without,) = back(mssante.write(report, DISPATCH)).documents
    (coded,) = back(mssante.write(report, own)).documents
    loinc = [[code.code for code in one.results[0].codes if code.system == LOINC] for one in (without, coded)]
    assert loinc == [[], ["2951-2"]]
