"""One world for all journeys of a session: emulator, towns, the real template.yaml, five mails on their way."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pytest

from passerelle.local.commands.rounds import Round
from passerelle.local.towns import world
from passerelle.local.towns.letters.post import Post, Posted
from passerelle.local.towns.world import World
from passerelle.local.trouble import SetupError
from tests.adapters.provider import CLIENT, Provider, providing

COMMAND = [sys.executable, "-c", "from passerelle.local.command import main; main()"]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def issuer() -> Iterator[Provider]:
    """Who names those who ask."""
    with providing() as provider:
        yield provider


@pytest.fixture(scope="session")
def here(tmp_path_factory: pytest.TempPathFactory, issuer: Provider) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    try:
        with world.opened(ROOT, folder, more={"OidcIssuer": issuer.base, "PageClient": CLIENT}) as opened:
            yield opened
    except SetupError as error:
        if error.key == "setup.ministack":
            pytest.skip("NOT CHECKED: the emulator is not installed (make .ministack)")
        raise
    left = subprocess.run(["pgrep", "-f", str(folder)], capture_output=True, text=True, check=False).stdout
    assert left == "", "the world left processes behind"


@pytest.fixture(scope="session")
def happened(here: World) -> Round:
    """The five mails of the demonstration, submitted and followed to their ends."""
    made = Round(here)
    for posted in Post(here.book, here.papers, datetime.now(UTC).replace(microsecond=0)).all():
        made.submit(posted)
    assert len(list(made.follow())) == 5, "not every mail has ended in time"
    return made


def named(happened: Round, name: str) -> Posted:
    return next(posted for posted in happened.posted.values() if posted.name == f"demo.mail.{name}")


def environment(**more: str) -> dict[str, str]:
    """Return an empty environment, but for what Python needs and what is given."""
    return {"PATH": os.defpath, "PYTHONPATH": str(ROOT / "shared"), "COLUMNS": "120", "LANG": "C.UTF-8", **more}


def aws(here: World) -> dict[str, str]:
    """Return the environment in which the command finds the bridge of a world."""
    return {
        "AWS_ENDPOINT_URL": str(here.bridge.cloud.endpoint),
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


def passerelle(
    *arguments: str, given: bytes = b"", more: Mapping[str, str] = MappingProxyType({})
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *arguments], input=given, env=environment(**more), capture_output=True, check=False
    )
