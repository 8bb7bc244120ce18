import hashlib
import io
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from passerelle.core.documents import cda, xdm
from passerelle.core.documents.xdm import Form, Packed, Submission
from passerelle.core.documents.xdm.metadata import MOST_DOCUMENTS
from passerelle.core.documents.xdm.metadata_elements import xcn
from passerelle.core.errors import UnsupportedError
from passerelle.core.message import Document, Identifier, Professional
from tests.core.documents.synthetic import AUTHOR, LETTER, PATIENT, QUALIFIED, REPORT, SENDER, WHEN

PDF = b"%PDF-1.4\nessai\n"
RIM = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"
SUBMISSION = Submission("1234@passerelle.example", WHEN, "Passerelle")
SCHEMES = {
    "author": "93606bcf-9494-43ec-9b4e-a7748d1a838d",
    "class": "41a5887f-8865-4c09-adf7-e362475b143a",
    "confidentiality": "f4f85eac-e6cb-4883-b524-f2705394840f",
    "format": "a09d5840-386c-46f2-b5ad-9c3699a4309d",
    "facility": "f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1",
    "setting": "cccf5598-8b07-4b77-a05e-ae952c785ead",
    "type": "f0306f51-975f-434e-a61c-c59651d33983",
}


def packed(document: Document = LETTER, place: int = 1) -> Packed:
    frame, _ = cda.frame(document, AUTHOR, SENDER, f"{SUBMISSION.seed}/{place}")
    structured = bool(document.results)
    content = (cda.write_biology if structured else cda.write_letter)(document, frame, PDF)
    return Packed(content, document, frame, Form.LABORATORY if structured else Form.LETTER)


def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def metadata(*documents: Document) -> etree._Element:
    written = xdm.write(tuple(packed(one, place) for place, one in enumerate(documents, 1)), SUBMISSION)
    return etree.fromstring(files(written)["IHE_XDM/SUBSET01/METADATA.XML"])


def slots(owner: etree._Element, name: str) -> list[str]:
    return [
        value.text or "" for slot in owner.findall(f"{RIM}Slot[@name='{name}']") for value in slot.iter(f"{RIM}Value")
    ]


def entry(document: Document) -> etree._Element:
    (found,) = metadata(document).iter(f"{RIM}ExtrinsicObject")
    return found


def code(owner: etree._Element, scheme: str) -> tuple[str | None, list[str]]:
    (found,) = owner.findall(f"{RIM}Classification[@classificationScheme='urn:uuid:{SCHEMES[scheme]}']")
    return found.get("nodeRepresentation"), slots(found, "codingScheme")


def identifier(owner: etree._Element, name: str) -> str | None:
    for one in owner.findall(f"{RIM}ExternalIdentifier"):
        if one.findall(f"{RIM}Name/{RIM}LocalizedString[@value='{name}']"):
            return one.get("value")
    return None


def test_the_zip_has_the_files_that_ihe_and_ans_ask_for_under_8_3_names() -> None:
    assert list(files(xdm.write((packed(), packed(REPORT, 2)), SUBMISSION))) == [
        "INDEX.HTM",
        "README.TXT",
        "IHE_XDM/SUBSET01/METADATA.XML",
        "IHE_XDM/SUBSET01/DOC0001.XML",
        "IHE_XDM/SUBSET01/DOC0002.XML",
    ]


def test_metadata_are_a_submission_and_the_readme_is_lines_of_dos() -> None:
    made = files(xdm.write((packed(),), SUBMISSION))
    root = etree.fromstring(made["IHE_XDM/SUBSET01/METADATA.XML"])
    assert root.tag == "{urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0}SubmitObjectsRequest"
    assert made["README.TXT"].endswith(b"            DOC0001.XML\r\n")
    assert b"\n" not in made["README.TXT"].replace(b"\r\n", b"")


def test_the_same_documents_make_the_same_bytes() -> None:
    assert xdm.write((packed(),), SUBMISSION) == xdm.write((packed(),), SUBMISSION)


def test_a_zip_from_before_its_own_clock_is_still_written() -> None:
    old = replace(SUBMISSION, date=datetime(1970, 1, 1, tzinfo=UTC))
    assert len(xdm.read(xdm.write((packed(),), old))) == 1


