"""What an address or a form of the page says: each value has its form, or nothing is answered."""

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import parse_qs

from passerelle.core.errors import MalformedError

Choice = TypeVar("Choice", bound=Enum)

_FIELDS = 8
_FIRST, _LAST = date(2020, 1, 1), date(2999, 12, 31)


def query(event: Any) -> dict[str, str]:  # noqa: ANN401 - powertools' event
    """Return what stands in an address behind its question mark."""
    return fields(event.raw_event.get("rawQueryString", ""))


def form(event: Any) -> dict[str, str]:  # noqa: ANN401 - powertools' event
    """Return the fields of a form."""
    return fields(event.decoded_body or "")


def fields(text: str) -> dict[str, str]:
    """Return the fields of a query, the last one of each name."""
    try:
        found = parse_qs(text, max_num_fields=_FIELDS, errors="strict")
    except ValueError as error:
        raise wrong() from error
    return {name: values[-1] for name, values in found.items()}


def day(given: Mapping[str, str], today: date) -> date:
    """Return the day that is asked for; today without one."""
    try:
        on = date.fromisoformat(given["day"]) if given.get("day") else today
    except ValueError as error:
        raise wrong() from error
    if not _FIRST <= on <= _LAST:
        raise wrong()
    return on


def one_of(kind: type[Choice], value: str) -> Choice:
    """Return what a value names."""
    try:
        return kind(value)
    except ValueError as error:
        raise wrong() from error


def wrong() -> MalformedError:
    """Return that a value has not its form."""
    return MalformedError("page.form", "A value has not its form.")
