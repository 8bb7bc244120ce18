"""`passerelle codes`: how many results of a laboratory's own files get a LOINC code, and rows for those that do not."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from passerelle.adapters.agreements import Book
from passerelle.core.documents import biology, code_table, hprim
from passerelle.core.documents.hprim import charset
from passerelle.core.errors import PasserelleError
from passerelle.core.message import Document, LocalCode, Measure, Result
from passerelle.local.trouble import SetupError
from passerelle.local.voice import Voice

MOST_FILES = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """A test without a LOINC code: the laboratory's code, label, chapter and unit (UCUM; None where it is unknown)."""

    local: str
    label: str
    unit: str
    ucum: str | None
    chapter: str = ""

    @property
    def mappable(self) -> bool:
        """Tell whether an agreement can name it: it has a code of its own and a unit that is known."""
        return bool(self.local) and self.local.isprintable() and self.ucum is not None

    def toml(self, count: int) -> str:
        """Return the line for [correspondent.codes], with the LOINC code for a biologist to fill in."""
        said = f"{self.label} [{self.unit}] {self.chapter} × {count}"
        shown = "".join(char if char.isprintable() else " " for char in said)
        local, ucum = (json.dumps(text, ensure_ascii=False) for text in (self.local, self.ucum))
        return f'{local} = {{ loinc = "", ucum = {ucum} }}  # {shown}'


@dataclass(slots=True)
class Survey:
    """What the files of a folder hold."""

    files: int = 0
    unread: int = 0
    covered: int = 0
    missing: Counter[Row] = field(default_factory=Counter)

    @property
    def measured(self) -> int:
        """Return how many results are a number."""
        return self.covered + self.missing.total()

    def rows(self, *, mappable: bool) -> list[tuple[Row, int]]:
        """Return the tests without a code, the most frequent first."""
        return [(row, count) for row, count in self.missing.most_common() if row.mappable is mappable]


def run(voice: Voice, folder: Path, book: Book | None, now: datetime, *, as_json: bool = False) -> None:
    """Tell what is covered and propose rows for the rest."""
    found = survey(_files(folder), agreed(book) if book else (), now)
    if as_json:
        voice.record(_record(found))
    else:
        _show(voice, found)


def agreed(book: Book) -> tuple[LocalCode, ...]:
    """Return the codes of all agreements; the files name no sender, so two that differ both stay (and give none)."""
    return tuple(dict.fromkeys(code for person in book.people.values() for code in person.codes))


def survey(files: list[Path], codes: tuple[LocalCode, ...], now: datetime) -> Survey:
    """Return what HPRIM files hold."""
    found = Survey(len(files))
    for file in files:
        documents = _documents(_content(file), now)
        found.unread += documents is None
        for document in documents or ():
            _count(found, document, codes)
    return found


def _documents(content: bytes, now: datetime) -> tuple[Document, ...] | None:
    """Return the documents of an HPRIM file; None where it is none."""
    try:
        return hprim.read(content, now).documents
    except PasserelleError:
        return None


def _count(found: Survey, document: Document, codes: tuple[LocalCode, ...]) -> None:
    for result, measure in _measures(document):
        context = code_table.Context(result.chapter, "\n".join(document.text), codes)
        if code_table.coded(result.label, result.codes, measure, context):
            found.covered += 1
            continue
        local = result.codes[0].code if result.codes else ""
        ucum = biology.ucum(measure.unit, result.label) if measure.unit else ""
        found.missing[Row(local, result.label, measure.unit, ucum, result.chapter)] += 1


def _measures(document: Document) -> Iterator[tuple[Result, Measure]]:
    """Yield each number of a report: a code is for one unit, so a result in two units counts twice."""
    for result in document.results:
        for measure in (result.measure, result.second):
            if measure is not None and biology.quantity(measure.value) is not None:
                yield result, measure


def _files(folder: Path) -> list[Path]:
    try:
        files = sorted(file for file in folder.iterdir() if file.is_file())
    except OSError as error:
        raise SetupError("error.read", file=folder, reason=error.strerror) from error
    if len(files) > MOST_FILES:
        raise SetupError("codes.too-many", folder=folder, most=MOST_FILES)
    return files


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(charset.LARGEST + 1)  # one past the reader's cap
    except OSError as error:
        raise SetupError("error.read", file=file, reason=error.strerror) from error


def _record(found: Survey) -> dict[str, Any]:
    def told(row: Row, count: int) -> dict[str, Any]:
        return {**asdict(row), "count": count}

    return {
        "files": found.files,
        "unread": found.unread,
        "measured": found.measured,
        "covered": found.covered,
        "proposed": [told(*pair) for pair in found.rows(mappable=True)],
        "unmappable": [told(*pair) for pair in found.rows(mappable=False)],
    }


def _lines(rows: list[tuple[Row, int]]) -> Iterator[str]:
    """Yield the rows; a code that comes again (other unit, other label) is a comment: TOML takes a key once."""
    seen: set[str] = set()
    for row, count in rows:
        yield f"{'# ' if row.local in seen else ''}{row.toml(count)}"
        seen.add(row.local)


def _show(voice: Voice, found: Survey) -> None:
    share = 100 * found.covered // found.measured if found.measured else 0
    voice.say("codes.files", files=found.files, unread=found.unread)
    voice.say("codes.covered", covered=found.covered, measured=found.measured, share=share)
    if rows := found.rows(mappable=True):
        voice.say("codes.proposed")
        voice.out.out("[correspondent.codes]", highlight=False)
        for line in _lines(rows):
            voice.out.out(line, highlight=False)
    if rest := found.rows(mappable=False):
        voice.say("codes.unmappable")
        for row, count in rest:
            voice.out.out(
                f"  {row.local or '-'} | {row.label} | {row.unit or '-'} | {row.chapter or '-'} × {count}",
                highlight=False,
            )
