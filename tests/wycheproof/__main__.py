"""Run Wycheproof's vectors through core/cms: make wycheproof VECTORS=FOLDER.

FOLDER is `testvectors_v1` of https://github.com/C2SP/wycheproof (Apache-2.0), which is cited here and not copied.
"""

import sys
from collections import Counter
from pathlib import Path

from tests.wycheproof.judge import PURPOSE, files, judge


def main(folder: Path) -> int:
    """Print a line for each file; return 1 for a deviation, 2 without vectors."""
    found = files(folder)
    if not found:
        sys.stderr.write("No vectors there: clone https://github.com/C2SP/wycheproof, VECTORS=…/testvectors_v1\n")
        return 2
    total, agreed, deviations, purpose = 0, 0, 0, Counter[str]()
    for path, vector in found:
        tally = judge(path, vector)
        if tally is None:
            continue
        count = tally.agreed + tally.purpose.total() + len(tally.deviations)
        total, agreed, deviations = total + count, agreed + tally.agreed, deviations + len(tally.deviations)
        purpose += tally.purpose
        refused = ", ".join(f"{code} {number}" for code, number in tally.purpose.most_common())
        print(f"{'BAD' if tally.deviations else 'ok '} {tally.name:42} {tally.agreed:4} of {count:4} {refused}")  # noqa: T201 - for people
        for deviation in tally.deviations:
            print(f"      {deviation}")  # noqa: T201 - for people
    print(f"\n{agreed} of {total} vectors agree, {purpose.total()} are refused on purpose, {deviations} deviate:")  # noqa: T201 - for people
    for code, number in purpose.most_common():
        print(f"  {number:5} {code:18} {PURPOSE[code]}")  # noqa: T201 - for people
    return int(deviations > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "")))
