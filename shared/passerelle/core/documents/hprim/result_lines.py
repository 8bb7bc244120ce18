"""The RES lines of the LAB section, written: always 14 fields, so 13 separators."""

import re
from collections.abc import Iterator

from passerelle.core.documents import biology
from passerelle.core.documents.hprim import chapters, results
from passerelle.core.documents.hprim.fields import Scribe
from passerelle.core.message import Document, Kind, Measure, Result, Status

_FLAGS = frozenset({"N", "L", "H", "LL", "HH"})
_LOINC = "2.16.840.1.113883.6.1"
_LONGEST = 200  # characters of a field
_LOOK_AHEAD = 200  # lines of text in which a result is sought
_GIGA = "10*9/L"
_ANNOTATION = re.compile(r"\{[^}]*\}")  # UCUM's {ratio} is no unit to read
_WORD_BREAK = re.compile(r"\W+")
_STATUSES = {Status.FINAL: "F", Status.UNVALIDATED: "R", Status.CORRECTED: "C"}


def section(document: Document, text: list[str], scribe: Scribe) -> list[str]:
    """Return the TEX and RES lines after ****LAB****: each result after the line of text that shows it."""
    after = _places(text, document.results, scribe)
    shown = {" ".join(line.split()) for line in text}
    isolates = _isolates(document.results)
    lines: list[str] = []
    current = ""
    for number, line in enumerate(text):
        shown_for = [isolates[one.chapter] for one in after.get(number, ()) if one.chapter in isolates]
        current = chapters.isolate(line) or current
        if shown_for and shown_for[0] != current:  # a reader would take it for the one above
            current = shown_for[0]
            lines.append(_tex(scribe.line(f"Isolat : {current}", "results")))
        lines += [_tex(line)]
        for result in after.get(number, ()):
            lines += [_res(result, document, scribe), *_remarks(result, shown, scribe)]
    return lines


def _isolates(found: tuple[Result, ...]) -> dict[str, str]:
    """Return the isolates by chapter, where results of one label stand under several: `ECBU : Escherichia coli`."""
    heads: dict[tuple[str, str], set[str]] = {}
    for result in found:
        head, _, name = result.chapter.rpartition(" : ")
        if head and name:
            heads.setdefault((head, result.label.casefold()), set()).add(result.chapter)
    several = (chapter for same in heads.values() if len(same) > 1 for chapter in same)
    return {chapter: chapter.rpartition(" : ")[2] for chapter in several}


def summary(found: tuple[Result, ...]) -> tuple[str, ...]:
    """Return results as text, for a document that has no other."""
    return tuple(_summary(found))


def loinc(found: tuple[Result, ...]) -> tuple[str, ...]:
    """Return, as text, the codes of LOINC for which a RES line has no room beside the laboratory's own."""
    told = (f"  {result.label} : {', '.join(codes)}" for result in found if (codes := _beside(result)))
    lines = tuple(dict.fromkeys(told))
    return ("", "Codes LOINC des analyses :", *lines) if lines else ()


def _beside(result: Result) -> list[str]:
    universal = [code.code for code in result.codes if code.system == _LOINC]
    return universal if len(universal) < len(result.codes) else universal[1:]


def _summary(found: tuple[Result, ...]) -> Iterator[str]:
    chapter = ""
    for result in found:
        if result.chapter and result.chapter != chapter:
            yield from ("", result.chapter)
        chapter = result.chapter
        measures = [result.measure, *([result.second] if result.second else [])]
        values = " soit ".join(f"{one.value} {one.unit or one.ucum or ''}".strip() + _range(one) for one in measures)
        yield f"{result.label} : {values}" + (f" {result.flag}" if result.flag in _FLAGS - {"N"} else "")


def _range(measure: Measure) -> str:
    return f" ({measure.low} - {measure.high})" if measure.low or measure.high else ""


def _tex(line: str) -> str:
    return f"TEX|{line.replace('|', '/')}" if line else "TEX"


def _places(text: list[str], found: tuple[Result, ...], scribe: Scribe) -> dict[int, list[Result]]:
    """Return which results stand after which line, in their order; one not found stands with the one before it."""
    folded = [_folded(line) for line in text]
    places: dict[int, list[Result]] = {}
    at = 0
    for result in found:
        label = scribe.line(result.label, "results")
        at = _shown(label, folded, at)
        places.setdefault(at, []).append(result)
    return places


def _shown(label: str, folded: list[str], start: int) -> int:
    """Return the next line with a label, or with what stands before its (unit), or the line to start from."""
    ahead = range(start, min(start + _LOOK_AHEAD, len(folded)))
    for wanted in (_folded(label), _folded(label.partition("(")[0])):
        for number in ahead:
            if wanted.strip() and wanted in folded[number]:
                return number
    return start


def _folded(text: str) -> str:
    """Return the words of a line between blanks, so that `K` is not found in `Leucocytes et kaliémie`."""
    return f" {_WORD_BREAK.sub(' ', text.casefold()).strip()} "


def _remarks(result: Result, shown: set[str], scribe: Scribe) -> list[str]:
    lines = scribe.lines(result.remarks, "results")
    return [_tex(line) for line in lines if " ".join(line.split()) not in shown]


def _res(result: Result, document: Document, scribe: Scribe) -> str:
    status = result.status
    if document.deleted:
        status = Status.UNVALIDATED  # its author has withdrawn it: nothing must be filed as valid
    elif document.replaces and status is Status.FINAL:
        status = Status.CORRECTED  # the document corrects an earlier one
    first = result.measure
    fields = [result.label, _code(result, scribe), _kind(result), *_measure(first, result.label)]
    fields += [result.flag if result.flag in _FLAGS else "", _STATUSES[status]]
    fields += _measure(result.second, result.label) if result.second else [""] * 4
    return "|".join(["RES", *(_field(field, scribe) for field in fields)])


def _measure(measure: Measure, label: str) -> list[str]:
    unit = _ANNOTATION.sub("", measure.unit or measure.ucum or "")
    if measure.ucum == _GIGA and biology.ucum(unit, label) != _GIGA:
        unit = "Giga/L"  # G/L and g/l differ by case only
    return [measure.value, unit, measure.low, measure.high]


def _field(text: str, scribe: Scribe) -> str:
    """Return a field: readers split at `|` without escape, so it becomes `/`."""
    return scribe.short(text, _LONGEST, "results")


def _code(result: Result, scribe: Scribe) -> str:
    """Return the laboratory's own code, or the LOINC code where there is none: field 3 holds one."""
    local = [code for code in result.codes if code.system != _LOINC]
    if len(result.codes) > 1:
        scribe.lose(
            "result.codes", "A RES line holds one code.", "The laboratory's own; LOINC's end the text.", "results"
        )
    return (local or list(result.codes))[0].code if result.codes else ""


def _kind(result: Result) -> str:
    """Return field 4: N only for a clean number, since `<0.10` under N breaks strict readers."""
    if result.kind is Kind.NUMERIC and results.number(result.measure.value) != result.measure.value:
        return Kind.TEXT.value
    return result.kind.value
