"""Print the matrix of CMS messages: make matrix."""

import sys
import tempfile
from pathlib import Path

from tests.matrix.kinds import OPENED, Desk
from tests.matrix.table import KINDS


def main() -> int:
    """Print a line for each kind of message; return how many did not come out as they must."""
    wrong = opened = 0
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        for number, kind in enumerate(KINDS, 1):
            found = kind.run(desk)
            wrong += found != kind.expected
            opened += found == OPENED
            mark = "ok " if found == kind.expected else "BAD"
            print(f"{mark} {number:3} {kind.maker + ' → ' + kind.opener:20} {kind.name:75} {found}")  # noqa: T201 - for people
    print(f"\n{len(KINDS)} kinds: {opened} opened, {len(KINDS) - opened} refused, {wrong} not as they must.")  # noqa: T201 - for people
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
