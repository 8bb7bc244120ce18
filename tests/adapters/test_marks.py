"""Marks under a key of KMS, which is asked once; on moto and on ministack."""

import uuid

import pytest

from passerelle.adapters.marks import KmsMarks
from passerelle.core.errors import UnavailableError
from passerelle.core.receipts.marks import Kind
from passerelle.local.cloud.clients import Cloud

PARTS = ["moto", pytest.param("emulator", marks=pytest.mark.emulator)]


@pytest.fixture(params=PARTS)
def cloud(request: pytest.FixtureRequest) -> Cloud:
    found: Cloud = request.getfixturevalue(f"{request.param}_cloud")
    return found


def key(cloud: Cloud) -> str:
    made = cloud.client("kms").create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    return str(made["KeyMetadata"]["Arn"])


def test_every_process_makes_the_same_marks_under_one_key_and_others_under_another(cloud: Cloud) -> None:
    mine, client = key(cloud), cloud.client("kms")
    first = KmsMarks(client, mine).of(Kind.SENDER, "anne@labo.example")
    assert first == KmsMarks(client, mine).of(Kind.SENDER, "ANNE@labo.example")
    assert first != KmsMarks(client, key(cloud)).of(Kind.SENDER, "anne@labo.example")


def test_the_key_is_asked_once_and_never_shown(cloud: Cloud) -> None:
    marks = KmsMarks(cloud.client("kms"), key(cloud))
    marks.of(Kind.SENDER, "a@x.example")
    marks.key = "gone"
    assert marks.of(Kind.SENDER, "b@x.example")
    assert repr(marks) == repr(KmsMarks(marks.client, "gone"))


def test_a_key_that_does_not_answer_is_asked_again_later(cloud: Cloud) -> None:
    with pytest.raises(UnavailableError):
        KmsMarks(cloud.client("kms"), str(uuid.uuid4())).of(Kind.SENDER, "a@x.example")
