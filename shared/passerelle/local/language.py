"""What the command line says, in French or in English: the sentences stand in sentences.toml."""

import tomllib
from collections.abc import Mapping, Sequence
from enum import Enum
from importlib.resources import files
from types import MappingProxyType


class Language(Enum):
    """The languages of the command line."""

    FR = "fr"
    EN = "en"


def _read() -> dict[str, list[str]]:
    return tomllib.loads(files("passerelle.local").joinpath("sentences.toml").read_text("utf-8"))


CATALOGUE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {key: (french, english) for key, (french, english) in _read().items()}
)


def text(key: str, language: Language, **values: object) -> str:
    """Return a sentence of the catalogue with its values."""
    french, english = CATALOGUE[key]
    return (french if language is Language.FR else english).format(**values)


def chosen(arguments: Sequence[str], variable: str | None) -> tuple[Language, list[str]]:
    """Return the language of a command line, and the arguments without the choice; ValueError for an unknown one.

    `--lang` may stand anywhere; then the variable PASSERELLE_LANG decides, then French.
    """
    wanted, rest, seen = variable or Language.FR.value, list[str](), iter(arguments)
    for argument in seen:
        name, _, value = argument.partition("=")
        if name != "--lang":
            rest.append(argument)
            if argument == "--":
                rest.extend(seen)
        else:
            wanted = value or next(seen, "")
    return Language(wanted), rest
