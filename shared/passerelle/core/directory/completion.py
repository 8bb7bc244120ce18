"""What an agreement says of somebody, completed from the directory: nothing is changed, strife is told of."""

import unicodedata
from dataclasses import dataclass, replace

from passerelle.core.directory.entry import Entry
from passerelle.core.message import Identifier, Organisation, PostalAddress, Professional


@dataclass(frozen=True, slots=True)
class Completion:
    """Who somebody is (None where neither says), what the directory has added, and where it says something else."""

    professional: Professional | None
    added: tuple[str, ...] = ()
    contradicted: tuple[str, ...] = ()


def complete(person: Professional | None, place: Organisation | None, entry: Entry | None) -> Completion:
    """Return a person and his structure as an agreement states them, completed; as they are where both contradict."""
    strife = _strife(person, place, entry) if entry else ()
    if entry is None or strife:
        return Completion(person and replace(person, organisation=place), (), strife)
    known = _person(person, entry.professional)
    where = _place(place, entry.organisation)
    if known is None:
        return Completion(None)
    whole = replace(known, organisation=where)
    return Completion(whole, _added(person, place, whole))


def _strife(person: Professional | None, place: Organisation | None, entry: Entry) -> tuple[str, ...]:
    """Return where the directory names somebody else, or another structure of the same register."""
    found, where = entry.professional, entry.organisation
    told = []
    if person and found:
        told += ["identifier"] if _another(person.identifier, found.identifier) else []
        told += ["family"] if _folded(person.family) != _folded(found.family) else []
        told += ["given"] if person.given and found.given and _folded(person.given) != _folded(found.given) else []
    if place and where:
        told += ["structure"] if _another(place.identifier, where.identifier) else []
    return tuple(told)


def _another(one: Identifier | None, other: Identifier | None) -> bool:
    """Return whether two numbers of one register (their first digit: RPPS, ADELI; FINESS, SIRET) differ."""
    return bool(one and other and one.extension[:1] == other.extension[:1] and one != other)


def _person(stated: Professional | None, found: Professional | None) -> Professional | None:
    if stated is None or found is None:
        return stated or found
    return replace(
        stated,
        given=stated.given or found.given,
        title=stated.title or found.title,
        identifier=stated.identifier or found.identifier,
        profession=stated.profession or found.profession,
    )


def _place(stated: Organisation | None, found: Organisation | None) -> Organisation | None:
    """Complete a structure by one of the same number or name: other words may be another structure."""
    if stated is None or found is None:
        return stated or found
    same = stated.identifier == found.identifier if stated.identifier else _folded(stated.name) == _folded(found.name)
    if not same:
        return stated
    address = found.address if stated.address == PostalAddress() else stated.address
    return replace(stated, identifier=stated.identifier or found.identifier, address=address)


def _added(person: Professional | None, place: Organisation | None, whole: Professional) -> tuple[str, ...]:
    """Return the names of what was not stated and is there now."""
    names = ("family", "given", "title", "identifier", "profession")
    added = [name for name in names if getattr(whole, name) and not (person and getattr(person, name))]
    return (*added, *(["structure"] if whole.organisation != place else []))


def _folded(name: str) -> str:
    """Return a name as it is compared: capitals, accents, hyphens and spaces make no other person."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in bare if letter.isalnum())
