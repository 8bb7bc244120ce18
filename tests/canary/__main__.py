"""Send marked mails every way there is, then look for them in all that was written elsewhere: make canary."""

import argparse
import sys
import time
from typing import TextIO

from tests.canary import marking

marking.mark()  # before anything else imports the mails of other tests

from tests.canary import demo, paths, planting  # noqa: E402 - same
from tests.canary.detector import needles  # noqa: E402 - same
from tests.canary.haul import Haul, Place  # noqa: E402 - same
from tests.canary.stage import opened  # noqa: E402 - same

SHOWN = 40


def told(haul: Haul, where: str, out: TextIO) -> int:
    """Print what was searched in each place, and each hit; return how many there are."""
    leaks = list(haul.leaks())
    out.write(f"\n{where}: {len(haul.paths):,} paths, {len(needles()):,} ways of writing looked for\n\n")
    out.write(f"{'place':<52}{'things':>10}{'bytes':>14}{'hits':>6}\n")
    for place in Place:
        hits = sum(leak.place is place for leak in leaks)
        out.write(f"{place.value:<52}{len(haul.found[place]):>10,}{haul.size(place):>14,}{hits:>6}\n")
    out.writelines(
        f"HIT {leak.place.value}: {leak.name}: {leak.hit.how}: {leak.hit.around!r}\n" for leak in leaks[:SHOWN]
    )
    return len(leaks)


def main() -> int:
    """Print paths, places, bytes and hits; fail where there is one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", type=int, default=1, help="of what is many, take one in so many")
    parser.add_argument("--without-demo", action="store_true")
    parser.add_argument("--plant", action="store_true", help="leak in every place instead: each must be found")
    parser.add_argument("--verbose", action="store_true", help="say which path begins")
    given = parser.parse_args()
    began, out = time.monotonic(), sys.stdout
    with opened() as stage:
        for path in planting.everything(stage) if given.plant else paths.everything(stage, given.part):
            stage.begin(path)
            print(f"{time.monotonic() - began:7.1f} s  {path}", file=sys.__stderr__) if given.verbose else None
    hits = told(stage.haul, "functions on moto", out)
    if not given.without_demo and not given.plant:
        hits += told(demo.haul(), "the demonstration, in the emulator", out)
    out.write(f"\n{hits} hits, in {time.monotonic() - began:.0f} s\n")
    return min(hits, 1)


if __name__ == "__main__":
    sys.exit(main())
