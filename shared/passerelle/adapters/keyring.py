"""Keys in Secrets Manager, certificates and anchors in the configuration bucket; kept five minutes in memory."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from passerelle.adapters.answers import answering, code
from passerelle.core.errors import UnavailableError
from passerelle.steps.ports import Identity

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient

FRESH = 300.0
"""Seconds after which a key is read again: a key that was replaced or withdrawn is used no longer than that."""

_SERVICE = "keyring"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_@+-]*(?:\.[A-Za-z0-9_@+-]+)*")
_MISSING = frozenset({"NoSuchKey", "404", "ResourceNotFoundException"})
_Pem = Annotated[str, StringConstraints(pattern=r"-----BEGIN [A-Z ]+-----", max_length=65536)]


class _Secret(BaseModel):
    """The form of a secret; its values are never shown."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    chain: _Pem
    key: _Pem


@dataclass(frozen=True, slots=True)
class AwsKeyring:
    """Secrets under a prefix, and a bucket."""

    secrets: "SecretsManagerClient"
    storage: "S3Client"
    prefix: str
    bucket: str
    now: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[float, bytes]] = field(default_factory=dict, repr=False)

    def identity(self, name: str) -> Identity:
        """Return one of the bridge's own identities."""
        text = self._fresh(f"key {name}", lambda: self._secret(_checked(name)))
        try:
            secret = _Secret.model_validate_json(text)
        except ValidationError as error:
            raise UnavailableError("keyring.form", "A key is JSON: chain and key, both PEM.") from error
        return Identity(secret.chain.encode(), secret.key.encode())

    def certificate(self, name: str) -> bytes:
        """Return the certificate of a correspondent, PEM."""
        return self._fresh(f"certificate {name}", lambda: self._file(f"certificates/{_checked(name)}.pem"))

    def anchors(self, name: str) -> bytes:
        """Return the trust anchors of a network, PEM."""
        return self._fresh(f"anchors {name}", lambda: self._file(f"anchors/{_checked(name)}.pem"))

    def _fresh(self, label: str, read: Callable[[], bytes]) -> bytes:
        until, value = self._kept.get(label, (0.0, b""))
        if not value or self.now() >= until:
            value = read()
            self._kept[label] = (self.now() + FRESH, value)
        return value

    def _secret(self, name: str) -> bytes:
        with answering(_SERVICE):
            try:
                return self.secrets.get_secret_value(SecretId=self.prefix + name)["SecretString"].encode()
            except ClientError as error:
                raise _reason(error) from error

    def _file(self, key: str) -> bytes:
        with answering(_SERVICE):
            try:
                return self.storage.get_object(Bucket=self.bucket, Key=key)["Body"].read()
            except ClientError as error:
                raise _reason(error) from error


def _checked(name: str) -> str:
    """Return a name that stays in its folder."""
    if not _NAME.fullmatch(name):
        raise UnavailableError("keyring.name", "A name in the keyring has letters, digits, and _ @ + - or single dots.")
    return name


def _reason(error: ClientError) -> Exception:
    if code(error) in _MISSING:
        return UnavailableError("keyring.missing", "The keyring has nothing of this name.")
    return error
