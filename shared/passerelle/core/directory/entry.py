"""What the directory says of one address."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from passerelle.core.message import Organisation, Professional


@dataclass(frozen=True, slots=True)
class Entry:
    """Who has an address, and in which structure: None where the directory names nobody, or several."""

    professional: Professional | None = None  # without organisation
    organisation: Organisation | None = None


def merge(entries: Iterable[Entry]) -> Entry:
    """Return what all lines of one address agree on: an address may stand on several, one for each structure."""
    found = tuple(entries)
    people = {one.professional for one in found}
    if len({person and replace(person, profession=None) for person in people}) > 1:
        return Entry()  # two people: neither is guessed
    professional = next(iter(people), None)
    if professional and len(people) > 1:
        professional = replace(professional, profession=None)
    places = {one.organisation for one in found}
    return Entry(professional, places.pop() if len(places) == 1 else None)
