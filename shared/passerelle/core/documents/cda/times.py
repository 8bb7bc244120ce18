"""HL7 time stamps (TS): AAAA[MM[JJ[HHMM[SS[.f]]]]][±ZZZZ]."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

from lxml import etree

from passerelle.core.documents.markup import child, value
from passerelle.core.errors import MalformedError

_LONGEST = 200  # characters of what is no time stamp
_CLOCK = re.compile(r"([01]\d|2[0-3])([0-5]\d)")
_STAMP = re.compile(
    r"(?P<day>\d{8})(?:(?P<hour>\d\d)(?P<minute>\d\d)?(?P<second>\d\d)?(?:\.\d{1,6})?)?"
    r"(?:(?P<sign>[+-])(?P<zone_hour>\d\d):?(?P<zone_minute>\d\d))?"
)


def day(text: str) -> date | None:
    """Return the date of a time stamp; nothing where it has no full, real date."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if re.fullmatch(r"\d{8}.*", text) else None
    except ValueError:
        return None


def told(text: str) -> str:
    """Return, for a reader, what a time stamp says that is no full, real date: 1950, 03/1950, or its digits."""
    if day(text) or not re.fullmatch(r"\d{4,14}(?:\.\d{1,6})?(?:[+-]\d{4})?", text):
        return ""
    year, month = text[:4], text[4:6]
    if len(text) == 6 and "01" <= month <= "12":  # noqa: PLR2004 - AAAAMM
        return f"{month}/{year}"
    return text


def moment_told(text: str) -> str:
    """Return, for a reader, a day with its time (but midnight), or whatever a time stamp says instead."""
    on = day(text)
    if on is None:
        return told(text) or text[:_LONGEST]
    clock = _CLOCK.match(text, 8)
    return f"{on:%d/%m/%Y}" + (f" à {clock[1]}:{clock[2]}" if clock and clock[0] != "0000" else "")


def period(time: etree._Element) -> str:
    """Return, for a reader, a moment, or from when to when (IVL_TS)."""
    sides = (("", time), ("depuis ", child(time, "low")), ("jusqu'à ", child(time, "high")))
    return " ".join(f"{lead}{moment_told(value(one, 'value'))}" for lead, one in sides if value(one, "value"))


def moment(text: str) -> datetime:
    """Return a time stamp with its zone (UTC where it has none); MalformedError `cda.time` where it is none."""
    found = _STAMP.fullmatch(text)
    try:
        return _moment(found)
    except (ValueError, TypeError):
        raise MalformedError("cda.time", "ClinicalDocument/effectiveTime is not an HL7 time stamp.") from None


def _moment(found: re.Match[str] | None) -> datetime:
    if found is None:
        raise ValueError
    part = {name: int(text) for name, text in found.groupdict(default="0").items() if name not in ("day", "sign")}
    zone = timedelta(hours=part["zone_hour"], minutes=part["zone_minute"])
    whole = datetime.strptime(found["day"], "%Y%m%d").replace(tzinfo=UTC)
    clock = whole.replace(hour=part["hour"], minute=part["minute"], second=part["second"])
    if not found["sign"]:
        return clock
    return clock.replace(tzinfo=timezone(-zone if found["sign"] == "-" else zone))
