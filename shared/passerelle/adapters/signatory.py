"""Who signs seals: the secret `seal`, JSON with `name` and `key`, the name of the log and an Ed25519 key.

The key is PEM, or `kms:` and the ARN of a key of KMS (ECC_NIST_EDWARDS25519); `former` lists the public keys that
signed before, as C2SP writes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from passerelle.adapters.answers import answering, code
from passerelle.core.errors import UnavailableError
from passerelle.core.receipts import note, signing
from passerelle.core.receipts.signing import SealKey

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

MOST_FORMER = 20
_SERVICE = "keyring"
_REMOTE = "kms:"
_Text = Annotated[str, StringConstraints(min_length=1, max_length=4096)]


class _Secret(BaseModel):
    """The form of the secret; values are never shown."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: _Text
    key: _Text
    former: Annotated[tuple[_Text, ...], Field(max_length=MOST_FORMER)] = ()


class Kms(Protocol):
    """What is asked of KMS (boto3)."""

    def get_public_key(self, *, KeyId: str) -> Mapping[str, Any]:  # noqa: N803 - boto3's
        """Return the public key, DER."""

    def sign(self, **arguments: str | bytes) -> Mapping[str, Any]:
        """Return a signature."""


@dataclass(frozen=True, slots=True)
class AwsSignatory:
    """A secret, and KMS where the secret says so."""

    secrets: "SecretsManagerClient"
    kms: Kms
    secret: str

    def key(self) -> SealKey:
        """Return the key."""
        found = self._read()
        former = tuple(note.verifier(text) for text in found.former)
        if not found.key.startswith(_REMOTE):
            return signing.local(found.name, found.key.encode(), former)
        arn = found.key.removeprefix(_REMOTE)
        with answering(_SERVICE):
            public: bytes = self.kms.get_public_key(KeyId=arn)["PublicKey"]
        return signing.remote(found.name, public, lambda text: self._signed(arn, text), former)

    def _read(self) -> _Secret:
        with answering(_SERVICE):
            try:
                text = self.secrets.get_secret_value(SecretId=self.secret)["SecretString"]
            except ClientError as error:
                if code(error) != "ResourceNotFoundException":
                    raise
                raise UnavailableError("keyring.missing", "The keyring has nothing of this name.") from error
        try:
            return _Secret.model_validate_json(text)
        except ValidationError as error:
            raise UnavailableError("seal.secret", "The secret `seal` is JSON: name, key, and former if any.") from error

    def _signed(self, arn: str, text: bytes) -> bytes:
        with answering(_SERVICE):
            made = self.kms.sign(KeyId=arn, Message=text, MessageType="RAW", SigningAlgorithm="ED25519_SHA_512")
        signature: bytes = made["Signature"]
        return signature
