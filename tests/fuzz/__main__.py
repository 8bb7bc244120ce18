"""Fuzz every parser for so many seconds of CPU each, and print a table: make fuzz SECONDS=600 JOBS=2 ONLY=hprim,cda."""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tests.fuzz.registry import targets

_EDGES = re.compile(rb"cov: (\d+)")
_HEAD = f"{'parser':18}{'CPU s':>7}{'executions':>12}{'edges':>8}{'corpus':>8}{'slowest':>24}  crashes"


@dataclass(frozen=True)
class Row:
    """What became of one parser."""

    text: str
    clean: bool


def fuzzed(name: str, home: Path, seconds: float) -> Row:
    """Run one parser in a process of its own, and return its row of the table."""
    place = home / name
    place.mkdir(parents=True, exist_ok=True)
    for old in (*place.glob("crash-*"), *place.glob("died-*"), place / "result.json"):
        old.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.guided", name, str(place), str(seconds)]
    with (place / "log").open("wb") as log:
        done = subprocess.run(command, stdout=log, stderr=log, check=False)
    edges = _EDGES.findall((place / "log").read_bytes())
    said = place / "result.json"
    if done.returncode or not said.exists():
        return Row(f"{name:18} DIED ({done.returncode}): see {place / 'log'}", clean=False)
    found = json.loads(said.read_text(encoding="utf-8"))
    slowest = f"{found['slowest'] * 1000:,.0f} ms ({found['slowest_bytes']:,} B)"
    corpus = sum(1 for _ in (place / "corpus").iterdir())
    return Row(
        f"{name:18}{found['seconds']:7}{found['executions']:12,}{int(edges[-1]) if edges else 0:8,}{corpus:8,}"
        f"{slowest:>24}  {'; '.join(found['crashes']) or 'none'}",
        clean=not found["crashes"],
    )


def shown(rows: Iterable[Row], table: Path) -> bool:
    """Print rows as they come, and into a file; return whether all are clean."""
    clean = True
    with table.open("w", encoding="utf-8") as file:
        for row in chain([Row(_HEAD, clean=True)], rows):
            clean = clean and row.clean
            for output in (sys.stdout, file):
                print(row.text, file=output, flush=True)
    return clean


def main() -> int:
    """Fuzz what was asked for; return 1 where a parser crashed."""
    known = [target.name for target in targets()]
    options = argparse.ArgumentParser(prog="make fuzz")
    options.add_argument("--seconds", type=float, default=600)
    options.add_argument("--jobs", type=int, default=1)
    options.add_argument("--only", default="", help=", ".join(known))
    options.add_argument("--home", type=Path, default=Path(".fuzz"))
    asked = options.parse_args()
    names = [name for name in asked.only.split(",") if name] or known
    if unknown := set(names) - set(known):
        options.error(f"no such parser: {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    asked.home.mkdir(exist_ok=True)
    with ThreadPoolExecutor(asked.jobs) as pool:
        rows = pool.map(lambda name: fuzzed(name, asked.home, asked.seconds), names)
        return 0 if shown(rows, asked.home / "table.txt") else 1


if __name__ == "__main__":
    sys.exit(main())
