"""The contract of Persons, on its fake, on moto and on ministack; then what only KMS and S3 can get wrong."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from passerelle.adapters.archive import S3Archive
from passerelle.adapters.persons import FRESH, SERVICE, KmsPersons
from passerelle.core.errors import MalformedError, UnavailableError, UntrustedError
from passerelle.core.receipts.persons import Addresses
from passerelle.local.cloud.clients import Cloud
from passerelle.steps.ports import Persons
from tests.adapters import clouds
from tests.fakes import FakeClock, FakePersons

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NEXT = datetime(2026, 12, 1, tzinfo=UTC)
ID, OTHER = "0" * 32, "1" * 32
SOME = Addresses("anne@labo.example", "jean.59@passerelle.example", message="1@labo.example")
PARTS = ["fake", "moto", pytest.param("emulator", marks=pytest.mark.emulator)]
Maker = Callable[[], KmsPersons]


@pytest.fixture(params=PARTS)
def persons(request: pytest.FixtureRequest) -> Persons:
    return FakePersons() if request.param == "fake" else _site(request.getfixturevalue(f"{request.param}_cloud"))()


@pytest.fixture
def site(moto_cloud: Cloud) -> Maker:
    return _site(moto_cloud)


def _site(cloud: Cloud) -> Maker:
    """Return what gives each process its own part of one bridge."""
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    name = clouds.bucket(cloud, f"persons-{uuid.uuid4().hex}", versions=False)
    bucket = S3Archive(cloud.client("s3"), name, SERVICE)
    return lambda: KmsPersons(cloud.client("kms"), key, bucket, FakeClock(NOON))


def test_what_is_sealed_comes_back(persons: Persons) -> None:
    text = persons.seal(ID, NOON, SOME)
    assert persons.unseal(ID, text) == SOME
    assert persons.seal(ID, NOON, SOME) == text


def test_it_opens_for_its_delivery_only(persons: Persons) -> None:
    text = persons.seal(ID, NOON, SOME)
    with pytest.raises(UntrustedError, match=r"persons\.seal"):
        persons.unseal(OTHER, text)
    with pytest.raises(MalformedError, match=r"persons\.form"):
        persons.unseal(ID, text[:-1] + "*")


def test_each_month_has_its_key_and_forgetting_one_forgets_no_other(persons: Persons) -> None:
    november, december = persons.seal(ID, NOON, SOME), persons.seal(ID, NEXT, SOME)
    assert persons.months() == ("2026-11", "2026-12")
    persons.forget("2026-11")
    assert persons.months() == ("2026-12",)
    assert persons.unseal(ID, november) is None
    assert persons.unseal(ID, december) == SOME


def test_a_month_that_is_forgotten_twice_or_never_was_is_forgotten(persons: Persons) -> None:
    persons.seal(ID, NOON, SOME)
    for month in ("2026-11", "2026-11", "2020-01"):
        persons.forget(month)
    assert persons.months() == ()


def test_a_month_that_goes_on_after_it_was_forgotten_opens_nothing_of_before(persons: Persons) -> None:
    before = persons.seal(ID, NOON, SOME)
    persons.forget("2026-11")
    after = persons.seal(ID, NOON, SOME)
    assert after != before
    assert persons.unseal(ID, before) is None
    assert persons.unseal(ID, after) == SOME


def test_another_process_opens_what_one_has_sealed(site: Maker) -> None:
    text = site().seal(ID, NOON, SOME)
    other = site()
    assert other.unseal(ID, text) == SOME
    assert other.seal(ID, NOON, SOME) == text


@pytest.mark.emulator
def test_of_many_that_need_a_new_month_at_once_one_makes_its_key(emulator_cloud: Cloud) -> None:
    make = _site(emulator_cloud)
    with ThreadPoolExecutor(8) as pool:
        texts = set(pool.map(lambda part: part.seal(ID, NOON, SOME), [make() for _ in range(8)]))
    assert len(texts) == 1
    assert make().unseal(ID, texts.pop()) == SOME


def test_who_comes_second_goes_on_with_the_key_of_the_first(site: Maker) -> None:
    first, second = site(), site()
    answer = second.kms.generate_data_key

    class Slow:
        """KMS, while somebody else is faster."""

        def generate_data_key(self, **given: object) -> object:
            made = answer(**given)
            first.seal(OTHER, NOON, SOME)
            return made

        def decrypt(self, **given: object) -> object:
            return first.kms.decrypt(**given)

    second.kms = Slow()
    assert first.unseal(ID, second.seal(ID, NOON, SOME)) == SOME


def test_a_key_is_used_for_a_quarter_of_an_hour_and_never_shown(site: Maker) -> None:
    part = site()
    asked = _counting(part)
    for _ in range(3):
        part.seal(ID, NOON, SOME)
    assert asked == ["generate_data_key"]
    assert isinstance(part.clock, FakeClock)
    part.clock.now += FRESH
    part.seal(ID, NOON, SOME)
    assert asked == ["generate_data_key", "decrypt"]
    part.clock.now -= timedelta(hours=1)
    part.seal(ID, NOON, SOME)
    assert asked[2:] == ["decrypt"]
    assert "secret" not in repr(part)


def test_a_key_that_was_destroyed_elsewhere_opens_nothing_at_once_and_seals_no_longer_than_it_is_fresh(
    site: Maker,
) -> None:
    part = site()
    text = part.seal(ID, NOON, SOME)
    site().forget("2026-11")
    assert part.unseal(ID, text) is None
    assert part.seal(ID, NOON, SOME) == text
    assert isinstance(part.clock, FakeClock)
    part.clock.now += FRESH
    assert part.seal(ID, NOON, SOME) != text


def test_the_wrapped_key_of_one_month_is_none_of_another(site: Maker) -> None:
    part = site()
    text = part.seal(ID, NOON, SOME)
    wrapped = part.bucket.read("months/2026-11")
    assert wrapped is not None
    part.bucket.keep("months/2026-12", wrapped)
    with pytest.raises(UnavailableError, match=r"persons\.unavailable"):
        part.unseal(ID, text.replace("2026-11", "2026-12"))


def test_what_does_not_answer_is_asked_again_later(site: Maker) -> None:
    part = site()
    part.wrapping = str(uuid.uuid4())
    with pytest.raises(UnavailableError, match=r"persons\.unavailable"):
        part.seal(ID, NOON, SOME)
    part.bucket.client.delete_bucket(Bucket=part.bucket.bucket)
    for ask in (part.months, lambda: part.forget("2026-11"), lambda: part.seal(ID, NOON, SOME)):
        with pytest.raises(UnavailableError, match=r"persons\.unavailable"):
            ask()


def test_what_was_destroyed_leaves_no_version_behind(site: Maker) -> None:
    part = site()
    part.seal(ID, NOON, SOME)
    part.forget("2026-11")
    left = part.bucket.client.list_object_versions(Bucket=part.bucket.bucket)
    assert not left.get("Versions")
    assert "VersioningConfiguration" not in clouds.resource("PersonsBucket")


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_a_bucket_that_would_keep_a_copy_is_told_of_and_nothing_is_called_destroyed(site: Maker, status: str) -> None:
    part = site()
    text = part.seal(ID, NOON, SOME)
    part.bucket.client.put_bucket_versioning(
        Bucket=part.bucket.bucket,
        VersioningConfiguration={"Status": status},  # type: ignore[typeddict-item] # as S3 has them
    )
    with pytest.raises(UnavailableError, match=r"persons\.versions"):
        part.forget("2026-11")
    assert part.unseal(ID, text) == SOME


def _counting(part: KmsPersons) -> list[str]:
    """Return what KMS is asked from now on, as a list that grows."""
    asked: list[str] = []
    client = part.kms

    class Counting:
        def generate_data_key(self, **given: object) -> object:
            asked.append("generate_data_key")
            return client.generate_data_key(**given)

        def decrypt(self, **given: object) -> object:
            asked.append("decrypt")
            return client.decrypt(**given)

    part.kms = Counting()
    return asked
