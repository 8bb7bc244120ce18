"""An XDM zip gives its documents, checked; or it is refused before it can do harm."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from passerelle.core.documents import cda, xdm
from passerelle.core.documents.xdm import archive, metadata
from passerelle.core.errors import MalformedError, PasserelleError, UnsupportedError
from tests.vectors import damaged_zips
from tests.vectors import make_cda as make

SAMPLES = Path(__file__).resolve().parents[3] / "../shared/samples"
CDA = make.cda()
FOLDER = "IHE_XDM/SUBSET01/"


def refusal(content: bytes, verb: Callable[[bytes], object] = xdm.documents) -> str:
    with pytest.raises((MalformedError, UnsupportedError)) as caught:
        verb(content)
    return caught.value.code


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


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"README.TXT": b"-"}, "xdm.missing"),
        ({"a.xml": CDA, "b.xml": make.cda(version="2")}, "xdm.uri"),
        ({FOLDER + "METADATA.XML": make.metadata({"D.XML": CDA})}, "xdm.uri"),
        ({FOLDER + "METADATA.XML": make.metadata({"../D.XML": CDA}), "IHE_XDM/D.XML": CDA}, "xdm.uri"),
        ({FOLDER + "METADATA.XML": make.metadata({})}, "xdm.metadata"),
        ({FOLDER + "METADATA.XML": b"<a>"}, "metadata.xml"),
        ({FOLDER + "METADATA.XML": b"<!DOCTYPE a><a/>"}, "metadata.doctype"),
        ({FOLDER + "METADATA.XML": make.metadata({"D.PDF": b"%PDF-"}), FOLDER + "D.PDF": b"%PDF-"}, "xdm.missing"),
        ({"../a.xml": CDA}, "xdm.zip-names"),
        ({"/a.xml": CDA}, "xdm.zip-names"),
        ({"a\\..\\..\\b.xml": CDA}, "xdm.zip-names"),
        ({"C:/a.xml": CDA}, "xdm.zip-names"),
        ({"a.xml": CDA, "A.XML": CDA}, "xdm.zip-names"),
        ({"a" * (archive.LONGEST_NAME + 1): CDA}, "xdm.zip-names"),
    ],
)
def test_a_zip_that_breaks_a_rule_is_refused_by_its_name(files: dict[str, bytes], code: str) -> None:
    assert refusal(make.archive(files)) == code


def test_a_description_has_a_cap_on_documents() -> None:
    many = {f"{number}.XML": CDA for number in range(metadata.MOST_DOCUMENTS)}
    assert len(metadata.read(make.metadata(many))) == metadata.MOST_DOCUMENTS
    assert refusal(make.metadata(many | {"more": CDA}), metadata.read) == "xdm.metadata"


def test_what_is_no_zip_or_does_not_begin_as_one_is_refused() -> None:
    assert refusal(b"") == "xdm.zip"
    assert refusal(b"MZ stub" + make.xdm()) == "xdm.zip"
    assert refusal(b"PK\x03\x04" + make.xdm()) == "xdm.zip"
    assert refusal(make.xdm()[:-30]) == "xdm.zip"
    assert refusal(make.archive({})) == "xdm.zip"


@pytest.mark.parametrize("damage", damaged_zips.DAMAGES)
def test_a_damage_never_escapes_as_an_error_of_the_library(damage: str) -> None:
    content = damaged_zips.damaged(make.archive({"D.XML": CDA}), damage)
    with pytest.raises(damaged_zips.DAMAGES[damage]):
        damaged_zips.read(content)
    assert refusal(content, archive.members) == ("xdm.zip-method" if damage == "encrypted" else "xdm.zip")


@pytest.mark.parametrize("place", range(0, len(make.xdm()), 97))
def test_a_damaged_byte_never_escapes_as_another_error(place: int) -> None:
    content = bytearray(make.xdm())
    content[place] ^= 0xFF
    try:
        found = xdm.read(bytes(content))
    except PasserelleError:
        return
    assert [entry.content for entry in found] == [CDA]


def test_a_name_may_be_as_long_as_the_cap() -> None:
    name = "a" * (archive.LONGEST_NAME - 4) + ".xml"
    assert len(xdm.documents(make.archive({name: CDA}))) == 1


def test_a_zip_has_as_many_entries_as_the_cap() -> None:
    files = {f"{number}.txt": b"" for number in range(archive.MOST_ENTRIES)}
    assert len(archive.members(make.archive(files))) == archive.MOST_ENTRIES
    assert refusal(make.archive(files | {"more": b""}), archive.members) == "xdm.zip-entries"


@pytest.mark.parametrize(
    ("cap", "sizes"),
    [("LARGEST_ENTRY", (1000,)), ("LARGEST_TOTAL", (500, 500))],
)
def test_what_a_zip_unpacks_to_has_a_cap(cap: str, sizes: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, cap, 1000)
    files = {f"{place}.txt": b"x" * size for place, size in enumerate(sizes)}
    assert len(archive.members(make.archive(files))) == len(sizes)
    files["0.txt"] += b"x"
    assert refusal(make.archive(files), archive.members) == "xdm.zip-size"


def test_a_zip_has_a_cap_on_its_own_size(monkeypatch: pytest.MonkeyPatch) -> None:
    content = make.xdm()
    monkeypatch.setattr(archive, "LARGEST_ZIP", len(content))
    assert archive.members(content)
    monkeypatch.setattr(archive, "LARGEST_ZIP", len(content) - 1)
    assert refusal(content, archive.members) == "xdm.zip-size"


def test_an_entry_has_a_cap_on_its_ratio() -> None:
    def packed(size: int) -> bytes:
        return make.archive({"a": b"x" * size})

    assert archive.members(packed(archive.FREE_SIZE))["a"]
    assert refusal(packed(archive.FREE_SIZE + 1), archive.members) == "xdm.zip-size"


def test_an_entry_that_lies_about_its_size_is_stopped_at_it() -> None:
    content = make.archive({"a.txt": b"x" * 5000})
    lie = content.replace((5000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert refusal(lie, archive.members) == "xdm.zip"


@pytest.mark.parametrize(("mode", "code"), [(0o120777, "xdm.zip-link"), (0o020666, "xdm.zip-link")])
def test_links_and_devices_are_refused(mode: int, code: str) -> None:
    info = zipfile.ZipInfo("a.xml")
    info.external_attr = mode << 16
    assert refusal(one_entry(info, b"/etc/passwd"), archive.members) == code


def test_other_methods_and_encryption_are_refused() -> None:
    info = zipfile.ZipInfo("a.xml")
    info.compress_type = zipfile.ZIP_BZIP2
    assert refusal(one_entry(info, CDA), archive.members) == "xdm.zip-method"
    content = bytearray(one_entry(zipfile.ZipInfo("a.xml"), CDA))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(content), archive.members) == "xdm.zip-method"


def test_entries_that_share_bytes_are_refused() -> None:
    content = bytearray(make.archive({"a.txt": b"one" * 50, "b.txt": b"two" * 50}))
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 1)
    content[second + 42 : second + 46] = (0).to_bytes(4, "little")
    assert refusal(bytes(content), archive.members) == "xdm.zip"


def one_entry(info: zipfile.ZipInfo, body: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr(info, body)
    return buffer.getvalue()


def test_a_zip_is_recognised_by_its_description() -> None:
    assert xdm.recognise(make.xdm())
    assert not xdm.recognise(make.archive({"photo.jpg": b"-"}))
    assert not xdm.recognise(b"PK\x03\x04")


def published(folder: str) -> list[Path]:
    found = sorted((SAMPLES / folder).glob("*.zip"))
    return found or pytest.skip(f"NOT CHECKED: {SAMPLES / folder} is absent, so no published zip was read.")


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
