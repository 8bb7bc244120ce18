"""What is fuzzed: every parser of bytes from strangers, as a call that only a typed error may leave.

A module of this folder that has a tuple TARGETS is found by itself. `make fuzz` runs them guided by coverage;
`test_targets.py` runs a few seeds and mutations of each, every day.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from passerelle.core.errors import PasserelleError


@dataclass(frozen=True)
class Target:
    """One parser: the call, how to make good inputs, words of its format, and the longest input tried."""

    name: str
    run: Callable[[bytes], object]
    seeds: Callable[[], tuple[bytes, ...]]
    words: tuple[bytes, ...] = ()
    longest: int = 8_192
    expected: tuple[type[Exception], ...] = (PasserelleError,)

    def attempt(self, content: bytes) -> None:
        """Run the parser; what comes out is anything but a typed refusal."""
        try:
            self.run(content)
        except self.expected:
            return


def targets() -> tuple[Target, ...]:
    """Return the targets of every module, in the order of their modules."""
    names = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    cases = [name for name in names if not name.startswith(("test_", "__")) and name not in {"registry", "guided"}]
    modules = [importlib.import_module(f"tests.fuzz.{name}") for name in cases]
    return tuple(target for module in modules for target in getattr(module, "TARGETS", ()))
