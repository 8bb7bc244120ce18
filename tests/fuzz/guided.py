"""One parser under atheris, until it has used so many seconds of CPU: started by `tests.fuzz.__main__`.

A crash is kept with its trace and does not end the run; the same crash (type and place) is kept once.
"""

import hashlib
import json
import os
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time

import atheris

with atheris.instrument_imports(include=["passerelle", "pypdf"]):
    from tests.fuzz.registry import Target, targets

    TARGETS = {target.name: target for target in targets()}

SLOW = 5.0  # seconds of CPU for one input: a finding
HANG = 120  # seconds of the clock: libFuzzer ends the run
MOST_MEMORY = 2_048  # MB of the process


@dataclass
class Watch:
    """Counts and times what one parser does, and keeps what it must not do."""

    target: Target
    home: Path
    seconds: float
    begun: float = field(default_factory=process_time)
    executions: int = 0
    slowest: float = 0.0
    slowest_bytes: int = 0
    crashes: set[str] = field(default_factory=set)

    def once(self, content: bytes) -> None:
        """Try one input; end the process when its time is used up."""
        before = process_time()
        try:
            self.target.attempt(content)
        except Exception as error:  # noqa: BLE001 - whatever comes out is what is looked for
            place = traceback.extract_tb(error.__traceback__)[-1]
            self.keep(f"{type(error).__name__} {Path(place.filename).name}:{place.lineno}", content)
        now = process_time()
        self.executions += 1
        if now - before > self.slowest:
            self.slowest, self.slowest_bytes = now - before, len(content)
            (self.home / "slowest").write_bytes(content)
        if now - before > SLOW:
            self.keep("slow", content)
        if now - self.begun > self.seconds:
            self.report()
            os._exit(0)  # libFuzzer knows no time of CPU, and would call an exception a crash

    def keep(self, name: str, content: bytes) -> None:
        """Keep an input that crashed, once for each type and place, with its trace."""
        if name not in self.crashes:
            self.crashes.add(name)
            file = self.home / f"crash-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
            file.write_bytes(content)
            file.with_suffix(".txt").write_text(f"{name}\n\n{traceback.format_exc()}", encoding="utf-8")

    def report(self) -> None:
        """Write what the table needs."""
        found = {
            "seconds": round(process_time() - self.begun),
            "executions": self.executions,
            "slowest": self.slowest,
            "slowest_bytes": self.slowest_bytes,
            "crashes": sorted(self.crashes),
        }
        (self.home / "result.json").write_text(json.dumps(found), encoding="utf-8")


def main() -> None:
    """Fuzz the parser of that name: its corpus, and what is found, stay in its folder."""
    target, home = TARGETS[sys.argv[1]], Path(sys.argv[2])
    corpus, seeds = home / "corpus", home / "seeds"
    for folder in (corpus, seeds):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (seeds / str(number)).write_bytes(seed)
    escaped = ("".join(f"\\x{byte:02x}" for byte in word) for word in target.words)
    (home / "words").write_text("".join(f'"{word}"\n' for word in escaped), encoding="ascii")
    flags = [
        f"-max_len={target.longest}",
        f"-timeout={HANG}",
        f"-rss_limit_mb={MOST_MEMORY}",
        *([f"-dict={home / 'words'}"] if target.words else []),  # an empty one ends libFuzzer
        f"-artifact_prefix={home}/died-",
        f"-seed={int(os.environ.get('FUZZ_SEED', '1'))}",
    ]
    watch = Watch(target, home, float(sys.argv[3]))
    atheris.Setup([sys.argv[0], str(corpus), str(seeds), *flags], watch.once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
