"""What a result says against itself: flag and normals, one unit and the other, its fields and its row of the text.

Nothing is corrected. Both are carried as they came, with a remark: which is wrong, only the laboratory knows.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from passerelle.core.documents import biology
from passerelle.core.message import Measure, Result

_MARGIN = Decimal("0.02")  # of a bound: what is printed was rounded after it was judged
_EVERYWHERE = frozenset("LNH")
_MOST_ROWS = 20  # of one label
_LONGEST_ROW = 200
_BEFORE = r"[\s.:_*]*"
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")
_TOLD = re.compile(rf"{_BEFORE}(?P<number>{_PLAIN.pattern})\s*\*?\s*(?P<unit>\D.*)?")


def found(result: Result) -> tuple[str, ...]:
    """Return what is to be remarked on the fields of a result."""
    remarks = []
    if result.flag and result.flag[0] not in _sides(result.measure):
        remarks.append(f"L'anormalité transmise ({result.flag}) ne s'accorde pas avec les valeurs normales.")
    if result.second and _differ(result.measure, result.second):
        remarks.append("Les deux unités ne disent pas la même chose.")
    return tuple(remarks)


class Rows:
    """The lines of a text, to be found by the label that they begin with."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._rows = sorted(_folded(line) for line in lines if len(line) <= _LONGEST_ROW)

    def found(self, result: Result) -> tuple[str, ...]:
        """Return what is to be remarked on a result beside its row."""
        return ("Le texte du compte rendu donne une autre valeur.",) if self._differ(result) else ()

    def _differ(self, result: Result) -> bool:
        """Tell whether lines have another number for this label, in the very unit of the result, and none has its own.

        A number with blanks in it, a limit or a sign is compared with nothing.
        """
        label, measure = _folded(result.label), result.measure
        if not label or not measure.unit or not _PLAIN.fullmatch(measure.value):
            return False
        said = Decimal(measure.value.replace(",", "."))
        told = list(self._numbers(label, _folded(measure.unit)))
        return bool(told) and not any(_equal(said, one) for one in told)

    def _numbers(self, label: str, unit: str) -> Iterator[Decimal]:
        its = re.compile(r"\s*".join(map(re.escape, "".join(unit.split()))) + r"(?![\w/*^])")
        start = bisect_left(self._rows, label)
        for row in self._rows[start : start + _MOST_ROWS]:
            rest = _TOLD.match(row, len(label)) if row.startswith(label) else None
            if rest and its.match(rest["unit"] or ""):
                yield Decimal(rest["number"].replace(",", "."))


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _equal(one: Decimal, other: Decimal) -> bool:
    """Tell whether two numbers are the same, one of them perhaps rounded."""
    coarser = max(one, other, key=lambda number: int(number.as_tuple().exponent))
    return one.quantize(coarser) == other.quantize(coarser)


def _differ(one: Measure, other: Measure) -> bool:
    """Tell whether two units cannot be of one result; a percentage may be normal where its count is not."""
    if "%" in (one.unit, other.unit):
        return False
    return _sides(one).isdisjoint(_sides(other)) or _same_digits(one, other)


def _same_digits(one: Measure, other: Measure) -> bool:
    """Tell whether a mass and an amount of substance have the same number: no molecule weighs 1 or 1000 g/mol."""
    molar = ["mol" in measure.unit.casefold() for measure in (one, other)]
    first, second = biology.quantity(one.value), biology.quantity(other.value)
    return molar[0] != molar[1] and first is not None and first == second and first.number != 0


@dataclass(frozen=True, slots=True)
class _Span:
    """Between which numbers a value lies; None is without end."""

    least: Decimal | None
    most: Decimal | None

    def above(self, bound: Decimal | None) -> bool:
        """Tell whether it may lie above a bound."""
        return bound is None or self.most is None or self.most >= bound - abs(bound) * _MARGIN

    def below(self, bound: Decimal | None) -> bool:
        """Tell whether it may lie below a bound."""
        return bound is None or self.least is None or self.least <= bound + abs(bound) * _MARGIN


def _sides(measure: Measure) -> frozenset[str]:
    """Return where a value may lie: below (L), within (N) or above (H) the normals."""
    said = biology.quantity(measure.value)
    if said is None:
        return _EVERYWHERE
    span = _Span(
        None if said.limit.startswith("<") else said.number, None if said.limit.startswith(">") else said.number
    )
    low, high = (one.number if one else None for one in map(biology.quantity, (measure.low, measure.high)))
    may = {
        "L": span.below(low) and span.below(high),
        "N": span.above(low) and span.below(high),
        "H": span.above(high) and span.above(low),
    }
    return frozenset(side for side, possible in may.items() if possible)
