"""What was measured, as a table and as a picture."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from statistics import median, quantiles

from passerelle.steps.audit import LEAF, LOOKS
from tests.curve.meter import Meter

DOCS = Path(__file__).resolve().parents[2] / "docs"
KEPT = DOCS.parent / ".build" / "curve.json"
FLAT = 2.0
"""Times the same at 10⁴ events, at most."""

BOUNDED = frozenset({"by day and rare reason"})
"""What is looked for among the others, in a bounded number of leaves."""

MOST_UNITS = LOOKS * -(-LEAF * 1024 // 4096) / 2
"""Read units of such a page at most, at 1 KB for a state."""

_DRAWN = re.compile(r"(?<=<!-- measured by make curve -->\n).*?(?=<!-- end of what is measured -->)", re.DOTALL)
_POWERS = {10**4: "10⁴", 10**5: "10⁵", 10**6: "10⁶", 10**7: "10⁷"}
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 760, 330, 60, 290, 20
_COLOURS = ("#3b6ea5", "#8e3fa0", "#3f7d3f", "#b3541e", "#6b6b6b", "#9a7b00")


@dataclass
class Measured:
    """The pages of one question: how long each took, and what it consumed."""

    name: str
    times: list[float] = field(default_factory=list)
    reads: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)

    def time(self, meter: Meter, work: Callable[[], object]) -> object:
        """Do some work, and keep what it took."""
        meter.reset()
        began = meter.spent()
        done = work()
        self.times.append(meter.spent() - began)
        self.reads.append(meter.read)
        self.writes.append(meter.written)
        return done

    @property
    def p50(self) -> float:
        """Return the time that half of the pages took at most."""
        return median(self.times)

    @property
    def p99(self) -> float:
        """Return the time that 99 of 100 pages took at most."""
        return _part(self.times, 99)


Curve = dict[int, list[Measured]]


def table(curve: Curve) -> str:
    """Return the table, in Markdown: times as ratios to the first scale, and read units of a page."""
    sizes = list(curve)
    heads = [f"p50, p99 at {_POWERS[size]}" for size in sizes[1:]] + [f"units at {_POWERS[size]}" for size in sizes]
    lines = ["| page of 50 | " + " | ".join([*heads, "beyond"]) + " |", "|---" * (len(heads) + 2) + "|"]
    for place, first in enumerate(curve[sizes[0]]):
        later = [curve[size][place] for size in sizes[1:]]
        ratios = [f"{one.p50 / first.p50:.2f}, {one.p99 / first.p99:.2f}" for one in later]
        units = [f"{max(one.reads):g}" for one in (first, *later)]
        beyond = f"≤ {MOST_UNITS:g}" if first.name in BOUNDED else units[-1]
        lines.append(f"| {first.name} | " + " | ".join([*ratios, *units, beyond]) + " |")
    pooled = together(curve)
    said = ", ".join(f"{pooled[size] / pooled[sizes[0]]:.2f} at {_POWERS[size]}" for size in sizes[1:])
    return "\n".join(lines) + f"\n\np99 of all flat pages together, as a ratio to 10⁴: {said}.\n"


def together(curve: Curve) -> dict[int, float]:
    """Return p99 of the pages of all flat questions, each page told in medians of its question at 10⁴."""
    first = curve[min(curve)]
    flat = [place for place, one in enumerate(first) if one.name not in BOUNDED]
    return {
        size: _part([one / first[place].p50 for place in flat for one in found[place].times], 99)
        for size, found in curve.items()
    }


def failing(curve: Curve) -> int:
    """Return how many pages are not flat by their median, and one more where all together are not by p99."""
    pairs = zip(curve[min(curve)], curve[max(curve)], strict=True)
    grown = sum(later.p50 / before.p50 > FLAT for before, later in pairs if before.name not in BOUNDED)
    pooled = together(curve)
    return grown + (pooled[max(curve)] / pooled[min(curve)] > FLAT)


def _part(times: list[float], hundredths: int) -> float:
    return quantiles(times, n=100, method="inclusive")[hundredths - 1]


def keep(curve: Curve) -> None:
    """Keep what was measured beside what was built."""
    kept = {size: [asdict(one) for one in found] for size, found in curve.items()}
    KEPT.write_text(json.dumps(kept), "utf-8")


def kept() -> Curve:
    """Return what was measured last."""
    found = json.loads(KEPT.read_text("utf-8"))
    return {int(size): [Measured(**one) for one in measured] for size, measured in found.items()}


def write(curve: Curve, day: date) -> None:
    """Write table and picture into docs/."""
    page = DOCS / "audit.md"
    drawn = f"Measured on {day.isoformat()}, {len(curve[min(curve)][0].times)} pages of each.\n\n{table(curve)}\n"
    page.write_text(_DRAWN.sub(lambda _: drawn, page.read_text("utf-8")), "utf-8")
    (DOCS / "pictures" / "curve.svg").write_text(picture(curve), "utf-8")


def picture(curve: Curve) -> str:
    """Return p99 as ratios to the first scale, as lines (SVG)."""
    sizes = list(curve)
    shown = [place for place, one in enumerate(curve[sizes[0]]) if one.name in SHOWN]
    lines = []
    for number, place in enumerate(shown):
        first, colour = curve[sizes[0]][place], _COLOURS[number]
        points = ((_x(sizes, size), _y(curve[size][place].p99 / first.p99)) for size in sizes)
        path = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
        lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        lines.append(f'<text x="{_LEFT + 480}" y="{_TOP + 30 + 24 * number}" fill="{colour}">{first.name}</text>')
    axes = [f'<text x="{_x(sizes, size) - 10:.0f}" y="{_BOTTOM + 20}">{_POWERS[size]}</text>' for size in sizes]
    for ratio in range(4):
        y = _y(ratio)
        axes.append(f'<line x1="{_LEFT}" x2="{_LEFT + 450}" y1="{y:.0f}" y2="{y:.0f}" stroke="#ddd"/>')
        axes.append(f'<text x="{_LEFT - 34}" y="{y + 4:.0f}">× {ratio}</text>')
    space = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    title = "<title>p99 of a page of fifty, as a ratio to the same page at ten thousand events</title>"
    ground = f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>'
    head = f'<svg {space} font-family="sans-serif" font-size="13">'
    return "\n".join([head, title, ground, *axes, *lines, "</svg>"]) + "\n"


SHOWN = frozenset(
    {"by sender", "by patient", "by day", "by day and state", "by partner", "fifty states, by their keys"}
)


def _x(sizes: list[int], size: int) -> float:
    return _LEFT + 20 + 410 * sizes.index(size) / max(len(sizes) - 1, 1)


def _y(ratio: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * min(ratio, 3) / 3
