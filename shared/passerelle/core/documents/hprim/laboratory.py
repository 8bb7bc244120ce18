"""The LAB section, read: TEX lines for people, RES lines for programs, chapters out of the one for the other."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from passerelle.core.documents.hprim import chapters, charset, contradictions, layout, results
from passerelle.core.errors import MalformedError
from passerelle.core.message import Loss, Result

MOST_RESULTS = 2_000  # in one message
_TEX = re.compile(r"TEX\s*(?:\||$)", re.IGNORECASE)
_RES = re.compile(r"RES\s*\|", re.IGNORECASE)
_CONTRADICTION = ("Two fields of a result contradict each other.", "Both as they came, and a remark.")
_SAME_LABEL = ("Several results have one label under one title.", "The text says which is of what.")


@dataclass(frozen=True, slots=True)
class Section:
    """What is to be read by people, what by programs, what by neither."""

    text: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()
    losses: tuple[Loss, ...] = ()


def read(lines: tuple[str, ...], plain: tuple[str, ...], where: str) -> Section:
    """Return what the lines after ****LAB**** say; `plain` is the text before it, which shows results too."""
    typed = [line.lstrip() for line in lines if layout.marker(line) is None]
    said = [bool(_RES.match(line)) for line in typed]
    if sum(said) > MOST_RESULTS:
        raise MalformedError("hprim.results", f"An HPRIM message has at most {MOST_RESULTS} RES lines.")
    section = _Lines(where)
    for number, line in enumerate(typed, 1):
        section.take(number, line, result=said[number - 1])
    found = _titled(section.found, section.text, plain)
    judged, doubts = _judged(found, contradictions.Rows((*section.text, *plain)), where)
    return Section(tuple(section.text), judged, (*section.losses, *doubts))


@dataclass(slots=True)
class _Lines:
    """Follows the lines down a section."""

    where: str
    text: list[str] = field(default_factory=list)
    found: list[tuple[Result, int]] = field(default_factory=list)  # each with the number of lines before it
    losses: list[Loss] = field(default_factory=list)
    broken: bool = False  # a RES line was no result: « soit » after it is not of the one before

    def take(self, number: int, line: str, *, result: bool) -> None:
        """Add a line to the text, or what it says to the results."""
        said = results.read(line) if result else None
        apart = said is not None and self._apart(said)
        if said is None or apart:
            self.text += charset.lines(_TEX.sub("", line))
        elif not results.empty(said):
            self._add(said)
        if result:
            self.broken = said is None or apart or results.empty(said)
        if result and self.broken:
            self.losses.append(_odd(line, said, apart, f"{self.where}, LAB line {number}"))

    def _apart(self, result: Result) -> bool:
        """Tell whether « soit » is of another result than the one above: by its code, or for a line between them."""
        if not results.same(result) or not self.found:
            return False
        last, own = self.found[-1][0], set(result.codes)
        others = {code for one, _ in self.found[:-1] for code in one.codes} - set(last.codes)
        return self.broken or bool(own & others)

    def _add(self, result: Result) -> None:
        """Add a result, or join it to the one above as its second unit."""
        joined = results.joined(self.found[-1][0], result) if self.found else None
        if joined is None:
            self.found.append((result, len(self.text)))
        else:
            self.found[-1] = (joined, self.found[-1][1])


def begins(lines: tuple[str, ...]) -> int | None:
    """Return where results stand in a text without ****LAB****: at the first TEX| or RES| line, if one has a result."""
    typed = [number for number, line in enumerate(lines) if _typed(line.lstrip())]
    return typed[0] if any(_RES.match(lines[number].lstrip()) for number in typed) else None


def _typed(line: str) -> bool:
    return bool(_RES.match(line)) or line.upper().startswith("TEX|")


def _titled(found: list[tuple[Result, int]], text: list[str], plain: tuple[str, ...]) -> tuple[Result, ...]:
    """Return the results with their chapters, from the TEX lines or, where there is none, from the text."""
    if any(line.strip() for line in text):
        return chapters.read(text, found)
    return chapters.read(plain, [(result, len(plain)) for result, _ in found])


def _judged(found: tuple[Result, ...], rows: contradictions.Rows, where: str) -> tuple[tuple[Result, ...], list[Loss]]:
    """Return the results, with a remark on those that contradict themselves, and what is in doubt."""
    said = [(*contradictions.found(result), *rows.found(result)) for result in found]
    doubts = [Loss("hprim.contradiction", f"{where}, results", *_CONTRADICTION)] if any(said) else []
    named = Counter((result.label.casefold(), result.chapter) for result in found)
    if any(times > 1 for times in named.values()):
        doubts.append(Loss("hprim.same-label", f"{where}, results", *_SAME_LABEL))
    judged = (replace(one, remarks=one.remarks + more) for one, more in zip(found, said, strict=True))
    return tuple(judged), doubts


def _odd(line: str, result: Result | None, apart: bool, where: str) -> Loss:  # noqa: FBT001 - what `_apart` found
    if apart:
        why = "A line « soit » does not follow the result that it is of."
        return Loss("hprim.soit-apart", where, why, "It is carried as text.")
    if result is not None:
        return Loss("hprim.result-empty", where, "The line has no label and no value.", "Nothing.")
    if results.overlong(line):
        return Loss("hprim.result-fields", where, "The line has more than 14 fields.", "It is carried as text.")
    return Loss("hprim.result-shifted", where, "A separator stands too many or too few.", "It is carried as text.")