def test_what_is_written_is_read_back_and_its_hash_size_and_ids_agree() -> None:
    sent = (packed(), packed(REPORT, 2))
    read = xdm.read(xdm.write(sent, SUBMISSION))
    assert [one.content for one in read] == [one.content for one in sent]
    for one, was in zip(read, sent, strict=True):
        assert one.described.sha1 == hashlib.sha1(was.content, usedforsecurity=False).hexdigest()
        assert one.described.size == str(len(was.content))
        assert one.described.unique_id == was.frame.identifier.root
        assert one.described.patient == was.frame.patient_ids[0]
    assert [one.patient.family for one in xdm.documents(xdm.write(sent, SUBMISSION))] == ["TESTU", "TESTU"]


def test_the_hash_is_in_upper_case_hex_and_times_are_in_utc() -> None:
    paris = LETTER.created.astimezone(timezone(timedelta(hours=1)))
    made = entry(replace(LETTER, created=paris))
    assert slots(made, "hash")[0].isupper()
    assert slots(made, "creationTime") == ["20261122093000"]
    assert slots(made, "serviceStartTime") == ["20261120"]


def test_every_reference_names_the_object_that_it_stands_in() -> None:
    root = metadata(LETTER, REPORT)
    stable = {"urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"}  # ITI TF-3 §4.2.5.2
    assert {one.get("objectType") for one in root.iter(f"{RIM}ExtrinsicObject")} == stable
    for owner in (*root.iter(f"{RIM}RegistryPackage"), *root.iter(f"{RIM}ExtrinsicObject")):
        assert {one.get("classifiedObject") for one in owner.findall(f"{RIM}Classification")} == {owner.get("id")}
        assert {one.get("registryObject") for one in owner.findall(f"{RIM}ExternalIdentifier")} == {owner.get("id")}
    (package,) = root.iter(f"{RIM}RegistryPackage")
    members = [(one.get("sourceObject"), one.get("targetObject")) for one in root.iter(f"{RIM}Association")]
    assert members == [(package.get("id"), one.get("id")) for one in root.iter(f"{RIM}ExtrinsicObject")]
    kinds = {one.get("associationType") for one in root.iter(f"{RIM}Association")}
    assert kinds == {"urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"}  # ITI TF-3 §4.2.2


def test_every_id_stands_once() -> None:
    counted = Counter(one.get("id") for one in metadata(LETTER, REPORT).iter() if one.get("id"))
    assert set(counted.values()) == {1}


def test_a_letter_and_a_report_have_their_codes() -> None:
    letter, report = entry(LETTER), entry(REPORT)
    assert code(letter, "type") == ("11488-4", ["2.16.840.1.113883.6.1"])
    assert code(letter, "class") == ("10", ["1.2.250.1.213.1.1.4.1"])
    assert code(letter, "format") == ("urn:ihe:iti:xds-sd:pdf:2008", ["1.2.250.1.213.1.1.4.12"])
    assert code(report, "format") == ("urn:ihe:lab:xd-lab:2008", ["1.2.250.1.213.1.1.4.2.282"])
    assert code(report, "facility") == ("SA25", ["1.2.250.1.71.4.2.4"])
    assert code(report, "setting") == ("AMBULATOIRE", ["1.2.250.1.213.1.1.4.9"])
    assert code(report, "confidentiality") == ("N", ["2.16.840.1.113883.5.25"])


def test_the_author_is_written_as_ans_writes_it() -> None:
    (author,) = entry(LETTER).findall(f"{RIM}Classification[@classificationScheme='urn:uuid:{SCHEMES['author']}']")
    assert slots(author, "authorPerson") == ["810009999004^BERNARD^Luc^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"]
    institution = "Laboratoire du Nord \\T\\ Cie^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1590099992"
    assert slots(author, "authorInstitution") == [institution]
    specialty = "G15_10/SM03^Médecin - Biologie médicale (SM)^1.2.250.1.213.1.1.4.5"
    assert slots(author, "authorSpecialty") == [specialty]


def test_a_delimiter_of_hl7_in_a_name_is_escaped() -> None:
    assert xcn(Professional("A|B^C&D~E\\F", "Luc")).split("^")[1] == r"A\F\B\S\C\T\D\R\E\E\F"


