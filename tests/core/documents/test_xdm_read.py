"""An XDM zip gives its documents, checked; or it is refused before it can do harm."""

from pathlib import Path

import pytest

from passerelle.core.documents import cda, xdm
from passerelle.core.errors import PasserelleError
from tests.core.documents.xdm_refusals import CDA, FOLDER, refusal
from tests.vectors import make_cda as make

SAMPLES = Path(__file__).resolve().parents[3] / "../shared/samples"


def test_a_zip_gives_its_document_with_its_description() -> None:
    (entry,) = xdm.read(make.xdm())
    assert (entry.name, entry.content) == ("DOC0001.XML", CDA)
    assert entry.is_document
    assert entry.described.patient is not None
    assert entry.described.patient.extension == make.INS


@pytest.mark.parametrize(
    "files",
    [
        {"ihe_xdm/subset01/metadata.xml": make.metadata({"doc0001.xml": CDA}), "ihe_xdm/subset01/DOC0001.XML": CDA},
        {"a/IHE_XDM/LUCY_0/METADATA.xml": make.metadata({"D.XML": CDA}), "a/IHE_XDM/LUCY_0/D.XML": CDA},
        {"IHE_XDM/S1METADATA.xml": make.metadata({"D.XML": CDA}), "IHE_XDM/S1D.XML": CDA},
        {
            FOLDER + "METADATA.XML": make.metadata({"D.XML": CDA}, uri=""),
            FOLDER + "any.xml": CDA,
            FOLDER + "x.xml": b"<a/>",
        },
        {FOLDER + "METADATA.XML": make.metadata({"./D.XML": CDA}), FOLDER + "D.XML": CDA},
        {FOLDER + "METADATA.XML": make.metadata({"D%201.XML": CDA}), FOLDER + "D 1.XML": CDA},
        {"somewhere/only.xml": CDA, "INDEX.HTM": b"<html/>"},
        {
            "__MACOSX/IHE_XDM/SUBSET01/._METADATA.XML": b"\x00\x05",
            FOLDER + "._METADATA.XML": b"\x00",
            FOLDER + ".METADATA.XML.swp": b"\x00",
            ".svn/METADATA.XML": b"\x00",
            FOLDER + "METADATA.XML": make.metadata({"D.XML": CDA}),
            FOLDER + "D.XML": CDA,
        },
        {
            FOLDER + "METADATA.XML": make.metadata({"D.XML": CDA}),
            FOLDER + "D.XML": CDA,
            "copy/" + FOLDER + "METADATA.XML": make.metadata({"D.XML": CDA}),
            "copy/" + FOLDER + "D.XML": CDA,
        },
    ],
)
def test_every_way_that_others_write_one_document_gives_one(files: dict[str, bytes]) -> None:
    (document,) = xdm.documents(make.archive(files))
    assert document.source is not None
    assert document.source.content == CDA


def test_two_subsets_may_hold_two_documents_of_one_name() -> None:
    files: dict[str, bytes] = {}
    for subset, version in (("S1", "1"), ("S2", "2")):
        document = make.cda(version=version)
        files |= {f"{subset}/METADATA.XML": make.metadata({"D.XML": document}), f"{subset}/D.XML": document}
    assert [document.version for document in xdm.documents(make.archive(files))] == [1, 2]


def test_a_document_that_the_metadata_leave_out_is_not_left_behind() -> None:
    files = {FOLDER + "METADATA.XML": make.metadata({"D.XML": CDA}), FOLDER + "D.XML": CDA}
    assert len(xdm.documents(make.archive({**files, "STYLES/VOC.XML": b"<a/>"}))) == 1
    assert refusal(make.archive({**files, FOLDER + "E.XML": make.cda(version="2")})) == "xdm.owner"


def test_a_zip_without_cda_says_what_is_wrong_with_its_xml() -> None:
    assert refusal(make.xdm({"D.XML": b"<!DOCTYPE a>" + CDA.partition(b"?>")[2]})) == "cda.doctype"
    assert refusal(make.xdm({"D.XML": CDA[:-9]})) == "cda.xml"
    assert refusal(make.xdm({"D.PDF": b"%PDF-1.4"})) == "xdm.missing"


def test_an_entry_does_not_reach_into_the_directory() -> None:
    content = make.xdm()
    at = content.rindex(b"PK\x01\x02") + 20
    size = int.from_bytes(content[at : at + 4], "little")
    longer = content[:at] + (size + 100).to_bytes(4, "little") + content[at + 4 :]
    assert refusal(longer) == "xdm.zip"


