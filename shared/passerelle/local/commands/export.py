"""`passerelle export`: the events of a day, in one file, or on standard output."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TextIO

from rich.progress import Progress

from passerelle.core.receipts.export import WRITERS, Form
from passerelle.local.trouble import SetupError
from passerelle.local.voice import Voice
from passerelle.steps.audit.export import Extract, export
from passerelle.steps.audit.ports import Asker, AuditDesk

_DAY = timedelta(days=1)
_STDOUT = Path("-")


@dataclass(frozen=True, slots=True)
class Wish:
    """Which day, in which form, where to."""

    day: date
    form: Form
    to: Path | None  # none: a file of the day's name

    @property
    def file(self) -> Path:
        """Return where it is written."""
        return self.to or Path(f"passerelle-{self.day.isoformat()}.{self.form.value}")


def run(voice: Voice, wish: Wish, desk: AuditDesk, asker: Asker) -> None:
    """Write the events of a day, part by part; a file has its name only when it is whole."""
    if wish.file == _STDOUT:
        _written(voice, wish, sys.stdout, _parts(desk, asker, wish))
        return
    part = wish.file.with_name(f"{wish.file.name}.part")
    with _writing(wish.file), part.open("w", encoding="utf-8", newline="") as file:
        number = _written(voice, wish, file, _parts(desk, asker, wish))
    with _writing(wish.file):
        part.replace(wish.file)
    voice.say("export.written", file=wish.file, events=number)


def _parts(desk: AuditDesk, asker: Asker, wish: Wish) -> Iterator[Extract]:
    """Yield the parts of an export; each is asked for when the one before is written."""
    cursor = ""
    while True:
        part = export(desk, asker, (wish.day, wish.form), cursor)
        yield part
        cursor = part.cursor
        if not cursor:
            return


def _written(voice: Voice, wish: Wish, file: TextIO, parts: Iterator[Extract]) -> int:
    """Write all parts as one file, and return how many events it has."""
    writer, number, start = WRITERS[wish.form], 0, datetime.combine(wish.day, time(), UTC)
    with Progress(console=voice.err, transient=True, disable=not voice.err.is_terminal) as progress:
        task = progress.add_task(voice.text("export.going"), total=_DAY.total_seconds())
        for part in parts:
            for text in part.texts:
                file.write((writer.between if number else writer.before) + text)
                number += 1
            if part.until:
                progress.update(task, completed=(part.until - start).total_seconds())
    file.write(writer.after if number else writer.nothing)
    return number


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SetupError("error.write", folder=file, reason=error.strerror or type(error).__name__) from error
