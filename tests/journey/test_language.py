"""The catalogue: every sentence in both languages, with the same values."""

import re
import string
from pathlib import Path

import pytest

from passerelle.local import language
from passerelle.local.language import CATALOGUE, Language, chosen, text

LOCAL = Path(language.__file__).parent
SOURCES = "\n".join(file.read_text("utf-8") for file in LOCAL.rglob("*.py"))


@pytest.mark.parametrize("key", CATALOGUE)
def test_a_sentence_stands_in_both_languages_with_the_same_values(key: str) -> None:
    french, english = CATALOGUE[key]
    assert french.strip()
    assert english.strip()
    assert _fields(french) == _fields(english)


def test_every_sentence_is_said_somewhere() -> None:
    computed = ("refused.", "convert.", "demo.mail.")  # built from names of types, networks, columns and mails
    assert [key for key in CATALOGUE if not key.startswith(computed) and not _quoted(key)] == []


def test_every_sentence_that_is_said_is_there() -> None:
    said = set(re.findall(r"""(?:text|say|SetupError|help=|envvar=)\(?["']([a-z]+\.[\w.-]+)["']""", SOURCES))
    assert said
    assert said <= set(CATALOGUE)


def test_french_is_spoken_unless_another_language_is_chosen() -> None:
    assert chosen(["convert", "x"], None) == (Language.FR, ["convert", "x"])
    assert chosen(["convert", "x"], "en") == (Language.EN, ["convert", "x"])


@pytest.mark.parametrize(
    "arguments", [["--lang", "en", "demo"], ["demo", "--lang", "en"], ["--lang=en", "demo"], ["demo", "--lang=en"]]
)
def test_the_language_may_be_chosen_anywhere_on_the_line(arguments: list[str]) -> None:
    assert chosen(arguments, "fr") == (Language.EN, ["demo"])


def test_what_stands_after_two_dashes_is_left_alone() -> None:
    assert chosen(["submit", "--", "--lang", "en"], None) == (Language.FR, ["submit", "--", "--lang", "en"])


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="klingon"):
        chosen(["--lang", "klingon"], None)


def test_a_sentence_takes_its_values() -> None:
    assert "3.13" in text("setup.ministack", Language.EN, version="3.13")


def _quoted(key: str) -> bool:
    return f'"{key}"' in SOURCES or f"'{key}'" in SOURCES


def _fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
