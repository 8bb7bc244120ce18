"""The contract of the archive, on its fake, on moto and on ministack; then that its lock holds."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from passerelle.adapters.archive import S3Archive
from passerelle.core.errors import UnavailableError
from passerelle.local.cloud.clients import Cloud
from passerelle.steps.seal.ports import Archive
from tests.adapters import clouds
from tests.fakes import FakeArchive


@pytest.fixture(params=["fake", "moto", pytest.param("emulator", marks=pytest.mark.emulator)])
def archive(request: pytest.FixtureRequest) -> Archive:
    if request.param == "fake":
        return FakeArchive()
    return _on(request.getfixturevalue(f"{request.param}_cloud"))


def _on(cloud: Cloud) -> S3Archive:
    return S3Archive(cloud.client("s3"), clouds.bucket(cloud, f"archive-{uuid.uuid4().hex}"))


def test_what_is_kept_is_read(archive: Archive) -> None:
    assert archive.read("events/1") is None
    assert archive.keep("events/1", b"one") == b"one"
    assert archive.read("events/1") == b"one"


def test_what_came_first_stands(archive: Archive) -> None:
    archive.keep("events/1", b"one")
    assert archive.keep("events/1", b"two") == b"one"
    assert archive.read("events/1") == b"one"


def test_a_pointer_moves(archive: Archive) -> None:
    archive.point("checkpoint", b"one")
    archive.point("checkpoint", b"two")
    assert archive.read("checkpoint") == b"two"


def test_names_come_in_their_order_and_after_another(archive: Archive) -> None:
    for name in ("b/2", "b/10", "a", "b/1", "c"):
        archive.keep(name, b"x")
    assert list(archive.names("b/")) == ["b/1", "b/10", "b/2"]
    assert list(archive.names("b/", "b/10")) == ["b/2"]
    assert list(archive.names("d/")) == []


@pytest.mark.emulator
def test_of_many_at_once_one_stands(emulator_cloud: Cloud) -> None:
    archive = _on(emulator_cloud)
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda number: archive.keep("events/0", b"%d" % number), range(16)))
    assert len(found) == 1


def test_the_lock_of_the_template_holds(moto_cloud: Cloud) -> None:
    storage, name = moto_cloud.client("s3"), f"locked-{uuid.uuid4().hex}"
    storage.create_bucket(
        Bucket=name,
        ObjectLockEnabledForBucket=True,
        CreateBucketConfiguration={"LocationConstraint": moto_cloud.session.region_name},
    )
    rule: Any = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 400}}
    lock: Any = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    storage.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=lock)
    S3Archive(storage, name).keep("checkpoint", b"one")
    S3Archive(storage, name).point("checkpoint", b"two")
    versions = storage.list_object_versions(Bucket=name, Prefix="checkpoint")["Versions"]
    assert len(versions) == 2
    for version in versions:
        with pytest.raises(ClientError):
            storage.delete_object(Bucket=name, Key="checkpoint", VersionId=version["VersionId"])


class _Refusing:
    """A client that answers every call with an error."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - boto3's
        def call(**_: object) -> object:
            raise ClientError({"Error": {"Code": self.code}}, name)

        return call


def _met(client: Any) -> S3Archive:  # noqa: ANN401 - boto3's
    return S3Archive(client, "archive")


@pytest.mark.parametrize("code", ["ConditionalRequestConflict", "SlowDown"])
def test_an_archive_that_does_not_take_it_is_unavailable(code: str) -> None:
    with pytest.raises(UnavailableError) as caught:
        _met(_Refusing(code)).keep("x", b"")
    assert caught.value.code == "archive.unavailable"


def test_an_object_that_stands_there_and_cannot_be_read_is_missing() -> None:
    class Vanishing(_Refusing):
        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - boto3's
            self.code = "PreconditionFailed" if name == "put_object" else "NoSuchKey"
            return super().__getattr__(name)

    with pytest.raises(UnavailableError) as caught:
        _met(Vanishing("")).keep("x", b"")
    assert caught.value.code == "archive.missing"
