"""What the fields of a result say against each other: flag and normals, one unit and the other; nothing is corrected.

Both are carried as they came, with a remark: which of the two is wrong, only the laboratory knows.
"""

from dataclasses import dataclass
from decimal import Decimal

from passerelle.core.documents import biology
from passerelle.core.message import Measure, Result

_MARGIN = Decimal("0.02")  # of a bound: what is printed was rounded after it was judged
_EVERYWHERE = frozenset("LNH")


def found(result: Result) -> tuple[str, ...]:
    """Return what is to be remarked on a result."""
    remarks = []
    if result.flag and result.flag[0] not in _sides(result.measure):
        remarks.append(f"L'anormalité transmise ({result.flag}) ne s'accorde pas avec les valeurs normales.")
    if result.second and _differ(result.measure, result.second):
        remarks.append("Les deux unités ne disent pas la même chose.")
    return tuple(remarks)


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
