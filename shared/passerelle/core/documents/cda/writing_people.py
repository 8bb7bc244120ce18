"""The patient, professionals and organisations of a CDA header, as they are known and no better."""

import re

from lxml import etree

from passerelle.core.documents.cda.people import INS_ROOTS
from passerelle.core.documents.cda.writing_elements import Content, code, element, instance, null, stamp
from passerelle.core.message import Identifier, Organisation, Patient, PostalAddress, Professional, Sex

_GENDER = "2.16.840.1.113883.5.1"
_SEXES = {Sex.MALE: ("M", "Masculin"), Sex.FEMALE: ("F", "Féminin"), None: ("UN", "Inconnu")}  # JDV_J143
_PREFIXES = {"M": "M", "MR": "M", "MONSIEUR": "M", "MME": "MME", "MADAME": "MME"}  # value set 1.2.250.1.213.1.1.5.718
_SUFFIXES = {"DR": "DR", "DOCTEUR": "DR", "PR": "PR", "PROFESSEUR": "PR"}  # value set 1.2.250.1.213.1.1.5.719
_MOST_ADDRESS_LINES = 5
SETTING_NAME = "standardIndustryClassCode"


def qualified(patient: Patient) -> bool:
    """Tell whether the INS may be written: it comes with all the traits of the birth record (StructMin)."""
    return (
        patient.ins is not None
        and patient.ins.root in INS_ROOTS
        and bool(patient.birth_family and patient.birth_givens and patient.birth_date and patient.birth_place)
        and patient.sex is not None
    )


def record_target(patient: Patient, ids: tuple[Identifier, ...]) -> etree._Element:
    """Return the recordTarget; `ids` are the patient's local identifiers, each with its root."""
    person = element(
        "patient",
        _patient_name(patient),
        _gender(patient.sex),
        element("birthTime", value=stamp(patient.birth_date)) if patient.birth_date else None,  # frame wants one
        _birthplace(patient.birth_place) if patient.birth_place else None,
        classCode="PSN",
    )
    every = [patient.ins, *ids] if qualified(patient) else [*ids]
    role = element("patientRole", *map(instance, every), address(patient.address), null("telecom"), person)
    return element("recordTarget", role)


def _birthplace(cog: str) -> etree._Element:
    return element("birthplace", element("place", element("addr", element("county", cog))))


def _gender(sex: Sex | None) -> etree._Element:
    symbol, display = _SEXES[sex]
    return element("administrativeGenderCode", code=symbol, displayName=display, codeSystem=_GENDER)


def first_birth_given(patient: Patient) -> str:
    """Return the first given name of the birth record."""
    every = patient.birth_givens or ""
    return patient.given if f"{every} ".startswith(f"{patient.given} ") else every.partition(" ")[0]


def _patient_name(patient: Patient) -> etree._Element:
    """Say BR (birth) only of what the source called so: HPRIM does not tell a birth name from a used one (CL)."""
    if not patient.birth_family:
        used = element("given", patient.given, qualifier="CL")
        return element("name", element("family", patient.family, qualifier="CL"), used)
    parts: list[Content] = [element("family", patient.birth_family, qualifier="BR")]
    if patient.birth_givens:
        parts.append(element("given", patient.birth_givens))
        parts.append(element("given", first_birth_given(patient), qualifier="BR"))
    else:
        parts.append(element("given", patient.given))
    if patient.family and patient.family != patient.birth_family:
        parts.append(element("family", patient.family, qualifier="CL"))
    return element("name", *parts)


def address(known: PostalAddress) -> etree._Element:
    """Return an addr."""
    lines = [element("streetAddressLine", line) for line in known.lines[:_MOST_ADDRESS_LINES] if line]
    place = " ".join(filter(None, (known.postcode, known.city)))
    if place:
        lines.append(element("streetAddressLine", place))
    return element("addr", *lines) if lines else null("addr")


def telecom(phone: str) -> etree._Element:
    """Return a telecom with what can be dialled."""
    digits = re.sub(r"[^0-9+]", "", phone)
    return element("telecom", value=f"tel:{digits}", use="WP") if digits else null("telecom")


def entity(name: str, person: Professional, *, setting: bool = False) -> etree._Element:
    """Return an assignedAuthor or an assignedEntity."""
    organisation = person.organisation
    return element(
        name,
        instance(person.identifier),
        code(person.profession) if person.profession else None,
        address(organisation.address if organisation else PostalAddress()),
        telecom(organisation.phone if organisation else ""),
        element("assignedPerson", _name(person)),
        organisation_of("representedOrganization", organisation, setting=setting) if organisation else None,
    )


def recipient_of(person: Professional) -> etree._Element:
    """Return an intendedRecipient."""
    organisation = person.organisation
    return element(
        "intendedRecipient",
        instance(person.identifier),
        address(organisation.address if organisation else PostalAddress()),
        telecom(organisation.phone if organisation else ""),
        element("informationRecipient", _name(person)),
        organisation_of("receivedOrganization", organisation) if organisation else None,
    )


def associate(person: Professional) -> etree._Element:
    """Return an associatedEntity."""
    organisation = person.organisation
    return element(
        "associatedEntity",
        instance(person.identifier),
        code(person.profession) if person.profession else None,
        address(organisation.address if organisation else PostalAddress()),
        telecom(organisation.phone if organisation else ""),
        element("associatedPerson", _name(person)),
        organisation_of("scopingOrganization", organisation) if organisation else None,
        classCode="PROV",
    )


def _name(person: Professional) -> etree._Element:
    """Return a name; a title that the value sets do not have stays in the PDF."""
    title = person.title.upper().rstrip(".")
    return element(
        "name",
        element("prefix", _PREFIXES[title]) if title in _PREFIXES else None,
        element("given", person.given) if person.given else None,
        element("family", person.family),
        element("suffix", _SUFFIXES[title]) if title in _SUFFIXES else None,
    )


def organisation_of(name: str, known: Organisation, *, setting: bool = False) -> etree._Element:
    """Return an organisation."""
    return element(
        name,
        instance(known.identifier),
        element("name", known.name),
        telecom(known.phone),
        address(known.address),
        code(known.setting, name=SETTING_NAME) if setting else None,
    )
