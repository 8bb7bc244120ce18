"""Patients, professionals and organisations of a CDA header."""

import re

from lxml import etree

from passerelle.core.documents.cda import times, values
from passerelle.core.documents.markup import child, children, value, words
from passerelle.core.errors import MalformedError
from passerelle.core.message import Code, Identifier, Organisation, Patient, PostalAddress, Professional, Sex

INS_ROOTS = tuple(f"1.2.250.1.213.1.4.{arc}" for arc in (8, 9, 10, 11))  # NIR, NIA, test, démonstration
_PROFESSIONAL_ROOT = "1.2.250.1.71.4.2.1"
_ORGANISATION_ROOT = "1.2.250.1.71.4.2.2"
HOME = ("FRANCE", "FR", "FRA", "250")  # said of nobody
_PLACE = re.compile(r"(\d{5}) (\D.*)")


def patient(role: etree._Element) -> Patient:
    """Return the patient of recordTarget/patientRole."""
    person = child(role, "patient")
    birth, gender = child(person, "birthTime"), child(person, "administrativeGenderCode")
    names = children(person, "name")
    ins, local_ids = _patient_ids(role)
    births = _named(names, "family", "BR")
    used = _named(names, "family", "CL") or _named(names, "family", "SP") or births or _named(names, "family", "")
    givens = _named(names, "given", "")
    firsts = _named(names, "given", "BR") or _named(names, "given", "CL") or givens
    return Patient(
        family=" ".join(used[:1]),
        given=" ".join(firsts[:1]),
        birth_date=times.day(value(birth, "value")),
        birth_family=births[0] if births else None,
        birth_givens=" ".join(givens) if births and givens else None,
        sex=_sex(value(gender, "code")),
        birth_place=words(child(person, "birthplace", "place", "addr", "county")) or None,
        ins=ins,
        local_ids=local_ids,
        address=address(role),
        birth_told=times.told(value(birth, "value")) or values.absent(birth) or values.absent(person),
        sex_told="" if _sex(value(gender, "code")) else _other_sex(gender),
        name_told=next(filter(None, map(values.absent, (*_parts(names), *names, person))), ""),
    )


def _parts(names: list[etree._Element]) -> list[etree._Element]:
    return [element for name in names for part in ("family", "given") for element in children(name, part)]


def _patient_ids(role: etree._Element) -> tuple[Identifier | None, tuple[Identifier, ...]]:
    every = dict.fromkeys(filter(None, map(identifier, children(role, "id"))))
    ins = [one for one in every if one.root in INS_ROOTS and one.extension]
    if len(ins) > 1:
        raise MalformedError("cda.ins", "A document has one INS; this one has several that differ.")
    return (ins[0] if ins else None), tuple(one for one in every if one not in ins)


def _named(names: list[etree._Element], part: str, qualifier: str) -> list[str]:
    """Return the parts of names with that qualifier (HL7 EntityNamePartQualifier), those that say something."""
    parts = [element for name in names for element in children(name, part)]
    return [
        words(element) for element in parts if qualifier in (value(element, "qualifier").split() or [""])
    ]  # a set of codes


def _sex(code: str) -> Sex | None:
    return Sex(code) if code in ("M", "F") else None


def _other_sex(gender: etree._Element | None) -> str:
    """Return what a document says of a sex that is neither M nor F; UN is what CI-SIS writes where nobody knows."""
    symbol = value(gender, "code")
    return values.absent(gender) if symbol in ("", "UN") else symbol


def professional(entity: etree._Element | None, person: str = "assignedPerson") -> Professional | None:
    """Return who an assignedAuthor or assignedEntity is; nothing where it names no person."""
    name = child(entity, person, "name")
    if entity is None or not words(name):
        return None
    return Professional(
        family=words(child(name, "family")) or words(name),
        given=words(child(name, "given")),
        title=words(child(name, "suffix")) or words(child(name, "prefix")),
        identifier=_preferred(entity, _PROFESSIONAL_ROOT),
        profession=code(child(entity, "code")),
        organisation=organisation(child(entity, "representedOrganization")),
    )


def organisation(element: etree._Element | None, sector: etree._Element | None = None) -> Organisation | None:
    """Return a structure of care, with the code of its sector where the caller knows it."""
    if element is None:
        return None
    phones = [value(telecom, "value") for telecom in children(element, "telecom")]
    return Organisation(
        name=words(child(element, "name")),
        identifier=_preferred(element, _ORGANISATION_ROOT),
        sector=code(sector),
        setting=code(child(element, "standardIndustryClassCode")),
        address=address(element),
        phone=next((phone.removeprefix("tel:") for phone in phones if phone.startswith("tel:")), ""),
    )


def address(owner: etree._Element) -> PostalAddress:
    """Return the first address of an element; CI-SIS allows it in lines alone, the last with postcode and city."""
    addr = child(owner, "addr")
    if addr is None:
        return PostalAddress()
    lines = [words(line) for line in children(addr, "streetAddressLine")]
    place = _PLACE.fullmatch(lines[-1]) if lines and len(lines) == len(addr) else None
    if place:
        return PostalAddress(tuple(filter(None, lines[:-1])), place[1], place[2])
    street = " ".join(words(child(addr, part)) for part in ("houseNumber", "streetNameType", "streetName"))
    others = [words(child(addr, part)) for part in ("unitID", "additionalLocator", "postBox", "county")]
    country = words(child(addr, "country"))
    abroad = country if country.upper() not in HOME else ""
    return PostalAddress(
        tuple(filter(None, [" ".join(street.split()), *others, *lines, abroad])),
        words(child(addr, "postalCode")),
        words(child(addr, "city")),
    )


def identifier(element: etree._Element | None) -> Identifier | None:
    """Return an II; nothing where it has no root."""
    root = value(element, "root")
    return Identifier(root, value(element, "extension")) if root else None


def _preferred(owner: etree._Element, root: str) -> Identifier | None:
    found = [one for one in map(identifier, children(owner, "id")) if one]
    return next((one for one in found if one.root == root), found[0] if found else None)


def code(element: etree._Element | None) -> Code | None:
    """Return a coded concept; nothing where it has no code."""
    symbol = value(element, "code")
    return Code(symbol, value(element, "codeSystem"), value(element, "displayName")) if symbol else None