def test_a_patient_with_a_qualified_ins_is_found_by_it() -> None:
    made = entry(replace(LETTER, patient=QUALIFIED))
    assert identifier(made, "XDSDocumentEntry.patientId") == "279035999999999^^^&1.2.250.1.213.1.4.10&ISO^NH"
    assert slots(made, "sourcePatientInfo") == [
        "PID-5|PAT-ESSAI^ZOÉ^ZOÉ MARIE^^^^L",
        "PID-5|TESTU^ZOÉ^^^^^D",
        "PID-7|19790328",
        "PID-8|F",
        "PID-11|^^^^^^BDL^^59350",
    ]


def test_a_patient_without_ins_is_found_by_the_senders_number_and_no_birth_name_is_claimed() -> None:
    made = entry(LETTER)
    found = identifier(made, "XDSDocumentEntry.patientId")
    assert found is not None
    assert found.startswith("A42^^^&2.25.")
    assert found.endswith("&ISO^PI")
    assert slots(made, "sourcePatientId") == [found]
    assert slots(made, "sourcePatientInfo") == ["PID-5|TESTU^Zoé^^^^^D", "PID-7|19790328", "PID-8|U"]


def test_a_name_of_birth_that_is_the_used_one_is_written_once() -> None:
    made = entry(replace(LETTER, patient=replace(PATIENT, birth_family=PATIENT.family)))
    assert slots(made, "sourcePatientInfo") == ["PID-5|TESTU^Zoé^^^^^L", "PID-7|19790328", "PID-8|U"]


def test_a_sender_without_number_is_named_by_its_name() -> None:
    sent = packed()
    frame = replace(sent.frame, organisation=replace(sent.frame.organisation, identifier=None))
    for one, label in (
        (sent, "Laboratoire du Nord & Cie (1590099992)"),
        (replace(sent, frame=frame), "Laboratoire du Nord & Cie"),
    ):
        text = files(xdm.write((one,), SUBMISSION))["README.TXT"].decode()
        assert f"    . Organisme : {label}\r\n" in text


def test_the_submission_set_comes_from_the_structure_and_has_its_own_oid() -> None:
    (package,) = metadata(LETTER).iter(f"{RIM}RegistryPackage")
    assert identifier(package, "XDSSubmissionSet.sourceId") == "1.2.250.1.71.4.2.2.1590099992"
    unique = identifier(package, "XDSSubmissionSet.uniqueId")
    assert unique is not None
    assert unique.startswith("2.25.")
    assert identifier(package, "XDSSubmissionSet.patientId") == identifier(entry(LETTER), "XDSDocumentEntry.patientId")


def test_a_replacement_is_marked_as_ans_marks_it() -> None:
    assert slots(entry(LETTER), "urn:action:extraMetadataSlot") == []
    old = Identifier("2.25.7", "v1")
    assert slots(entry(replace(LETTER, replaces=old, version=2)), "urn:action:extraMetadataSlot") == ["C"]


def test_a_unique_id_with_an_extension_is_joined_as_ihe_has_it() -> None:
    made = entry(replace(LETTER, identifier=Identifier("2.25.5", "x")))
    assert identifier(made, "XDSDocumentEntry.uniqueId") == "2.25.5^x"


def test_a_zip_of_nothing_or_of_one_document_too_many_is_refused_and_the_cap_is_carried() -> None:
    most = tuple(packed(place=place) for place in range(MOST_DOCUMENTS + 1))
    assert len(xdm.read(xdm.write(most[:-1], SUBMISSION))) == MOST_DOCUMENTS
    for documents in ((), most):
        with pytest.raises(UnsupportedError, match=r"xdm\.documents"):
            xdm.write(documents, SUBMISSION)


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=20)


@settings(max_examples=25, deadline=None)
@given(NAMES, NAMES, st.text("0123456789AZ", min_size=1, max_size=10), st.dates())
def test_whatever_the_names_the_zip_is_read_back_about_the_same_patient(
    family: str, first: str, number: str, birth: date
) -> None:
    patient = replace(PATIENT, family=family, given=first, birth_date=birth, local_ids=(Identifier("", number),))
    (read,) = xdm.documents(xdm.write((packed(replace(LETTER, patient=patient)),), SUBMISSION))
    assert read.patient.birth_date == birth
    assert [one.extension for one in read.patient.local_ids] == [number]
