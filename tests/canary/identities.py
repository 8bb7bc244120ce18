"""Who does not exist, and is written into every place of a mail: found again wherever it should not be.

Words hold one of three stems, so that one look finds a name in any of its forms: of the patient (and whatever else the
mail says), of its sender and recipient, of its Message-ID, which names a mail to who has written it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum


class Kind(Enum):
    """Whom a stem stands for."""

    PATIENT = "zzqserin"
    PEOPLE = "zzqpinson"
    MESSAGE = "zzqmerle"


@dataclass(frozen=True, slots=True)
class Number:
    """An identity of digits, in every form in which people write it."""

    what: str
    forms: tuple[str, ...]


INS = "299027699900172"
INSURED = "2790359350123"
BIRTHS = (date(1999, 2, 14), date(1979, 3, 28))
PHONE = "0612344321"
_MONTHS = (("février", "fevrier", "february"), ("mars", "mars", "march"))


def numbers() -> Iterator[Number]:
    """Yield the numbers of the patients."""
    yield Number("INS", (INS, INS[:13], *_grouped(INS, (1, 2, 2, 2, 3, 3, 2))))
    yield Number("insured", (INSURED, *_grouped(INSURED, (1, 2, 2, 2, 3, 3))))
    for day, months in zip(BIRTHS, _MONTHS, strict=True):
        yield Number("birth", tuple(dict.fromkeys(_written(day, months))))
    pairs = [PHONE[at : at + 2] for at in range(0, 10, 2)]
    yield Number("telephone", (PHONE, "+33" + PHONE[1:], *(mark.join(pairs) for mark in " .-")))


def digested() -> tuple[str, ...]:
    """Return what somebody could find again by trying values, where it stands as a digest without a key."""
    stems = [kind.value for kind in Kind]
    names = [form for stem in stems for form in (stem, stem.upper(), stem.title())]
    return (INS, INS[:13], INSURED, PHONE, BIRTHS[0].isoformat(), f"{BIRTHS[0]:%Y%m%d}", *names)


def _grouped(number: str, sizes: tuple[int, ...]) -> Iterator[str]:
    for mark in " .-":
        parts, at = [], 0
        for size in sizes:
            parts.append(number[at : at + size])
            at += size
        yield mark.join(part for part in parts if part)


def _written(day: date, months: tuple[str, ...]) -> Iterator[str]:
    yield f"{day:%Y%m%d}"
    yield f"{day:%d%m%Y}"
    for mark in "/.- ":
        yield f"{day:%d{mark}%m{mark}%Y}"
        yield f"{day:%Y{mark}%m{mark}%d}"
    for mark in "/.-":
        yield f"{day:%d{mark}%m{mark}%y}"
    for month in months:
        yield f"{day.day} {month} {day.year}"
        yield f"{month} {day.day}, {day.year}"
