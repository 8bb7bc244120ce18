"""`passerelle convert`: a conversion shown, written to a folder, or told as JSON."""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from passerelle.core.errors import PasserelleError
from passerelle.core.mail import mime
from passerelle.core.message import Loss
from passerelle.local import phrasebook
from passerelle.local.commands import unpacking
from passerelle.local.commands.conversion import Conversion, convert
from passerelle.local.trouble import SetupError
from passerelle.local.voice import Voice
from passerelle.steps.ports import Agreements


@dataclass(frozen=True, slots=True)
class Wish:
    """What to convert, where to write it, and how to tell it."""

    file: Path
    folder: Path | None = None
    agreements: Agreements | None = None
    as_json: bool = False


def run(voice: Voice, wish: Wish, now: datetime) -> None:
    """Convert a file and tell what came of it; a typed error of core where it cannot cross."""
    try:
        conversion = convert(_content(wish.file), now, wish.agreements)
    except PasserelleError as error:
        if wish.as_json:
            voice.record({"refused": _refusal(error)})
        raise
    written = [_written(mail, wish.folder, number) for number, mail in enumerate(conversion.mails, 1)]
    if wish.as_json:
        voice.record(_record(conversion, written))
    else:
        _show(voice, conversion, written)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SetupError("error.read", file=file, reason=error.strerror) from error


def _written(mail: bytes, folder: Path | None, number: int) -> list[Path]:
    """Write a mail and what it holds where a folder is given; several patients get a folder each."""
    if folder is None:
        return []
    place = folder if number == 1 else folder / f"patient-{number}"
    try:
        return unpacking.lay_out(mail, place)
    except OSError as error:
        raise SetupError("error.write", folder=place, reason=error.strerror) from error


def _record(conversion: Conversion, written: list[list[Path]]) -> dict[str, Any]:
    mails = [
        {
            "subject": mail.subject,
            "text": "\n".join(part.text for part in mail.parts if not part.attached),
            "attachments": [_attachment(part) for part in mail.parts if part.attached],
            "files": [str(file) for file in files],
        }
        for mail, files in zip(map(mime.read, conversion.mails), written, strict=True)
    ]
    losses = [_loss(loss) for loss in conversion.losses]
    return {"network": conversion.network.value, "mails": mails, "losses": losses}


def _refusal(error: PasserelleError) -> dict[str, str]:
    french = phrasebook.reason(error.code, error.text)
    return {"type": type(error).__name__, "code": error.code, "text": error.text, "fr": french}


def _loss(loss: Loss) -> dict[str, Any]:
    french = phrasebook.loss(loss)
    return {**asdict(loss), "fr": {"where": french.where, "why": french.why, "instead": french.instead}}


def _attachment(part: mime.Part) -> dict[str, Any]:
    return {"name": part.name, "type": part.media_type, "bytes": len(part.content)}


def _show(voice: Voice, conversion: Conversion, written: list[list[Path]]) -> None:
    for mail, files in zip(map(mime.read, conversion.mails), written, strict=True):
        voice.out.rule(voice.text(f"convert.to.{conversion.network.value}"))
        voice.out.print(f"[bold]{escape(mail.subject)}[/bold]\n")
        for part in mail.parts:
            if part.attached:
                voice.out.print(f"\\[{escape(part.name)}] {part.media_type}, {len(part.content)} o")
            else:
                voice.out.out(part.text, highlight=False)
        for file in files:
            voice.out.out(f"→ {file}", highlight=False)
    _show_losses(voice, conversion)


def _show_losses(voice: Voice, conversion: Conversion) -> None:
    if not conversion.losses:
        voice.say("convert.no-loss")
        return
    table = Table(title=voice.text("convert.losses"), title_justify="left", show_lines=False)
    for column in ("what", "where", "why", "instead"):
        table.add_column(voice.text(f"convert.{column}"), overflow="fold")
    for loss in map(voice.loss, conversion.losses):
        table.add_row(*map(escape, (loss.what, loss.where, loss.why, loss.instead)))
    voice.out.print(table)
