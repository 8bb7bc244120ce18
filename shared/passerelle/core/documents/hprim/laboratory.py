"""The LAB section, read: TEX lines for people, RES lines for programs, chapters out of the one for the other."""

import re
from dataclasses import dataclass

from passerelle.core.documents.hprim import chapters, charset, layout, results
from passerelle.core.errors import MalformedError
from passerelle.core.message import Loss, Result

MOST_RESULTS = 2_000  # in one message
_TEX = re.compile(r"TEX\s*(?:\||$)", re.IGNORECASE)
_RES = re.compile(r"RES\s*\|", re.IGNORECASE)


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
    text: list[str] = []
    found: list[tuple[Result, int]] = []
    losses: list[Loss] = []
    for number, line in enumerate(typed, 1):
        result = results.read(line) if said[number - 1] else None
        if result is None:
            text += charset.lines(_TEX.sub("", line))
        elif not results.empty(result):
            _add(found, result, len(text))
        if said[number - 1] and (result is None or results.empty(result)):
            losses.append(_odd(result, f"{where}, LAB line {number}"))
    return Section(tuple(text), _titled(found, text, plain), tuple(losses))


def begins(lines: tuple[str, ...]) -> int | None:
    """Return where results stand in a text without ****LAB****: at the first TEX| or RES| line, if one has a result."""
    typed = [number for number, line in enumerate(lines) if _typed(line.lstrip())]
    return typed[0] if any(_RES.match(lines[number].lstrip()) for number in typed) else None


def _typed(line: str) -> bool:
    return bool(_RES.match(line)) or line.upper().startswith("TEX|")


def _add(found: list[tuple[Result, int]], result: Result, before: int) -> None:
    """Add a result with the number of lines before it, or join it to the one above as its second unit."""
    joined = results.joined(found[-1][0], result) if found else None
    if joined is None:
        found.append((result, before))
    else:
        found[-1] = (joined, found[-1][1])


def _titled(found: list[tuple[Result, int]], text: list[str], plain: tuple[str, ...]) -> tuple[Result, ...]:
    """Return the results with their chapters, from the TEX lines or, where there is none, from the text."""
    if any(line.strip() for line in text):
        return chapters.read(text, found)
    return chapters.read(plain, [(result, len(plain)) for result, _ in found])


def _odd(result: Result | None, where: str) -> Loss:
    if result is None:
        return Loss("hprim.result-fields", where, "The line has more than 14 fields.", "It is carried as text.")
    return Loss("hprim.result-empty", where, "The line has no label and no value.", "Nothing.")
