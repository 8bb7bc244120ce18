"""The dates of HPRIM headers: JJ/MM/AAAA, JJ/MM/AA, AAAA-MM-JJ; what can be read two ways is not read."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

_FRENCH = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_BURIED = re.compile(r"(?<![\d/])\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})(?![\d/])")  # M-5128-23/10/06
_SHAPE = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|\d{6}|\d{8}")
_LONGEST_LIFE = timedelta(days=120 * 366)
_OLDEST_ACT = date(1970, 1, 1)
_TOMORROW = timedelta(days=1)  # the clocks of two towns


def shaped(text: str) -> bool:
    """Tell whether a line holds something meant as a date, readable or not."""
    return bool(_SHAPE.fullmatch(text.strip()))


def holds(text: str) -> bool:
    """Tell whether a line holds a date, be it among other things."""
    return shaped(text) or bool(_BURIED.search(text))


def birth(text: str, today: date) -> date | None:
    """Return a date of birth: a two-digit year only where it leaves one living person's age."""
    return _only(text.strip(), today - _LONGEST_LIFE, today + _TOMORROW)


def act(text: str, today: date) -> date | None:
    """Return the date of an examination, also from a line with one date among other things."""
    found = _BURIED.findall(text)
    alone = found[0] if len(found) == 1 else text.strip()
    return _only(alone, _OLDEST_ACT, today + _TOMORROW)


def written(day: date) -> str:
    """Return JJ/MM/AAAA."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def _only(text: str, earliest: date, latest: date) -> date | None:
    days = [day for day in _readings(text) if earliest <= day <= latest]
    return days[0] if len(days) == 1 else None


def _readings(text: str) -> Iterator[date]:
    """Yield every date that a text may mean: a two-digit year has two centuries."""
    if found := _ISO.fullmatch(text):
        years, month, day = [int(found[1])], int(found[2]), int(found[3])
    elif found := _FRENCH.fullmatch(text):
        day, month, year = int(found[1]), int(found[3]), int(found[4])
        years = [year] if len(found[4]) > 2 else [1900 + year, 2000 + year]  # noqa: PLR2004 - digits of a year
    else:
        return
    for year in years:
        try:
            yield date(year, month, day)
        except ValueError:  # month 20, 30–42, 50–99 copied from an insurance number: unknown, not January
            continue
