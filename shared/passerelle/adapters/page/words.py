"""The words of the page, in French and English; what core says by codes, core says in French too."""

import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from functools import cache
from importlib.resources import files

from passerelle.core.mail import account
from passerelle.core.message import Loss


class Tongue(Enum):
    """The languages of the page; the value stands in its addresses."""

    FR = "fr"
    EN = "en"

    @property
    def other(self) -> "Tongue":
        """Return the other language."""
        return Tongue.EN if self is Tongue.FR else Tongue.FR


def speaker(tongue: Tongue) -> Callable[..., str]:
    """Return what finds a word by its key, with values in it."""
    words = _words()

    def say(key: str, **values: object) -> str:
        return words[key][tongue is Tongue.EN].format_map(values)

    return say


def known(key: str) -> bool:
    """Return whether there is a word of this key."""
    return key in _words()


def reason(code: str, tongue: Tongue) -> str:
    """Return what a reason code means, in French; in English it stands for itself, as on the command line."""
    return account.reason(code) if tongue is Tongue.FR else ""


def day(on: date, tongue: Tongue) -> str:
    """Return a day as it is written."""
    return f"{on:%d/%m/%Y}" if tongue is Tongue.FR else f"{on:%Y-%m-%d}"


def label(name: str, tongue: Tongue) -> str:
    """Return what a detail of an event is called; an unknown one by its own name."""
    own = f"detail.{name}"
    return speaker(tongue)(own) if known(own) else name


def losses(details: Mapping[str, str], tongue: Tongue) -> list[str]:
    """Return what a mail lost on its way, a sentence or two for each kind."""
    counts = {name.removeprefix("loss."): number for name, number in details.items() if name.startswith("loss.")}
    return [_loss(code, number, details.get(f"at.{code}", ""), tongue) for code, number in counts.items()]


def _loss(code: str, number: str, where: str, tongue: Tongue) -> str:
    if tongue is Tongue.EN:
        return " ".join(filter(None, (f"{code} × {number}", where and f"({where})")))
    told = account.french(Loss(code, where, "", ""))
    place = f"({told.where})" if told.where else ""
    why = f": {told.why} {told.instead}" if told.why else ""
    return " ".join(filter(None, (f"{code} × {number}", place, why)))


@cache
def _words() -> dict[str, list[str]]:
    return tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))
