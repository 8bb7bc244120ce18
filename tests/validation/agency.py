"""The agency's own rules (../shared/tools/check_cda), loaded once: compiling the schematrons takes most of the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

from saxonche import PySaxonProcessor

SHARED = Path(__file__).resolve().parents[2] / "../shared"
CHECK = SHARED / "tools/check_cda"
SAMPLES = SHARED / "samples"
MINOR = ("warning", "warn", "info", "information", "hint")


@dataclass(frozen=True, slots=True)
class Checked:
    """One document of a package: its level or volet, and each error as (step, text)."""

    profile: str
    errors: tuple[tuple[str, str], ...]


class Agency:
    """Checks packages, one after the other, with rules that are compiled once."""

    def __init__(self, tool: ModuleType, processor: PySaxonProcessor, folder: Path) -> None:
        """Keep the tool, its rules, and a folder for the package at hand."""
        self._tool = tool
        self._rules = tool.Rules(processor)
        self._file = folder / "package.zip"

    def check(self, package: bytes) -> list[Checked]:
        """Return what the rules say of each CDA in an XDM zip."""
        self._file.write_bytes(package)
        results = self._tool.check_file(self._file, self._rules, "auto")
        return [_checked(one) for one in results if "xsd" in one["errors"] or not one["ok"]]


def _checked(result: dict[str, Any]) -> Checked:
    volets = [step for step in result["errors"] if "_" in step]
    found = [(one["step"], one["text"]) for one in result["findings"] if one["role"] not in MINOR]
    return Checked(volets[0] if volets else "letter", tuple(found))


@contextmanager
def agency(folder: Path) -> Iterator[Agency]:
    """Lend the agency's rules; the caller has seen that CHECK is there."""
    loader = SourceFileLoader("check_cda", str(CHECK))
    spec = spec_from_loader(loader.name, loader)
    if spec is None:
        raise ImportError(CHECK.name)
    tool = module_from_spec(spec)
    loader.exec_module(tool)
    with PySaxonProcessor(license=False) as processor:
        yield Agency(tool, processor, folder)
