"""How five public readers decide that a text is HPRIM, written from their published behaviour.

The rules are those of Mediboard, of the Doctolib bundle, of MedShake, of Episodus and of FreeHealth;
every body that we write must pass all of them. A body is a text, as a reader has it after decoding.
"""

import re
from datetime import datetime

_DAY = re.compile(r"\d{2}/\d{2}/\d{4}")
MEDSHAKE_NEEDS = 10


def lines_of(body: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", body)


def mediboard(body: str) -> bool:
    """At least 13 lines; lines 7 and 10 are JJ/MM/AAAA; lines 11 and 12 filled, or all lines shift by one."""
    lines = lines_of(body)
    return len(lines) >= 13 and all(_DAY.fullmatch(lines[n]) for n in (6, 9)) and all(lines[n] for n in (10, 11))


def doctolib(body: str) -> bool:
    """Holds ****FIN****; at least 12 lines; line 10 empty or a date."""
    lines = lines_of(body)
    return "****FIN****" in body and len(lines) >= 12 and (not lines[9].strip() or _readable(lines[9].strip()))


def medshake_score(body: str) -> int:
    """Points for and against each line; 10 are needed. A NIR with a space before its key counts against."""
    lines = [line.strip() for line in [*lines_of(body), *[""] * 13][:13]]
    return (
        (8 if _readable(lines[6]) else -8)
        + (4 if _readable(lines[9]) else -4)
        + (3 if re.fullmatch(r"\d{13}(\d{2})?", lines[7]) else -3)
        + (1 if re.fullmatch(r"\d{5}", lines[5][:5]) else -1)
        + (3 if re.fullmatch(r"\w{1,10}", lines[0]) else 0)
        + (1 if lines[1] else -1)
        + (1 if lines[2] else -1)
    )


def medshake(body: str) -> bool:
    return medshake_score(body) >= MEDSHAKE_NEEDS


def episodus(body: str) -> bool:
    """Of each message: line 7 of 8 or 10 characters if filled, line 10 with a / if filled; leading blanks skipped."""
    blocks = body.split("****FIN****")[:-1]
    return bool(blocks) and all(_episodus(block) for block in blocks)


def _episodus(block: str) -> bool:
    lines = lines_of(block.lstrip("\r\n "))
    return len(lines) >= 12 and len(lines[6].strip()) in (0, 8, 10) and (not lines[9].strip() or "/" in lines[9])


def freehealth(body: str) -> bool:
    """Lines 2, 3 and 7 filled, 7 a date; one FIN, then FINFICHIER, nothing between them, nothing after."""
    lines = lines_of(body)
    named = len(lines) >= 12 and bool(lines[1]) and bool(lines[2]) and _readable(lines[6])
    _, found, rest = body.partition("****FIN****")
    between, closed, after = rest.partition("****FINFICHIER****")
    return named and bool(found and closed) and not between.strip() and not after.strip()


def _readable(text: str) -> bool:
    for pattern in ("%d/%m/%Y", "%d/%m/%y"):
        try:
            datetime.strptime(text, pattern)  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        return True
    return False


DETECTORS = {one.__name__: one for one in (mediboard, doctolib, medshake, episodus, freehealth)}


def failing(body: str) -> list[str]:
    """Return the readers that would not take a body for HPRIM."""
    return [name for name, detector in DETECTORS.items() if not detector(body)]
