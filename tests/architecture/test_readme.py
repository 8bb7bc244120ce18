"""What README.md tells people to type exists."""

import re
from pathlib import Path

import typer.main

from passerelle.local.command import app

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def typed() -> list[str]:
    """The lines of the README's code blocks."""
    return [line for block in re.findall(r"```\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {line.split()[1] for line in typed() if line.startswith("make ")}
    assert targets >= {"demo", "test"}
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


def test_the_readme_shows_every_command_and_no_other() -> None:
    shown = {line.split()[1] for line in typed() if line.startswith("passerelle ")}
    group = typer.main.get_command(app)
    commands = set(getattr(group, "commands"))  # noqa: B009 - a group's, which typer's own types hide
    assert shown == commands - {"demo"}  # that one is `make demo`


def test_every_room_of_the_map_exists() -> None:
    named = re.findall(r"^\| `([^`]+)` \|", README, re.MULTILINE)
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).exists()] == []
