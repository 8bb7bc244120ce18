"""Correspondents, as the file of agreements states them and the directory of MSSanté completes them."""

from collections.abc import Mapping
from dataclasses import dataclass

from passerelle.adapters import terms
from passerelle.adapters.terms import CorrespondentTable
from passerelle.core.directory import Entry
from passerelle.core.directory.completion import complete
from passerelle.core.message import Code, Identifier, LocalCode, Network, Organisation, PostalAddress, Professional
from passerelle.core.policy import Correspondent, Profile

_PERSON = "1.2.250.1.71.4.2.1"
_STRUCTURE = "1.2.250.1.71.4.2.2"
_PROFESSION = "1.2.250.1.213.1.1.4.5"
_SECTOR = "1.2.250.1.71.4.2.4"
_SETTING = "1.2.250.1.213.1.1.4.9"
_RPPS = "8"  # type of a national identifier: 8 + RPPS

_NOBODY = Professional("")  # who stands here is never written with: his pairs wait
_STRIFE = {
    "identifier": "the directory has another number of this person",
    "family": "the directory has another family name",
    "given": "the directory has another given name",
    "structure": "the directory has another number of this structure",
}


@dataclass(frozen=True, slots=True)
class Settled:
    """A correspondent, what the directory has added, what is at odds, and whether anybody says who he is."""

    correspondent: Correspondent
    added: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    named: bool = True


def settle(table: CorrespondentTable, entries: Mapping[str, Entry] | None) -> Settled:
    """Return a correspondent; the directory (None where it is not at hand) speaks of MSSanté only."""
    listed = entries.get(table.address.casefold()) if entries and table.network is Network.MSSANTE else None
    found = complete(
        _professional(table.professional) if table.professional else None,
        _organisation(table.organisation) if table.organisation else None,
        listed,
    )
    if found.professional is None:
        return Settled(_correspondent(table, _NOBODY), (), (_unnamed(entries),), named=False)
    faults = tuple(_STRIFE[one] for one in found.contradicted)
    return Settled(_correspondent(table, found.professional), found.added, faults)


def _unnamed(entries: Mapping[str, Entry] | None) -> str:
    if entries is None:
        return "a professional is wanted, unless the directory names one"
    return "a professional is wanted: the directory names none, or several"


def _correspondent(table: CorrespondentTable, professional: Professional) -> Correspondent:
    return Correspondent(
        table.network,
        table.address,
        table.alias,
        table.label,
        table.lock,
        professional,
        table.certificate,
        tuple(LocalCode(local, one.loinc, one.ucum) for local, one in table.codes.items()),
        table.profile or Profile.INTEROP,
    )


def _professional(person: terms.ProfessionalTable) -> Professional:
    return Professional(
        person.family,
        person.given,
        person.title,
        Identifier(_PERSON, _RPPS + person.rpps) if person.rpps else None,
        _code(person.profession, _PROFESSION),
    )


def _organisation(table: terms.OrganisationTable) -> Organisation:
    return Organisation(
        table.name,
        Identifier(_STRUCTURE, table.id) if table.id else None,
        _code(table.sector, _SECTOR),
        _code(table.setting, _SETTING),
        PostalAddress(table.address, table.postcode, table.city),
        table.phone,
    )


def _code(table: terms.CodeTable | None, system: str) -> Code | None:
    return Code(table.code, system, table.display) if table else None