def test_backslashes_are_separators() -> None:
    named = {FOLDER + "METADATA.XML": make.metadata({"D.XML": CDA}), FOLDER + "D.XML": CDA}
    content = make.archive(named).replace(FOLDER.encode(), FOLDER.replace("/", "\\").encode())
    assert len(xdm.documents(content)) == 1


def test_a_hash_a_size_and_a_patient_that_differ_are_refused() -> None:
    assert refusal(make.xdm(sha1="0" * 40)) == "xdm.hash"
    assert refusal(make.xdm(size=str(len(CDA) + 1))) == "xdm.size"
    assert refusal(make.xdm(patient=f"{make.INS}^^^&1.2.250.1.213.1.4.8&ISO^NH")) == "xdm.patient"
    assert refusal(make.xdm(patient="P-43^^^&1.2.250.1.999.1&ISO^PI")) == "xdm.patient"
    assert len(xdm.documents(make.xdm(patient="P-42^^^&1.2.250.1.999.1&ISO^PI"))) == 1


def test_a_deletion_is_told() -> None:
    assert [document.deleted for document in xdm.documents(make.xdm(action="D"))] == [True]
    assert [document.deleted for document in xdm.documents(make.xdm(action="C"))] == [False]


def test_a_pdf_in_the_subset_goes_to_the_document_of_its_name() -> None:
    pdf = make.pdf("x")
    (document,) = xdm.documents(make.xdm({"DOC0001.XML": CDA, "OTHER.PDF": pdf}))
    assert [(file.name, file.media_type) for file in document.attachments] == [("OTHER.PDF", "application/pdf")]
    both = {"A.XML": CDA, "B.XML": make.cda(version="2"), "B.PDF": pdf}
    assert [len(document.attachments) for document in xdm.documents(make.xdm(both))] == [0, 1]
    assert refusal(make.xdm({"A.XML": CDA, "B.XML": make.cda(version="2"), "C.PDF": pdf})) == "xdm.owner"


def test_a_pdf_in_the_subset_that_is_the_documents_own_is_not_doubled() -> None:
    pdf = make.pdf("Le meme contenu que dans le document.")
    (document,) = xdm.documents(make.xdm({"A.XML": make.cda(make.single(pdf)), "A.PDF": pdf}))
    assert len(document.attachments) == 1


def test_a_zip_is_recognised_by_its_description() -> None:
    assert xdm.recognise(make.xdm())
    assert not xdm.recognise(make.archive({"photo.jpg": b"-"}))
    assert not xdm.recognise(b"PK\x03\x04")


def published(folder: str) -> list[Path]:
    found = sorted((SAMPLES / folder).glob("*.zip"))
    return found or pytest.skip(
        "NOT CHECKED: ../shared/samples is not there (reference material, beside the repository)"
    )


@pytest.mark.reference
def test_every_published_french_zip_is_read() -> None:
    for path in published("xdm"):
        (document,) = xdm.documents(path.read_bytes())
        assert document.text, path.name
        assert all(len(line) <= 80 for line in document.text), path.name
        assert document.patient.ins is not None, path.name
        assert document.deleted == ("Delete" in path.name), path.name
        assert bool(document.results) or "BIO-CR-BIO" not in path.name or "Niveau-1" in path.name, path.name


@pytest.mark.reference
def test_every_published_foreign_zip_is_read_or_refused_for_a_true_reason() -> None:
    outcomes = {}
    for path in published("xdm-foreign"):
        try:
            outcomes[path.stem.rpartition("_")[2]] = str(len(xdm.documents(path.read_bytes())))
        except PasserelleError as error:
            outcomes[path.stem.rpartition("_")[2]] = error.code
    assert outcomes == {
        "Allscripts": "1",
        "Epic": "xdm.patient",  # the CDA has no patient id at all
        "MIE": "xdm.patient",  # another authority for the same number
        "Medicity": "1",
        "Sage": "xdm.patient",  # another authority for the same number
        "Siemens": "xdm.missing",  # holds no document, only its style sheets
    }


@pytest.mark.reference
def test_every_published_foreign_cda_is_read() -> None:
    zips = [path for path in published("xdm-foreign") if "Siemens" not in path.name]  # it holds no document
    entries = [entry for path in zips for entry in xdm.read(path.read_bytes())]
    assert [bool(cda.read(entry.content).text) for entry in entries] == [True] * 6
