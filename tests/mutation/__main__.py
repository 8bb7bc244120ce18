"""How many small wrongs do the tests see? make mutate MUTANTS=300 SEED=1 ONLY=hprim

1. The tests of documents and networks run once, and coverage remembers which test ran which line.
2. A sample of all mutants is drawn by the seed.
3. For each, tests that ran its line run until one fails: seen. First those named like the module and some of every
   file, then every test once, by one of its parameters. A line that no test runs is not seen.
"""

import argparse
import json
import os
import random
import re
import resource
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from coverage import CoverageData

from tests.mutation.mutants import Mutant, every

ROOT = Path(__file__).resolve().parents[2]
ROOM = ROOT / "shared/passerelle/core/documents"
TESTS = ("tests/core/documents", "tests/core/networks", "tests/validation")
NEAREST = 60  # tests for one mutant: those of the file named like the module first
FARTHER = 200  # then as many of the others, the same share of every file
MOST_SECONDS = 300  # of CPU for one mutant: a loop without end is seen
_PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider")

Covering = Mapping[Path, Mapping[int, Sequence[str]]]


def covering(folder: Path) -> Covering:
    """Return the tests that ran each line of each module, without those that fail by themselves; measured once."""
    data, failing = folder / "coverage", folder / "failing"
    if not failing.exists():
        measure = ("-rfE", "--cov=passerelle.core.documents", "--cov-context=test", "--cov-report=", *TESTS)
        environment = os.environ | {"COVERAGE_FILE": str(data)}
        done = subprocess.run([*_PYTEST, *measure], cwd=ROOT, env=environment, check=False, capture_output=True)
        names = re.findall(r"^(?:FAILED|ERROR) (\S+::.*?)(?: - .*)?$", done.stdout.decode(), re.MULTILINE)
        failing.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
    bad = set(failing.read_text("utf-8").splitlines())
    found = CoverageData(str(data))
    found.read()
    return {Path(file): _good(found.contexts_by_lineno(file), bad) for file in found.measured_files()}


def _good(lines: Mapping[int, Sequence[str]], bad: set[str]) -> dict[int, list[str]]:
    return {line: [name for name in names if name.rpartition("|")[0] not in bad] for line, names in lines.items()}


def tests_of(mutant: Mutant, ran: Covering) -> list[list[str]]:
    """Return the tests to run for a mutant, in the rounds in which they run."""
    contexts = ran.get(mutant.path, {}).get(mutant.line, ())
    names = sorted({context.rpartition("|")[0] for context in contexts} - {""})
    stem = mutant.path.stem if mutant.path.stem not in {"reading", "writing", "__init__"} else mutant.path.parent.name
    names.sort(key=lambda name: stem not in name.partition("::")[0])
    if not names and "" in contexts:  # it runs at import: the tests named like the module or its folder, then all
        words = {mutant.path.stem, *mutant.path.parent.relative_to(ROOM).parts}
        files = [str(file.relative_to(ROOT)) for file in sorted((ROOT / TESTS[0]).glob("test_*.py"))]
        return [[file for file in files if any(word in file for word in words)] + list(TESTS)]
    others = names[NEAREST:]
    first = names[:NEAREST] + others[:: max(1, -(-len(others) // FARTHER))]
    once = {name.partition("[")[0]: name for name in reversed(others)}
    return [tests for tests in (first, sorted(set(once.values()) - set(first))) if tests]


def survives(mutant: Mutant, ran: Covering) -> bool:
    """Tell whether no test sees the wrong."""
    name = ".".join(mutant.path.relative_to(ROOT / "shared").with_suffix("").parts).removesuffix(".__init__")
    planted = json.dumps({"module": name, "path": str(mutant.path), "source": mutant.source()})
    return all(_passes(tests, planted) for tests in tests_of(mutant, ran))


def _passes(tests: Sequence[str], planted: str) -> bool:
    code = _run(tests, planted)
    if code in {pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED}:  # a test that no longer has this name
        code = _run(sorted({test.partition("::")[0] for test in tests}), planted)
    return code == pytest.ExitCode.OK


def _run(tests: Sequence[str], planted: str) -> int:
    """Run tests until one fails, with a wrong planted."""
    limit = partial(resource.setrlimit, resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    done = subprocess.run(
        [*_PYTEST, "-x", "-p", "tests.mutation.planted", *tests],
        cwd=ROOT,
        env=os.environ | {"MUTANT": planted, "PYTHONPATH": f"{ROOT}:{ROOT / 'shared'}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=limit,
        check=False,
    )
    return done.returncode


def main() -> int:
    """Print each survivor, then the score of each module."""
    options = argparse.ArgumentParser(prog="make mutate")
    options.add_argument("--mutants", type=int, default=300)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--jobs", type=int, default=1)
    options.add_argument("--only", default="", help="modules whose path holds this word")
    options.add_argument("--data", type=Path, default=ROOT / ".mutation")
    asked = options.parse_args()
    asked.data.mkdir(exist_ok=True)
    ran = covering(asked.data.resolve())
    known = [
        one for path in sorted(ROOM.rglob("*.py")) if asked.only in str(path.relative_to(ROOM)) for one in every(path)
    ]
    chance = random.Random(asked.seed)  # noqa: S311 - the same sample for the same seed
    sample = chance.sample(known, min(asked.mutants, len(known)))
    seen: defaultdict[str, list[bool]] = defaultdict(list)
    with ThreadPoolExecutor(asked.jobs) as pool:
        judged = zip(sample, pool.map(partial(survives, ran=ran), sample), strict=True)
        for number, (one, survived) in enumerate(judged, 1):
            module = str(one.path.relative_to(ROOM))
            seen[module].append(not survived)
            if survived:
                untested = "" if tests_of(one, ran) else " (no test runs it)"
                print(f"{number:4} SURVIVES {module}:{one.line} {one.kind}{untested}", flush=True)  # noqa: T201 - for people
    for module, verdicts in sorted(seen.items()):
        print(f"{module:34}{sum(verdicts):5} of {len(verdicts):4}")  # noqa: T201 - for people
    total = [verdict for verdicts in seen.values() for verdict in verdicts]
    print(f"{'all':34}{sum(total):5} of {len(total):4}: {sum(total) / len(total):.1%}")  # noqa: T201 - for people
    return 0


if __name__ == "__main__":
    sys.exit(main())
