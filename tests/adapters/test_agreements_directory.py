"""Agreements that leave to the directory who somebody is: completed, contradicted, or waiting."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from passerelle.adapters import agreements
from passerelle.adapters.agreements import FRESH, Book, S3Agreements, parse
from passerelle.adapters.mistakes import AgreementsError
from passerelle.core.directory import Entry, extraction, kept
from passerelle.core.errors import UnavailableError
from passerelle.core.message import Network
from passerelle.local.cloud.clients import Cloud
from tests.adapters import clouds
from tests.adapters.conventions import DOCTOR, DOCTOR_ALIAS, EXAMPLE, HOSPITAL, HOSPITAL_ALIAS, LABORATORY_ALIAS
from tests.adapters.test_keyring import Watch
from tests.vectors import make_directory as make

_HEAD, _REST = EXAMPLE.split("[correspondent.professional]\n", 1)
_PERSON, _REST = _REST.split("[correspondent.organisation]\n", 1)
_PLACE, _REST = _REST.split("\n[[correspondent]]", 1)
UNNAMED = f"{_HEAD}\n[[correspondent]]{_REST}"
"""The example, which says no more who the hospital's doctor is, nor where he works."""


def directory(*lines: dict[str, str]) -> Mapping[str, Entry]:
    return extraction.read([make.text(lines)], {HOSPITAL}).entries


def named(text: str, *lines: dict[str, str]) -> Book:
    return parse(text.encode(), directory(*lines))


def rules(text: str, entries: Mapping[str, Entry] | None) -> list[tuple[str, str]]:
    with pytest.raises(AgreementsError) as caught:
        parse(text.encode(), entries)
    return [(one.place, one.rule) for one in caught.value.mistakes]


ZOE = make.person(address=HOSPITAL)


def test_the_directory_names_whom_the_file_does_not() -> None:
    agreed = named(UNNAMED, ZOE).between(Network.MSSANTE, HOSPITAL, DOCTOR_ALIAS)
    assert agreed is not None
    person = agreed.sender.professional
    entry = directory(ZOE)[HOSPITAL]
    assert entry.professional is not None
    assert person == replace(entry.professional, organisation=entry.organisation)


def test_the_directory_adds_the_number_that_the_file_lacks_and_changes_nothing() -> None:
    text = EXAMPLE.replace('rpps = "10009999001"\n', "")
    line = make.person(address=HOSPITAL, family="DURAND", given="CLAIRE", structure="590099991")
    book = named(text, line)
    whole = parse(EXAMPLE.encode()).correspondent(Network.MSSANTE, HOSPITAL)
    found = book.correspondent(Network.MSSANTE, HOSPITAL)
    assert found is not None
    assert whole is not None
    assert found.professional.identifier is not None
    assert found.professional.identifier.extension == "810009999009"
    assert replace(found.professional, identifier=whole.professional.identifier) == whole.professional
    assert [(one.correspondent.address, one.added) for one in book.completed] == [(HOSPITAL, ("identifier",))]


def test_a_contradiction_is_a_mistake_with_its_place() -> None:
    assert rules(EXAMPLE, directory(ZOE)) == [
        ("correspondent[1]", "the directory has another number of this person"),
        ("correspondent[1]", "the directory has another family name"),
        ("correspondent[1]", "the directory has another given name"),
        ("correspondent[1]", "the directory has another number of this structure"),
    ]


def test_whom_nobody_names_is_a_mistake_that_says_what_to_do() -> None:
    place = "correspondent[1]"
    assert rules(UNNAMED, None) == [(place, "a professional is wanted, unless the directory names one")]
    several = directory(ZOE, make.person(address=HOSPITAL, given="LÉA"))
    for entries in ({}, several, directory(make.organisation(address=HOSPITAL))):
        assert rules(UNNAMED, entries) == [(place, "a professional is wanted: the directory names none, or several")]


def test_the_directory_speaks_of_mssante_only() -> None:
    text = EXAMPLE.replace('family = "MARTIN"\ngiven = "Jean"\n', 'family = "MARTIN"\n')
    entries = extraction.read([make.text([make.person(address=DOCTOR)])], {DOCTOR.casefold()}).entries
    assert entries
    assert parse(text.encode(), entries).completed == ()
    start, end = EXAMPLE.index('[correspondent.professional]\nfamily = "MARTIN"'), EXAMPLE.index('name = "Cabinet')
    nobody = f"{EXAMPLE[:start]}[correspondent.organisation]\n{EXAMPLE[end:]}"
    assert ("correspondent[3]", "a correspondent of Apicrypt has a professional") in rules(nobody, entries)


