"""What a laboratory found: one result a line."""

from dataclasses import dataclass
from enum import Enum

from passerelle.core.message.identity import Code


class Kind(Enum):
    """The type of a result's value: HPRIM RES field 4."""

    NUMERIC = "N"
    TEXT = "A"
    CODED = "C"


class Status(Enum):
    """The status of a result: HPRIM RES field 10."""

    FINAL = "F"
    UNVALIDATED = "R"
    CORRECTED = "C"


@dataclass(frozen=True, slots=True)
class Measure:
    """One value with its unit and its normal range, decimals with a point."""

    value: str  # may start with < or >
    unit: str = ""  # French usage, as a reader sees it: g/l, G/L, UI/l
    ucum: str | None = None  # the same unit in UCUM, where it is known beyond doubt
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One line of a laboratory report."""

    label: str
    kind: Kind
    measure: Measure
    second: Measure | None = None  # the same result in a second unit
    codes: tuple[Code, ...] = ()  # local code first, LOINC where the source gave one
    flag: str = ""  # N, L, H, LL, HH or empty
    status: Status = Status.FINAL
    chapter: str = ""  # title of the section it stands in, with the isolate: BACTERIOLOGIE : Escherichia coli
    isolate: str = ""  # the micro-organism that it is about, where the source names one
    remarks: tuple[str, ...] = ()
