"""Who and where: patients, professionals, structures of care, and the codes that name them."""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum


class Sex(Enum):
    """Administrative sex, as HL7 AdministrativeGender codes it."""

    MALE = "M"
    FEMALE = "F"


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier and the OID of the authority that gave it."""

    root: str
    extension: str


@dataclass(frozen=True, slots=True)
class Code:
    """A coded concept: code, OID of its system (empty where it is local and unknown), label."""

    code: str
    system: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """A postal address: free lines, then postcode and city."""

    lines: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """The traits of a patient as the source gave them; what it did not give stays None."""

    family: str  # the name to show: HPRIM line 2
    given: str  # first given name
    birth_date: date | None = None
    birth_family: str | None = None  # only where the source says that it is the birth name
    birth_givens: str | None = None  # all given names of the birth record, space separated
    sex: Sex | None = None
    birth_place: str | None = None  # COG code
    ins: Identifier | None = None  # only from a source that qualified it
    insured: str = ""  # HPRIM line 8: the insured person's number, never an INS
    local_ids: tuple[Identifier, ...] = ()
    address: PostalAddress = field(default_factory=PostalAddress)
    birth_told: str = ""  # in French, what the source says instead of a full date: 1950, 03/1950, masqué
    sex_told: str = ""  # in French, what it says instead of M or F
    name_told: str = ""  # in French, why the source gives no whole name: masqué


@dataclass(frozen=True, slots=True)
class Organisation:
    """A structure of care."""

    name: str
    identifier: Identifier | None = None  # root 1.2.250.1.71.4.2.2
    sector: Code | None = None  # secteur d'activité, SAxx (1.2.250.1.71.4.2.4)
    setting: Code | None = None  # cadre d'exercice (1.2.250.1.213.1.1.4.9)
    address: PostalAddress = field(default_factory=PostalAddress)
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Professional:
    """Somebody who wrote, ordered or performed."""

    family: str
    given: str = ""
    title: str = ""
    identifier: Identifier | None = None  # root 1.2.250.1.71.4.2.1
    profession: Code | None = None  # 1.2.250.1.213.1.1.4.5
    organisation: Organisation | None = None
