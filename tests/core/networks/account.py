"""The account of a round trip: every word and every measure, before and after, each difference explained or told."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.core.networks import allowed, told
from tests.core.networks.excuses import Pair
from tests.core.networks.told import Line


@dataclass(frozen=True, slots=True)
class Words:
    """The lines of a text before and after, and what else may have been put into it."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    known: tuple[str, ...] = ()  # of the header, of the results, of who sends: said elsewhere, now in the text


@dataclass(slots=True)
class Account:
    """What was compared over many trips, which rules were needed, and what nothing explains."""

    documents: int = 0
    measures: int = 0
    words: int = 0
    used: Counter[str] = field(default_factory=Counter)
    losses: Counter[str] = field(default_factory=Counter)
    defects: list[str] = field(default_factory=list)

    def text(self, words: Words, losses: frozenset[str]) -> None:
        """Compare the words: none may be missing, none may be invented."""
        before, after = told.tokens(words.before), told.tokens(words.after)
        self.words += before.total()
        for token, number in (before - after).items():
            rule = next((rule for rule in allowed.MISSING if rule.explains(token, after, losses)), None)
            self._enter(rule.name if rule else "", f"{number} × « {token} » is missing")
        own = told.tokens((*words.known, *words.before, *allowed.PHRASES))
        for token in after.keys() - own.keys():
            rule = next((rule for rule in allowed.ADDED if rule.explains(token, own, losses)), None)
            self._enter(rule.name if rule else "", f"« {token} » is invented")

    def results(
        self, before: Iterable[Line], after: Iterable[Line], text: Iterable[str], losses: frozenset[str]
    ) -> None:
        """Compare the measures, label by label in their order."""
        said = f" {' '.join(told.tokens(text))} "
        old, new = _by_label(before), _by_label(after)
        for label in old.keys() | new.keys():
            if len(old.get(label, ())) != len(new.get(label, ())):
                self.defects.append(f"{label}: {old.get(label)} became {new.get(label)}")
                continue
            for one, other in _paired(old[label], new[label]):
                self.measures += 1
                used, unexplained = allowed.explain(Pair(one, other, said, losses))
                self.used.update(used)
                self.defects += [f"{label}: {what}" for what in unexplained]

    def field(self, name: str, before: str, after: str, *, rule: str = "") -> None:
        """Compare one trait of a header, spelling and case aside; or name the rule that lets it differ."""
        if told.fitted(before).casefold() != told.fitted(after).casefold():
            self._enter(rule, f"{name}: {before!r} → {after!r}")

    def day(self, name: str, before: str, after: str) -> None:
        """Compare a day, whichever way it is written."""
        if told.day(before) != told.day(after):
            self._enter("", f"{name}: {before!r} → {after!r}")

    def _enter(self, rule: str, defect: str) -> None:
        if rule:
            self.used[rule] += 1
        else:
            self.defects.append(defect)


def _paired(old: list[Line], new: list[Line]) -> Iterator[tuple[Line, Line]]:
    """Pair the measures of one label: those of the same value first, the rest in their order.

    A result of no chapter stands apart from those of a chapter, so that the order of two isolates may change.
    """
    left = list(new)
    rest = []
    for one in old:
        same = next((other for other in left if (one.value, one.unit) == (other.value, other.unit)), None)
        if same is None:
            rest.append(one)
        else:
            left.remove(same)
            yield one, same
    yield from zip(rest, left, strict=True)


def _by_label(lines: Iterable[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(told.fitted(line.label).casefold(), []).append(line)
    return found
