"""The contract of the keyring, on its fake and on Secrets Manager and S3; then how long it believes what it knows."""

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest

from passerelle.adapters import keyring as keyrings
from passerelle.adapters.keyring import AwsKeyring
from passerelle.core.errors import UnavailableError
from passerelle.local.cloud.clients import Cloud
from passerelle.steps.ports import Identity, Keyring
from tests.adapters import clouds
from tests.fakes import FakeKeyring


def pem(label: str, body: str) -> bytes:
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n".encode()


OURS = Identity(pem("CERTIFICATE", "b3Vycw=="), pem("PRIVATE KEY", "c2VjcmV0"))
DOCTOR = pem("CERTIFICATE", "ZG9jdG9y")
PASSWORD = 'mot de "passe" é'
ROOTS = pem("CERTIFICATE", "cm9vdHM=")


@dataclass
class Watch:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def _secret(identity: Identity) -> str:
    return json.dumps({"chain": identity.chain.decode(), "key": identity.key.decode()})


@pytest.fixture
def on_aws(moto_cloud: Cloud) -> AwsKeyring:
    secrets, storage = moto_cloud.client("secretsmanager"), moto_cloud.client("s3")
    bucket = clouds.bucket(moto_cloud, "configuration")
    secrets.create_secret(Name="stack/keys/relay.mssante", SecretString=_secret(OURS))
    secrets.create_secret(Name="stack/keys/mailbox.x.password", SecretString=json.dumps({"password": PASSWORD}))
    storage.put_object(Bucket=bucket, Key="certificates/jean.martin.pem", Body=DOCTOR)
    storage.put_object(Bucket=bucket, Key="anchors/mssante.pem", Body=ROOTS)
    return AwsKeyring(secrets, storage, moto_cloud.client("kms"), "stack/keys/", bucket, now=Watch())


@pytest.fixture(params=["fake", "moto"])
def keyring(request: pytest.FixtureRequest) -> Keyring:
    fake = FakeKeyring(
        {"relay.mssante": OURS}, {"jean.martin": DOCTOR}, {"mssante": ROOTS}, {"mailbox.x.password": PASSWORD}
    )
    found: Keyring = fake if request.param == "fake" else request.getfixturevalue("on_aws")
    return found


def test_what_was_put_in_comes_out(keyring: Keyring) -> None:
    assert keyring.identity("relay.mssante") == OURS
    assert keyring.certificate("jean.martin") == DOCTOR
    assert keyring.anchors("mssante") == ROOTS
    assert keyring.password("mailbox.x.password") == PASSWORD


@pytest.mark.parametrize("kind", ["identity", "certificate", "anchors", "password"])
def test_what_was_never_put_in_is_missing(keyring: Keyring, kind: str) -> None:
    with pytest.raises(UnavailableError) as caught:
        getattr(keyring, kind)("nobody")
    assert caught.value.code == "keyring.missing"


def test_what_is_missing_is_found_once_it_is_there(on_aws: AwsKeyring) -> None:
    with pytest.raises(UnavailableError):
        on_aws.certificate("new")
    on_aws.storage.put_object(Bucket=on_aws.bucket, Key="certificates/new.pem", Body=DOCTOR)
    assert on_aws.certificate("new") == DOCTOR


def test_a_replaced_key_is_used_no_longer_than_five_minutes(on_aws: AwsKeyring) -> None:
    watch: Any = on_aws.now
    new = replace(OURS, key=pem("PRIVATE KEY", "bmV3"))
    assert on_aws.identity("relay.mssante") == OURS
    on_aws.secrets.put_secret_value(SecretId="stack/keys/relay.mssante", SecretString=_secret(new))
    watch.now += keyrings.FRESH - 1
    assert on_aws.identity("relay.mssante") == OURS
    watch.now += 1
    assert on_aws.identity("relay.mssante") == new


@pytest.mark.parametrize(
    "name", ["../agreements", "a/b", "", ".", "..", "a..b", ".pem", "a\n", "-a", "x" * 65537, "é"], ids=repr
)
def test_a_name_stays_in_its_folder(on_aws: AwsKeyring, name: str) -> None:
    with pytest.raises(UnavailableError, match="keyring"):
        on_aws.certificate(name)


@pytest.mark.parametrize("text", ["{}", "no json", '{"chain": "x", "key": "y"}', '{"chain": 1}'])
def test_a_secret_of_another_form_is_said_without_its_values(on_aws: AwsKeyring, text: str) -> None:
    on_aws.secrets.create_secret(Name="stack/keys/odd", SecretString=text)
    with pytest.raises(UnavailableError) as caught:
        on_aws.identity("odd")
    assert caught.value.code == "keyring.form"
    assert '"x"' not in str(caught.value.__cause__)


@pytest.mark.parametrize("text", ["{}", "secret", '{"password": ""}', r'{"password": "secret\n"}', '{"password": 1}'])
def test_a_password_of_another_form_is_said_without_it(on_aws: AwsKeyring, text: str) -> None:
    on_aws.secrets.create_secret(Name="stack/keys/odd", SecretString=text)
    with pytest.raises(UnavailableError) as caught:
        on_aws.password("odd")
    assert caught.value.code == "keyring.password"
    assert "secret" not in str(caught.value.__cause__)


@pytest.mark.parametrize(("length", "taken"), [(1000, True), (1001, False)])
def test_the_longest_password(on_aws: AwsKeyring, length: int, *, taken: bool) -> None:
    on_aws.secrets.create_secret(Name="stack/keys/long", SecretString=json.dumps({"password": "x" * length}))
    if taken:
        assert len(on_aws.password("long")) == length
    else:
        with pytest.raises(UnavailableError):
            on_aws.password("long")


def test_a_keyring_never_shows_its_keys(on_aws: AwsKeyring) -> None:
    assert on_aws.password("mailbox.x.password") not in repr(on_aws)
    identity = on_aws.identity("relay.mssante")
    assert "c2VjcmV0" not in repr(on_aws) + repr(identity) + str(identity)
