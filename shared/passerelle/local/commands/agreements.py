"""`passerelle agreements`: a file of agreements, read and checked before it is published."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from passerelle.adapters import agreements
from passerelle.adapters.agreements import Book
from passerelle.adapters.correspondents import Settled
from passerelle.adapters.mistakes import AgreementsError
from passerelle.core.directory import Entry, extraction, packed
from passerelle.core.errors import MalformedError
from passerelle.local.trouble import SetupError
from passerelle.local.voice import Voice

_BLOCK = 1 << 18


def read(file: Path, directory: Path | None = None) -> Book:
    """Return what a file says; MalformedError `agreements.mistakes` names every mistake and its line."""
    try:
        raw = file.read_bytes()
        return agreements.parse(raw, _listed(directory, raw) if directory else None)
    except OSError as error:
        raise SetupError("error.read", file=error.filename or file, reason=error.strerror) from error
    except AgreementsError as error:
        lines = (f"{file}:{one.line}: {one.place}: {one.rule}" for one in error.mistakes)
        raise MalformedError("agreements.mistakes", "\n".join(lines)) from error


def _listed(directory: Path, raw: bytes) -> Mapping[str, Entry]:
    """Return what an extraction, the text or the zip with it, says of the correspondents of a file."""
    wanted = agreements.read(raw).on_mssante
    with directory.open("rb") as file:
        if file.read(2) == b"PK":
            file.seek(0)
            with packed.unpacked(file.read(packed.LARGEST_ZIP + 1)) as (_, blocks):
                return extraction.read(blocks, wanted).entries
        file.seek(0)
        return extraction.read(iter(partial(file.read, _BLOCK), b""), wanted).entries


def check(voice: Voice, file: Path, directory: Path | None = None) -> None:
    """Say that a file is good, and what the directory adds to it, or what is wrong with it."""
    book = read(file, directory)
    for one in book.completed:
        voice.say("agreements.completed", address=one.correspondent.address, added=_added(voice, one))
    voice.say("agreements.good", file=file, agreements=len(book.pairs), correspondents=len(book.people))


def _added(voice: Voice, one: Settled) -> str:
    """Return what was added, each with its value."""
    person = one.correspondent.professional
    place, profession = person.organisation, person.profession
    shown = {
        "family": ("agreements.family", person.family),
        "given": ("agreements.given", person.given),
        "title": ("agreements.title", person.title),
        "identifier": ("agreements.identifier", person.identifier and person.identifier.extension),
        "profession": ("agreements.profession", profession and f"{profession.code} ({profession.display})"),
        "structure": (
            "agreements.structure",
            place and f"{place.name} {place.identifier.extension if place.identifier else ''}".rstrip(),
        ),
    }
    return ", ".join(f"{voice.text(shown[name][0])} {shown[name][1]}" for name in one.added)
