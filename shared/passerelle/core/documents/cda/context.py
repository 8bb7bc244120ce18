"""What the header says for which HPRIM has no line: who else takes part, which stay, which acts, which order.

Each line is a role, or several, and who has it; a person who has several roles is told once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import MappingProxyType

from lxml import etree

from passerelle.core.documents.cda import people, times, values
from passerelle.core.documents.markup import child, children, local, value, words
from passerelle.core.documents.narrative import WIDTH
from passerelle.core.documents.narrative.layout import wrap

MOST = 200  # indications of one document
LONGEST = 1_000  # characters of one of them
_PART = 300  # characters of a name, an address, a label
_PARTICIPANTS = MappingProxyType({  # HL7 ParticipationType, where no functionCode says it better
    "ADM": "Admission",
    "ATND": "Médecin en charge",
    "CON": "Consultant",
    "DIS": "Sortie",
    "INF": "Informateur",
    "PRF": "Exécutant",
    "REF": "Demandeur",
    "REFB": "Adressé par",
    "REFT": "Adressé à",
    "RESP": "Responsable",
    "SPRF": "Second exécutant",
    "TRC": "Destinataire en copie",
})  # fmt: skip
_RELATED = MappingProxyType({  # HL7 RoleClass, as CI-SIS has it
    "ECON": "Personne à prévenir",
    "NOK": "Personne de confiance",
    "CAREGIVER": "Aidant",
})  # fmt: skip
_DOCUMENTS = MappingProxyType({"RPLC": "Remplace le document", "APND": "Complète le document"})
_ENTITIES = ("assignedEntity", "associatedEntity", "relatedEntity", "assignedAuthor", "intendedRecipient")
_TELECOMS = MappingProxyType({"tel": "tél. ", "fax": "fax ", "mailto": ""})


def read(root: etree._Element) -> tuple[str, ...]:
    """Return the lines, in French and of at most 80 columns, without what has a line of its own in HPRIM."""
    said = [_cut(line, LONGEST) for line in (*_document(root), *_patient(root), *_care(root), *_everyone(root))]
    more = (f"et {len(said) - MOST} autres indications, non reprises",) if len(said) > MOST else ()
    return tuple(f"  {line}" for one in (*said[:MOST], *more) for line in wrap(one, WIDTH - 2, hang="  "))


def _document(root: etree._Element) -> Iterator[str]:
    kind = _concept(child(root, "code"))
    yield from _line("Type de document", kind if kind.casefold() != words(child(root, "title")).casefold() else "")
    yield from _line("Date du document", _when(root))
    for one in children(root, "relatedDocument"):
        numbers = _numbers(children(child(one, "parentDocument"), "id"))
        yield from _line(_DOCUMENTS.get(value(one, "typeCode"), "Document lié"), *numbers)
    for one in children(root, "authorization"):
        yield from _line("Consentement", _concept(child(one, "consent", "code")))


def _patient(root: etree._Element) -> Iterator[str]:
    """Yield how the patient is reached, and under which numbers he is known."""
    role = child(root, "recordTarget", "patientRole")
    person = child(role, "patient")
    own = [one for one in children(role, "id") if value(one, "root") not in people.INS_ROOTS]
    yield from _line("Numéros du patient", *_numbers(own))
    yield from _line("Patient", *_telecoms(role))
    yield from _line("Suivi par", *_structure(child(role, "providerOrganization")))
    birth = child(person, "birthplace", "place")
    where = _address(child(birth, "addr"), but="county")  # its code INSEE is a trait of the identity
    yield from _line("Lieu de naissance", _cut(words(child(birth, "name"))), where)
    if value(child(person, "deceasedInd"), "value") == "true" or child(person, "deceasedTime") is not None:
        yield from _line("Patient", f"décédé {_when(person, 'deceasedTime')}".rstrip())
    for name, what in (("maritalStatusCode", "Situation familiale"), ("religiousAffiliationCode", "Religion")):
        yield from _line(what, _concept(child(person, name)))


def _care(root: etree._Element) -> Iterator[str]:
    """Yield the acts, the order that they follow and the stay that they belong to."""
    for one in children(root, "documentationOf"):
        event = child(one, "serviceEvent")
        yield from _line("Acte", _concept(child(event, "code")), *_numbers(children(event, "id")), _when(event))
    for one in children(root, "inFulfillmentOf"):
        order = child(one, "order")
        numbers = _numbers([*children(order, "id"), *children(order, "accessionNumber")])
        yield from _line("Demande", _concept(child(order, "code")), *numbers, _concept(child(order, "priorityCode")))
    stay = child(root, "componentOf", "encompassingEncounter")
    facility = child(stay, "location", "healthCareFacility")
    place = child(facility, "location")
    said = [_concept(child(stay, "code")), *_numbers(children(stay, "id"))]
    said += [_when(stay), _concept(child(stay, "dischargeDispositionCode")), _concept(child(facility, "code"))]
    said += [*_numbers(children(facility, "id")), *_structure(place)]
    said += _structure(child(facility, "serviceProviderOrganization"))
    yield from _line("Prise en charge", *said)


@dataclass(slots=True)
class _One:
    """A person or a structure, with its name and numbers, the roles it has and what is known of it."""

    named: tuple[str, str]
    roles: dict[str, None] = field(default_factory=dict)
    known: dict[str, None] = field(default_factory=dict)


def _everyone(root: etree._Element) -> Iterator[str]:
    """Yield each person and each structure of the header once, with all roles."""
    found: dict[tuple[str, ...], _One] = {}
    written = _when(root)
    for role, when, entity in _roles(root):
        structure = next((one for one in entity if local(one).endswith("Organization")), None)
        name, number = _name(entity), ", ".join(_numbers(children(entity, "id")))
        known = [_concept(child(entity, "code")), *_structure(structure), _address(child(entity, "addr"))]
        known += _telecoms(entity)
        if name or any(known):
            who = (name, number) if name and number else (name, *known)  # without a number, two may have one name
            one = found.setdefault(who, _One((name, number)))
            one.roles[f"{role} ({when})" if when not in ("", written) else role] = None
            one.known.update(dict.fromkeys(filter(None, known)))
    for one in found.values():
        name, number = one.named
        named = " ".join(filter(None, (name, f"({number})" if number and name else "")))
        yield from _line(" ; ".join(one.roles), named, *one.known)


def _roles(root: etree._Element) -> Iterator[tuple[str, str, etree._Element]]:
    """Yield who takes part in what role, in the order of the header."""
    stay = child(root, "componentOf", "encompassingEncounter")
    acts = [child(one, "serviceEvent") for one in children(root, "documentationOf")]
    person = child(root, "recordTarget", "patientRole", "patient")
    yield from (("Représentant du patient", "", one) for one in children(person, "guardian"))
    for name, role in (
        ("author", "Auteur"),
        ("dataEnterer", "Saisie"),
        ("informant", "Informateur"),
        ("informationRecipient", "Destinataire"),
        ("legalAuthenticator", "Signataire"),
        ("authenticator", "Validation"),
        ("participant", "Intervenant"),
    ):
        yield from _entities(children(root, name), role)
    yield from _entities((one for act in acts for one in children(act, "performer")), "Exécutant")
    yield from _entities(children(stay, "responsibleParty"), "Responsable de la prise en charge")
    yield from _entities(children(stay, "encounterParticipant"), "Intervenant")
    keeper = child(root, "custodian", "assignedCustodian")
    yield from () if keeper is None else (("Conservation", "", keeper),)


def _entities(holders: Iterable[etree._Element], role: str) -> Iterator[tuple[str, str, etree._Element]]:
    """Yield who takes part, in the role that the most precise code names, and when."""
    for holder in holders:
        when = _when(holder, "time")
        for entity in (one for one in holder if local(one) in _ENTITIES):
            named = _concept(child(holder, "functionCode")) or _RELATED.get(value(entity, "classCode"))
            yield named or _PARTICIPANTS.get(value(holder, "typeCode"), role), when, entity


def _name(entity: etree._Element) -> str:
    """Return who an entity is: a person, or the device that wrote a document."""
    device = child(entity, "assignedAuthoringDevice")
    if device is not None:
        return _cut(" ".join(words(part) for part in device))
    person = next(
        (one for one in entity if local(one).endswith("Person") or local(one) == "informationRecipient"), None
    )
    name = child(person, "name")
    parts = [words(part) for kind in ("given", "family") for part in children(name, kind)]
    titles = (words(part) for kind in ("prefix", "suffix") for part in children(name, kind))
    return _cut(" ".join(filter(None, (*titles, *parts))) if any(parts) else words(name) or values.absent(name))


def _numbers(identifiers: list[etree._Element]) -> list[str]:
    return [_cut(number) for number in dict.fromkeys(value(one, "extension") for one in identifiers) if number]


def _structure(element: etree._Element | None) -> list[str]:
    """Return a structure of care: its name and number, what it does, where it is, how it is reached."""
    numbers = ", ".join(_numbers(children(element, "id")))
    name = " ".join(filter(None, (_cut(words(child(element, "name"))), f"({numbers})" if numbers else "")))
    kind = _concept(child(element, "standardIndustryClassCode"))
    above = child(element, "asOrganizationPartOf")
    whole = [] if above is None else [_concept(child(above, "code")), *_structure(child(above, "wholeOrganization"))]
    return [name, kind, _address(child(element, "addr")), *_telecoms(element), *whole]


def _address(addr: etree._Element | None, but: str = "") -> str:
    """Return an address on one line, without its country where that is France."""
    if addr is None:
        return ""
    parts = [words(part) for part in addr if local(part) != but] if len(addr) else [words(addr)]
    return _cut(" ".join(part for part in parts if part.upper() not in people.HOME))


def _telecoms(owner: etree._Element | None) -> list[str]:
    said = []
    for one in children(owner, "telecom"):
        kind, _, number = value(one, "value").partition(":")
        said.append(f"{_TELECOMS[kind]}{number}" if kind in _TELECOMS else value(one, "value"))
    return [_cut(one) for one in said if one]


def _concept(concept: etree._Element | None) -> str:
    """Return what a code means, its translations and qualifiers too, and the words that it stands for."""
    if concept is None:
        return ""
    labels = [value(one, "displayName") for one in concept.iter()] + [words(child(concept, "originalText"))]
    told = {label.casefold(): label for label in reversed(labels) if label}
    return _cut(", ".join(reversed(told.values())) or value(concept, "code"))


def _when(owner: etree._Element | None, name: str = "effectiveTime") -> str:
    time = child(owner, name)
    return "" if time is None else times.period(time)


def _line(what: str, *said: str) -> Iterator[str]:
    if any(said):
        yield f"{what} : {', '.join(filter(None, said))}"


def _cut(text: str, most: int = _PART) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."
