"""What core says in English, said in French: every reason, and every loss with its place."""

import re
import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from passerelle.core.message import Loss

_MISTAKES = "agreements.mistakes"  # its text is a list: file, line, place, rule
_NUMBER = re.compile(r"\b\d+")  # not the 7 of HL7
_WITH_NUMBER = re.compile(r" \([^()]*\{\}[^()]*\)")


def reason(code: str, english: str = "") -> str:
    """Return the French sentence of a reason, with the numbers of the English one; that one for an unknown code."""
    french = catalogue("reasons").get(code)
    if french is None:
        return english
    if code == _MISTAKES:
        return "\n".join([french, *map(mistake, english.splitlines())])
    return _numbered(french, english)


def loss(english: Loss) -> Loss:
    """Return a loss in French, or as it is where its code is unknown."""
    french = catalogue("losses").get(english.what)
    if french is None:
        return english
    why, instead = _numbered(french["why"], english.why), _numbered(french["instead"], english.instead)
    return replace(english, where=place(english.where), why=why, instead=instead)


def place(english: str) -> str:
    """Return the place of a loss, such as `message 1, line 12`, in French."""
    words = catalogue("places")
    known = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.sub(rf"\b(?:{known})\b", lambda found: words[found.group()], english)


def mistake(english: str) -> str:
    """Return a mistake of a file of agreements with its rule in French."""
    for pattern, french in catalogue("mistakes").items():
        english = re.sub(rf"(?<=: ){pattern}$", french, english)
    return english


@cache
def catalogue(name: str) -> dict[str, Any]:
    """Return a part of the phrase book: reasons, losses, places or mistakes."""
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text("utf-8"))


def _numbered(french: str, english: str) -> str:
    """Return a sentence with each {} replaced by the next number of the English one, digits in groups of three."""
    numbers = [f"{int(number):,}".replace(",", "\u202f") for number in _NUMBER.findall(english)]
    if french.count("{}") > len(numbers):
        return _WITH_NUMBER.sub("", french)
    return french.format(*numbers)
