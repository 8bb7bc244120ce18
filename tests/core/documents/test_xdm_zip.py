"""A zip from a stranger is held to its caps, or refused before it can do harm."""

import io
import zipfile

import pytest

from passerelle.core.documents import xdm
from passerelle.core.documents.xdm import archive, metadata
from passerelle.core.errors import PasserelleError
from tests.core.documents.xdm_refusals import CDA, FOLDER, refusal
from tests.vectors import damaged_zips
from tests.vectors import make_cda as make


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
