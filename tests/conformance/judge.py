"""One run of schemathesis against the served API, under a token of some roles."""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from passerelle.steps.audit.ports import Role
from tests.conformance import known
from tests.conformance.serving import Stage, served

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parents[1]


class Verdict(NamedTuple):
    """What schemathesis returned and said, and how often each route gave each status."""

    code: int
    told: str
    answered: Counter[tuple[str, int]]


def judge(roles: Iterable[Role], examples: int) -> Verdict:
    """Ask every route in every way that its document allows, and in ways that it does not."""
    stage = Stage()
    environment = os.environ | {
        "PASSERELLE_ROLE": "+".join(role.value for role in roles),
        known.KNOWN: " ".join(stage.known),
        "SCHEMATHESIS_HOOKS": known.__name__,
        "PYTHONPATH": f"{_ROOT}{os.pathsep}{_ROOT / 'shared'}",
    }
    with served(stage) as base, tempfile.TemporaryDirectory() as folder:
        command = ["--config-file", str(_HERE / "schemathesis.toml"), "run", f"{base}/openapi.json"]
        command += ["--max-examples", str(examples), "--no-color"]
        program = [sys.executable, "-m", "schemathesis.cli", *command]
        done = subprocess.run(program, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return Verdict(done.returncode, done.stdout + done.stderr, stage.answered)
