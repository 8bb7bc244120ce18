"""Who signs seals: a key in the secret, or one of KMS that the secret names."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from passerelle.adapters.signatory import AwsSignatory
from passerelle.core.errors import MalformedError, UnavailableError
from passerelle.core.receipts import note
from passerelle.core.receipts.note import Checkpoint, Verifier
from passerelle.local.cloud.clients import Cloud
from passerelle.steps.seal.ports import Signatory

NAME = "passerelle.example/remises"
KEY = Ed25519PrivateKey.generate()
FORMER = Verifier(NAME, Ed25519PrivateKey.generate().public_key().public_bytes_raw())
POINT = Checkpoint(NAME, 1, bytes(32))


class PretendKms:
    """KMS as its documentation describes it for ED25519_SHA_512: RAW messages of at most 4096 bytes."""

    def __init__(self, key: Any = KEY) -> None:  # noqa: ANN401 - any kind of key
        self.key = key

    def get_public_key(self, *, KeyId: str) -> dict[str, bytes]:  # noqa: N803 - boto3's
        assert KeyId == "arn:x"
        return {"PublicKey": self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)}

    def sign(self, **arguments: Any) -> dict[str, bytes]:  # noqa: ANN401 - boto3's
        assert (arguments["SigningAlgorithm"], arguments["MessageType"]) == ("ED25519_SHA_512", "RAW")
        assert len(arguments["Message"]) <= 4096
        return {"Signature": self.key.sign(arguments["Message"])}


def pem(key: Any) -> str:  # noqa: ANN401 - any kind of key
    text: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return text.decode()


def signatory(cloud: Cloud, secret: object, kms: PretendKms | None = None) -> Signatory:
    secrets = cloud.client("secretsmanager")
    text = secret if isinstance(secret, str) else json.dumps(secret)
    secrets.create_secret(Name="stack/keys/seal", SecretString=text)
    return AwsSignatory(secrets, kms or PretendKms(), "stack/keys/seal")


@pytest.mark.parametrize("key", [pem(KEY), "kms:arn:x"])
def test_a_checkpoint_is_signed_by_the_key_that_the_secret_has_or_names(moto_cloud: Cloud, key: str) -> None:
    found = signatory(moto_cloud, {"name": NAME, "key": key, "former": [FORMER.text()]}).key()
    assert found.former == (FORMER,)
    assert note.verify(note.signed(POINT, found.verifier, found.sign), found.verifier)[0] == POINT
    assert found.verifier.public == KEY.public_key().public_bytes_raw()
    assert "BEGIN" not in repr(found)


def test_there_is_no_key_before_there_is_a_secret(moto_cloud: Cloud) -> None:
    with pytest.raises(UnavailableError) as caught:
        AwsSignatory(moto_cloud.client("secretsmanager"), PretendKms(), "stack/keys/seal").key()
    assert caught.value.code == "keyring.missing"


@pytest.mark.parametrize("secret", ["{}", "canari", {"name": NAME, "key": "x", "more": 1}, {"name": NAME, "key": ""}])
def test_a_secret_of_another_form_is_refused_and_not_shown(moto_cloud: Cloud, secret: object) -> None:
    with pytest.raises(UnavailableError) as caught:
        signatory(moto_cloud, secret).key()
    assert caught.value.code == "seal.secret"
    assert "canari" not in repr(caught.value.__cause__)


@pytest.mark.parametrize("key", ["canari", pem(ec.generate_private_key(ec.SECP256R1()))])
def test_a_key_of_another_kind_is_refused(moto_cloud: Cloud, key: str) -> None:
    with pytest.raises(MalformedError) as caught:
        signatory(moto_cloud, {"name": NAME, "key": key}).key()
    assert caught.value.code == "seal.key"


def test_a_key_of_kms_of_another_kind_is_refused(moto_cloud: Cloud) -> None:
    kms = PretendKms(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(MalformedError):
        signatory(moto_cloud, {"name": NAME, "key": "kms:arn:x"}, kms).key()


def test_a_name_that_no_note_can_carry_is_refused(moto_cloud: Cloud) -> None:
    with pytest.raises(MalformedError):
        signatory(moto_cloud, {"name": "two words", "key": pem(KEY)}).key()
