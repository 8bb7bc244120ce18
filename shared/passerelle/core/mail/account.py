"""What could not be carried, and what a reason code means, told in French: in a mail's last lines, and to who asks."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.resources import files
from textwrap import wrap
from typing import Any

from passerelle.core.message import Loss

TITLE = "Compte rendu du passage par Passerelle"
MOST_LINES = 60
"""Lines of the account at the end of a mail: a reader's patience, not a limit of any format."""

SAME_IN_BOTH = frozenset({"document", "message", "patient", "nonXMLBody", "X-MSS-NIL"})
"""Words of a place that are the same in both languages."""

_WIDTH = 78  # columns, of the 80 that HPRIM readers show
_MOST_PLACES = 5  # of one loss, named one by one
_LONGEST_PLACE = 60
_WORD = re.compile(r"[^\W\d_][\w-]*")
_NUMBER = re.compile(r"\b\d+")  # not the 7 of HL7
_WITH_NUMBER = re.compile(r" \([^()]*\{\}[^()]*\)")


def lines(losses: Iterable[Loss]) -> tuple[str, ...]:
    """Return the account of a mail: a title, then each kind of loss with its places; nothing where nothing is lost."""
    told = Counter(map(french, losses))
    kinds: dict[tuple[str, str], list[str]] = {}
    for loss in told:
        kinds.setdefault((loss.why, loss.instead), []).append(loss.where)
    if not kinds:
        return ()
    items = [line for (why, instead), where in kinds.items() for line in _item(where, why, instead)]
    if len(items) > MOST_LINES:
        items = [*items[: MOST_LINES - 1], "- (la suite figure dans le registre de la passerelle)"]
    return (TITLE, "-" * len(TITLE), *(item.replace("\N{NARROW NO-BREAK SPACE}", " ") for item in items))


def places(where: Iterable[str]) -> str:
    """Return places for the ledger, which holds no word of a mail: a place of any other word is left out."""
    known = {word for phrase in catalogue("places") for word in _WORD.findall(phrase)} | SAME_IN_BOTH
    safe = [one for one in dict.fromkeys(where) if len(one) <= _LONGEST_PLACE and set(_WORD.findall(one)) <= known]
    more = f"; {len(safe) - _MOST_PLACES} more" if len(safe) > _MOST_PLACES else ""
    return "; ".join(safe[:_MOST_PLACES]) + more


def _item(where: list[str], why: str, instead: str) -> list[str]:
    more = f" et {len(where) - _MOST_PLACES} autres" if len(where) > _MOST_PLACES else ""
    places = "; ".join(where[:_MOST_PLACES]) + more
    return wrap(f"- {places} : {why} À la place : {instead}", _WIDTH, subsequent_indent="  ")


def french(loss: Loss) -> Loss:
    """Return a loss in French, or as it is where its code is unknown."""
    words = catalogue("losses").get(loss.what)
    if words is None:
        return loss
    why, instead = numbered(words["why"], loss.why), numbered(words["instead"], loss.instead)
    return replace(loss, where=place(loss.where), why=why, instead=instead)


def reason(code: str, english: str = "") -> str:
    """Return what a reason code means, with the numbers of the English sentence; that one for an unknown code."""
    words: str | None = catalogue("reasons").get(code)
    return english if words is None else numbered(words, english)


def place(english: str) -> str:
    """Return the place of a loss, such as `message 1, line 12`, in French."""
    words = catalogue("places")
    known = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.sub(rf"\b(?:{known})\b", lambda found: words[found.group()], english)


@cache
def catalogue(name: str) -> dict[str, Any]:
    """Return the French of losses, of places or of reasons."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))


def numbered(french_text: str, english: str) -> str:
    """Return a sentence with each {} replaced by the next number of the English one, digits in groups of three."""
    numbers = [f"{int(number):,}".replace(",", "\N{NARROW NO-BREAK SPACE}") for number in _NUMBER.findall(english)]
    if french_text.count("{}") > len(numbers):
        return _WITH_NUMBER.sub("", french_text)
    return french_text.format(*numbers)
