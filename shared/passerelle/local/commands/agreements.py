"""`passerelle agreements`: a file of agreements, read and checked before it is published."""

from pathlib import Path

from passerelle.adapters.agreements import Book, parse
from passerelle.adapters.terms import AgreementsError
from passerelle.core.errors import MalformedError
from passerelle.local.trouble import SetupError
from passerelle.local.voice import Voice


def read(file: Path) -> Book:
    """Return what a file says; MalformedError `agreements.mistakes` names every mistake and its line."""
    try:
        return parse(file.read_bytes())
    except OSError as error:
        raise SetupError("error.read", file=file, reason=error.strerror) from error
    except AgreementsError as error:
        lines = (f"{file}:{one.line}: {one.place}: {one.rule}" for one in error.mistakes)
        raise MalformedError("agreements.mistakes", "\n".join(lines)) from error


def check(voice: Voice, file: Path) -> None:
    """Say that a file is good, or what is wrong with it."""
    book = read(file)
    voice.say("agreements.good", file=file, agreements=len(book.pairs), correspondents=len(book.people))
