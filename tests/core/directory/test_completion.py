"""The directory adds what an agreement leaves open, changes nothing, and is told of where it says something else."""

from dataclasses import replace

import pytest

from passerelle.core.directory import Entry
from passerelle.core.directory.completion import Completion, complete
from passerelle.core.message import Code, Identifier, Organisation, PostalAddress, Professional

RPPS, ADELI = Identifier("1.2.250.1.71.4.2.1", "810009999009"), Identifier("1.2.250.1.71.4.2.1", "0591234567")
FINESS, SIRET = Identifier("1.2.250.1.71.4.2.2", "1590099993"), Identifier("1.2.250.1.71.4.2.2", "399999999900011")
PROFESSION = Code("G15_10/SM54", "1.2.250.1.213.1.1.4.5", "Médecin - Médecine générale (SM)")
LISTED = Professional("LEFEVRE", "ZOE", "Dr", RPPS, PROFESSION)
CENTRE = Organisation("CENTRE EXEMPLE", FINESS, address=PostalAddress(("1 RUE X",), "59100", "ROUBAIX"))
ENTRY = Entry(LISTED, CENTRE)
NAME = Professional("Lefèvre")


def test_who_is_not_stated_is_whom_the_directory_names() -> None:
    found = complete(None, None, ENTRY)
    assert found.professional == replace(LISTED, organisation=CENTRE)
    assert found.added == ("family", "given", "title", "identifier", "profession", "structure")


def test_a_name_is_completed_and_stays_as_it_is_written() -> None:
    found = complete(NAME, None, ENTRY)
    assert found.professional == replace(LISTED, family="Lefèvre", organisation=CENTRE)
    assert found.added == ("given", "title", "identifier", "profession", "structure")


def test_what_is_stated_stays() -> None:
    stated = replace(LISTED, title="Pr", profession=replace(PROFESSION, code="G15_10/SM26"))
    place = replace(CENTRE, name="Le centre", address=PostalAddress(("ailleurs",)), phone="0300000000")
    assert complete(stated, place, ENTRY) == Completion(replace(stated, organisation=place))


def test_a_structure_of_the_same_name_or_number_is_completed() -> None:
    for place in (Organisation("Centre-Exemple"), Organisation("Le centre", FINESS)):
        found = complete(LISTED, place, ENTRY)
        whole = replace(place, identifier=FINESS, address=CENTRE.address)
        assert found == Completion(replace(LISTED, organisation=whole), ("structure",))


@pytest.mark.parametrize("place", [Organisation("Un autre nom"), Organisation("Centre Exemple", SIRET)])
def test_a_structure_that_may_be_another_stays_as_it_is(place: Organisation) -> None:
    assert complete(LISTED, place, ENTRY) == Completion(replace(LISTED, organisation=place))


@pytest.mark.parametrize(
    ("stated", "place", "told"),
    [
        (replace(NAME, identifier=replace(RPPS, extension="810009999001")), None, ("identifier",)),
        (replace(NAME, family="Lefebvre"), None, ("family",)),
        (replace(NAME, given="Léa"), None, ("given",)),
        (NAME, Organisation("x", replace(FINESS, extension="1590099994")), ("structure",)),
        (Professional("A", "B", identifier=replace(RPPS, extension="8")), None, ("identifier", "family", "given")),
    ],
)
def test_a_contradiction_is_told_of_and_nothing_is_taken(
    stated: Professional, place: Organisation | None, told: tuple[str, ...]
) -> None:
    assert complete(stated, place, ENTRY) == Completion(replace(stated, organisation=place), (), told)


def test_numbers_of_different_registers_contradict_nothing() -> None:
    found = complete(replace(NAME, identifier=ADELI), None, ENTRY)
    assert found.professional is not None
    assert (found.professional.identifier, found.contradicted) == (ADELI, ())


@pytest.mark.parametrize("entry", [None, Entry(), Entry(None, CENTRE)])
def test_whom_nobody_names_is_nobody(entry: Entry | None) -> None:
    assert complete(None, CENTRE, entry).professional is None


def test_a_stated_person_has_the_structure_of_his_box() -> None:
    found = complete(NAME, None, Entry(None, CENTRE))
    assert found == Completion(replace(NAME, organisation=CENTRE), ("structure",))


def test_without_the_directory_all_stays_as_stated() -> None:
    assert complete(NAME, CENTRE, None) == Completion(replace(NAME, organisation=CENTRE))
