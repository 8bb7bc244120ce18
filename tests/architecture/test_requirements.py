"""What is installed is what pyproject.toml asks for: pinned, hashed, and without a host."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FILES = ["shared/requirements.txt", "requirements/dev.txt", "requirements/fuzz.txt", "requirements/ministack.txt"]
NAME = re.compile(r"^([a-zA-Z0-9._-]+)")


def names(lines: list[str]) -> set[str]:
    return {found[1].lower().replace("_", "-") for line in lines if (found := NAME.match(line))}


def pins(file: str) -> dict[str, str]:
    rows = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return {row.split("==")[0]: row.split("==")[1].split(" ")[0] for row in rows if NAME.match(row)}


@pytest.mark.parametrize("file", FILES)
def test_every_requirement_is_pinned_and_hashed(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert [block.split("\n")[0] for block in blocks if "==" not in block or "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("file", FILES)
def test_no_requirement_names_a_host(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|--(extra-)?index|--find-links| @ ", text)


def test_the_layer_holds_what_the_product_asks_for() -> None:
    assert names(PROJECT["project"]["dependencies"]) <= pins("shared/requirements.txt").keys()


def test_development_has_the_same_versions_as_the_layer() -> None:
    layer, development = pins("shared/requirements.txt"), pins("requirements/dev.txt")
    assert {name: version for name, version in layer.items() if development.get(name) != version} == {}


def test_every_development_tool_is_pinned() -> None:
    wanted = PROJECT["dependency-groups"]["dev"] + PROJECT["project"]["optional-dependencies"]["local"]
    assert names(wanted) <= pins("requirements/dev.txt").keys()
