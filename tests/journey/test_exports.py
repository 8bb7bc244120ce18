"""A copy of an archive is a stranger's file: what it may hold has caps."""

import zipfile
from pathlib import Path

import pytest

from passerelle.core.errors import MalformedError
from passerelle.local import exports


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


def test_a_copy_is_the_archive(tmp_path: Path) -> None:
    files = exports.opened(packed(tmp_path / "a.zip", "events/1", "tile/0/000.p/3"))
    exports.copy(files, tmp_path / "copy")
    again = exports.opened(tmp_path / "copy")
    assert list(again.names("")) == list(files.names(""))
    assert list(again.names("events/")) == ["events/1"]
    assert again.read("tile/0") is None
