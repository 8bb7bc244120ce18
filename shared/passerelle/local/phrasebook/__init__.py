"""What core says in English, said in French: every reason, and every loss with its place."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from passerelle.core.mail import account
from passerelle.core.mail.account import french as loss
from passerelle.core.mail.account import place

__all__ = ["catalogue", "loss", "mistake", "place", "reason"]

_MISTAKES = "agreements.mistakes"  # its text is a list: file, line, place, rule
_OWN = "mistakes"  # the rest lies in core: a mail's last lines and the page need it too


def reason(code: str, english: str = "") -> str:
    """Return the French sentence of a reason, with the numbers of the English one; that one for an unknown code."""
    if code == _MISTAKES:
        return "\n".join([account.reason(code), *map(mistake, english.splitlines())])
    return account.reason(code, english)


def mistake(english: str) -> str:
    """Return a mistake of a file of agreements with its rule in French."""
    for pattern, french in catalogue("mistakes").items():
        english = re.sub(rf"(?<=: ){pattern}$", french, english)
    return english


@cache
def catalogue(name: str) -> dict[str, Any]:
    """Return a part of the phrase book: reasons, losses, places or mistakes."""
    if name != _OWN:
        return account.catalogue(name)
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text("utf-8"))