class Shelf:
    """What `refresh` has kept."""

    content = b""

    def __call__(self) -> bytes:
        return self.content


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def on_s3(moto_cloud: Cloud, shelf: Shelf) -> S3Agreements:
    bucket = clouds.bucket(moto_cloud, "configuration")
    client = moto_cloud.client("s3")
    client.put_object(Bucket=bucket, Key=agreements.FILE, Body=UNNAMED.encode())
    return S3Agreements(client, bucket, Watch(), shelf)


def published(*lines: dict[str, str]) -> bytes:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    return kept.dump(kept.of(extraction.read([make.text(lines)], {HOSPITAL}), now, {HOSPITAL}, now))


def refusal(agreed: S3Agreements, network: Network, sender: str, recipient: str) -> str:
    with pytest.raises(UnavailableError) as caught:
        agreed.between(network, sender, recipient)
    return caught.value.code


def test_mail_of_whom_nobody_names_waits_and_all_other_mail_goes_on(on_s3: S3Agreements) -> None:
    assert refusal(on_s3, Network.MSSANTE, HOSPITAL, DOCTOR_ALIAS) == "agreements.unnamed"
    assert refusal(on_s3, Network.APICRYPT, DOCTOR, HOSPITAL_ALIAS.upper()) == "agreements.unnamed"
    with pytest.raises(UnavailableError, match="name a correspondent"):
        on_s3.correspondent(Network.MSSANTE, HOSPITAL)
    assert on_s3.between(Network.MSSANTE, HOSPITAL, LABORATORY_ALIAS) is None
    assert on_s3.between(Network.APICRYPT, "stranger@x.example", HOSPITAL_ALIAS) is None
    assert on_s3.between(Network.MSSANTE, "labo.central@ch-exemple.mssante.example", DOCTOR_ALIAS) is not None
    assert HOSPITAL in on_s3.book().on_mssante


def test_he_is_named_within_a_minute_of_the_directory(on_s3: S3Agreements, shelf: Shelf) -> None:
    watch = on_s3.now
    assert isinstance(watch, Watch)
    assert refusal(on_s3, Network.MSSANTE, HOSPITAL, DOCTOR_ALIAS) == "agreements.unnamed"
    shelf.content = published(ZOE)
    watch.now += FRESH
    found = on_s3.between(Network.MSSANTE, HOSPITAL, DOCTOR_ALIAS)
    assert found is not None
    assert found.sender.professional.family == "LEFÈVRE"
    on_s3.book().demand_settled()


def test_a_contradiction_stops_no_mail_and_is_told_of(on_s3: S3Agreements, shelf: Shelf) -> None:
    on_s3.client.put_object(Bucket=on_s3.bucket, Key=agreements.FILE, Body=EXAMPLE.encode())
    shelf.content = published(ZOE)
    found = on_s3.between(Network.MSSANTE, HOSPITAL, DOCTOR_ALIAS)
    assert found is not None
    assert found.sender.professional.family == "DURAND"
    with pytest.raises(UnavailableError, match="says something else"):
        on_s3.book().demand_settled()


def test_what_was_kept_and_is_broken_lets_mail_wait(on_s3: S3Agreements, shelf: Shelf) -> None:
    shelf.content = b"{}"
    assert refusal(on_s3, Network.MSSANTE, HOSPITAL, DOCTOR_ALIAS) == "directory.kept"


def test_an_alias_is_known_in_lower_case_also_of_somebody_who_is_not_named_yet() -> None:
    for book in (parse(EXAMPLE.encode()), agreements.read(UNNAMED.encode(), {})):
        assert {(Network.MSSANTE, DOCTOR_ALIAS), (Network.APICRYPT, HOSPITAL_ALIAS)} <= book.aliases
        assert not book.aliases & {(Network.APICRYPT, DOCTOR_ALIAS), (Network.MSSANTE, HOSPITAL)}
