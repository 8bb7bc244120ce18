"""What a notice says of a reason code: causes.toml."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Cause:
    """A status and what the sender should know and do; never a word of his mail."""

    status: str
    french: str
    english: str


_OTHER = Cause("5.0.0", "Le courrier n'a pas pu être transmis.", "The mail could not be carried.")


def find(code: str) -> Cause:
    """Return the cause of a reason code, or of the longest beginning of it that is known."""
    while code:
        if code in _causes():
            return _causes()[code]
        code = code.rpartition(".")[0]
    return _OTHER


@cache
def _causes() -> dict[str, Cause]:
    return dict(_read())


def _read() -> Iterator[tuple[str, Cause]]:
    book = tomllib.loads(files(__package__).joinpath("causes.toml").read_text("utf-8"))
    for one in book["cause"]:
        for code in one["codes"]:
            yield code, Cause(one["status"], one["french"], one["english"])
    for family in book["family"]:
        for code, (status, french, english) in family["members"].items():
            said = family["french"].format(french), family["english"].format(english)
            yield f"{family['of']}.{code}", Cause(status, *said)
