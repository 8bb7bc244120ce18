"""A copy of an archive is a stranger's file: what it may hold has caps."""

import zipfile
from pathlib import Path

import pytest

from passerelle.core.errors import MalformedError
from passerelle.local import exports
from tests.vectors import damaged_zips


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "LARGEST", 10)
    monkeypatch.setattr(exports, "MOST_FILES", 3)


def packed(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name in names:
            made.writestr(name, b"x" * 10)
        made.writestr("large", b"x" * 11)
    return path


@pytest.mark.usefixtures("small")
def test_a_file_has_a_cap_in_a_folder_and_in_a_zip(tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "a").write_bytes(b"x" * 10)
    (tmp_path / "copy" / "large").write_bytes(b"x" * 11)
    for found in (exports.opened(tmp_path / "copy"), exports.opened(packed(tmp_path / "copy.zip", "a"))):
        assert found.read("a") == b"x" * 10
        assert found.read("absent") is None
        with pytest.raises(MalformedError):
            found.read("large")


@pytest.mark.usefixtures("small")
def test_a_zip_has_a_cap_of_names(tmp_path: Path) -> None:
    assert list(exports.opened(packed(tmp_path / "a.zip", "a", "b")).names("")) == ["a", "b", "large"]
    with pytest.raises(MalformedError):
        exports.opened(packed(tmp_path / "b.zip", "a", "b", "c"))


def test_a_damaged_zip_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", "a")
    content = bytearray(path.read_bytes())
    content[35] ^= 1
    path.write_bytes(content)
    with pytest.raises(MalformedError):
        exports.opened(path).read("a")
    path.write_bytes(b"PK")
    with pytest.raises(MalformedError):
        exports.opened(path)


@pytest.mark.parametrize("damage", damaged_zips.DAMAGES)
def test_a_damage_never_escapes_as_an_error_of_the_library(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a", b"x" * 99)
    path.write_bytes(damaged_zips.damaged(path.read_bytes(), damage))
    with pytest.raises(MalformedError):
        exports.opened(path).read("a")


def test_what_is_not_there_is_no_damage(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        exports.opened(tmp_path / "absent.zip")


def test_a_copy_is_the_archive(tmp_path: Path) -> None:
    files = exports.opened(packed(tmp_path / "a.zip", "events/1", "tile/0/000.p/3"))
    exports.copy(files, tmp_path / "copy")
    again = exports.opened(tmp_path / "copy")
    assert list(again.names("")) == list(files.names(""))
    assert list(again.names("events/")) == ["events/1"]
    assert again.read("tile/0") is None
