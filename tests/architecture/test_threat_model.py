"""Every file that the threat model names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("", "shared/passerelle/", "tests/")


def test_the_threat_model_names_files_that_exist() -> None:
    named = re.findall(r"`([\w./*-]+(?:\.(?:py|yaml|toml)|/))`", (ROOT / "docs/threat-model.md").read_text("utf-8"))
    assert len(named) > 40
    assert [name for name in named if not _exists(name)] == []


def _exists(name: str) -> bool:
    beside = (
        "core/mail/",
        "core/documents/",
        "core/cms/",
        "adapters/",
        "core/trust/",
    )  # named after a first of its room
    spots = [*PLACES, *(f"shared/passerelle/{one}" for one in beside), *(f"tests/{one}" for one in beside), "examples/"]
    return any(list(ROOT.glob(spot + name)) for spot in spots)
