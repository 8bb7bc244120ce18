"""The zip of the extraction: unpacked in blocks, and refused where it is not what is published."""

import io
import zipfile
from datetime import UTC, datetime

import pytest

from passerelle.core.directory import packed
from passerelle.core.errors import MalformedError
from tests.vectors import damaged_zips
from tests.vectors import make_directory as make

TEXT = make.text([make.person()])


def zipped(*names: str, content: bytes = TEXT, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name in names:
            archive.writestr(name, content)
    return made.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(MalformedError) as caught, packed.unpacked(content) as (_, blocks):
        for _ in blocks:
            pass
    return caught.value.code


def test_the_text_comes_in_blocks_with_the_date_of_its_name() -> None:
    with packed.unpacked(make.packed(TEXT)) as (made, blocks):
        assert (made, b"".join(blocks)) == (datetime(2026, 11, 22, 4, tzinfo=UTC), TEXT)


def broken() -> bytes:
    good = make.packed(TEXT)
    return good[:80] + bytes([good[80] ^ 0xFF]) + good[81:]


def commented() -> bytes:
    made = io.BytesIO(make.packed(TEXT))
    with zipfile.ZipFile(made, "a") as archive:
        archive.comment = b"x"
    return made.getvalue()


def zip64() -> bytes:
    good = make.packed(TEXT)
    return good[:-22] + b"PK\x06\x07" + bytes(16) + good[-22:]


HOSTILE = {
    "nothing": b"",
    "a page": b"<html></html>",
    "cut": make.packed(TEXT)[:-30],
    "a flipped byte": broken(),
    "a comment": commented(),
    "zip64": zip64(),
    "no file": zipped(),
    "two files": zipped(make.NAME, "x.txt"),
    "many files": zipped(*(f"{number}.txt" for number in range(100))),
    "another name": zipped("Extraction.txt"),
    "a name without a date": zipped("Extraction_Correspondance_MSSante_202613990400.txt"),
    "a name that climbs": zipped(f"../{make.NAME}"),
    "another method": zipped(make.NAME, method=zipfile.ZIP_BZIP2),
    "a bomb": zipped(make.NAME, content=bytes(1 << 22)),
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_what_is_not_published_so_is_refused(attack: str) -> None:
    assert refusal(HOSTILE[attack]) == "directory.zip"


@pytest.mark.parametrize("damage", damaged_zips.DAMAGES)
def test_a_damage_never_escapes_as_an_error_of_the_library(damage: str) -> None:
    content = damaged_zips.damaged(make.packed(TEXT), damage)
    with pytest.raises(damaged_zips.DAMAGES[damage]):
        damaged_zips.read(content)
    assert refusal(content) == "directory.zip"


def test_an_error_of_the_reader_is_no_damage_of_the_zip() -> None:
    with pytest.raises(ValueError, match="of the reader"), packed.unpacked(make.packed(TEXT)):
        raise ValueError("of the reader")


def test_a_zip_beyond_its_size_is_not_looked_into() -> None:
    good = make.packed(TEXT)
    assert refusal(bytes(packed.LARGEST_ZIP + 1 - len(good)) + good) == "directory.zip"
    with packed.unpacked(bytes(packed.LARGEST_ZIP - len(good)) + good) as (_, blocks):
        assert b"".join(blocks) == TEXT
