"""The attack corpus: every case names its published class, makes its own bytes, and states its verdict.

A case module of this folder has a tuple ATTACKS; a new file is found by itself. A verdict is what the ledger says of
the delivery: its state and reason ("REFUSED mail.nul"), or "READY" where the mail crosses unharmed, that is, where
nothing of `banned` stands in any byte that goes out, decoded, and every code of `losses` is in the receipt.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Door(Enum):
    """Where an attack comes in; the other network is where it would go."""

    MSSANTE = "mssante"  # the bytes are a mail of the hospital: its channel is its lock
    APICRYPT = "apicrypt"  # the bytes are a mail of the doctor, S/MIME and all
    LIST = "list"  # the bytes are published as MSSanté's white list
    SIGNED = "signed"  # the bytes are a mail that the doctor signs and envelops, headers above


@dataclass(frozen=True)
class Attack:
    """One attack."""

    name: str
    source: str  # the published class: a CVE, a paper, a rule of an RFC
    door: Door
    build: Callable[[], bytes]
    verdict: str
    banned: tuple[bytes, ...] = ()
    losses: tuple[str, ...] = ()


def corpus() -> tuple[Attack, ...]:
    """Return the attacks of every case module, by module and name."""
    names = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    cases = [
        name
        for name in names
        if not name.startswith(("test_", "__")) and name not in {"registry", "bridge", "weights", "heavy"}
    ]
    modules = [importlib.import_module(f"tests.attacks.{name}") for name in cases]
    return tuple(attack for module in modules for attack in getattr(module, "ATTACKS", ()))
