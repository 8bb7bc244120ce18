"""Keys in Secrets Manager and KMS, certificates and anchors in the configuration bucket; kept five minutes in memory.

A secret is JSON: `chain` and `key`, PEM; where signing has a key of its own, `signing` with the same two, whose key may
be `kms:` and the ARN of an asymmetric key of KMS; and `former`, a list of such pairs that may still open mail. A
password is a secret of its own: JSON with `password`.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from passerelle.adapters.answers import answering, code
from passerelle.core.errors import UnavailableError
from passerelle.steps.ports import Identity, RemoteIdentity

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient

FRESH = 300.0
"""Seconds after which a key is read again: a key that was replaced or withdrawn is used no longer than that."""

_SERVICE = "keyring"
_REMOTE = "kms:"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_@+-]*(?:\.[A-Za-z0-9_@+-]+)*")
_MISSING = frozenset({"NoSuchKey", "404", "ResourceNotFoundException"})
_Pem = Annotated[str, StringConstraints(pattern=r"-----BEGIN [A-Z ]+-----", max_length=65536)]


_Kms = Annotated[str, StringConstraints(pattern=r"^kms:[A-Za-z0-9:/_-]{1,2048}$")]
_ALGORITHMS = {  # those of core/cms, as KMS names them
    "rsassa_pss": "RSASSA_PSS_SHA_256",
    "sha256_rsa": "RSASSA_PKCS1_V1_5_SHA_256",
    "sha256_ecdsa": "ECDSA_SHA_256",
    "sha384_ecdsa": "ECDSA_SHA_384",
    "sha512_ecdsa": "ECDSA_SHA_512",
}
MOST_FORMER = 3


class _Pair(BaseModel):
    """A certificate with its key; values are never shown."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    chain: _Pem
    key: _Pem


class _Signing(_Pair):
    """The same for signing only."""

    key: _Pem | _Kms


class _Secret(_Pair):
    """The form of a secret."""

    signing: _Signing | None = None
    former: Annotated[tuple[_Pair, ...], Field(max_length=MOST_FORMER)] = ()


class _Password(BaseModel):
    """The form of a secret that is no key."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    password: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=1000)]


class Kms(Protocol):
    """What the keyring asks of KMS (boto3)."""

    def get_public_key(self, *, KeyId: str) -> Mapping[str, Any]:  # noqa: N803 - boto3's
        """Return the public key, DER."""

    def sign(self, **arguments: str | bytes) -> Mapping[str, Any]:
        """Return a signature."""


@dataclass(frozen=True, slots=True)
class AwsKeyring:
    """Secrets under a prefix, and a bucket."""

    secrets: "SecretsManagerClient"
    storage: "S3Client"
    kms: Kms
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
        former = tuple(_identity(one) for one in secret.former)
        return replace(_identity(secret), signing=self._signing(secret.signing), former=former)

    def password(self, name: str) -> str:
        """Return one of the bridge's own passwords."""
        text = self._fresh(f"password {name}", lambda: self._secret(_checked(name)))
        try:
            return _Password.model_validate_json(text).password
        except ValidationError as error:
            raise UnavailableError("keyring.password", "A password is JSON: password, without line ends.") from error

    def _signing(self, pair: _Signing | None) -> Identity | RemoteIdentity | None:
        """Return who signs, where that is another than who opens."""
        if pair is None or not pair.key.startswith(_REMOTE):
            return _identity(pair) if pair else None
        key = pair.key.removeprefix(_REMOTE)
        public = self._fresh(f"public {key}", lambda: self._public(key))
        return RemoteIdentity(pair.chain.encode(), public, partial(self._signed, key))

    def _public(self, key: str) -> bytes:
        with answering(_SERVICE):
            found: bytes = self.kms.get_public_key(KeyId=key)["PublicKey"]
        return found

    def _signed(self, key: str, covered: bytes, algorithm: str) -> bytes:
        """Return a signature by KMS: of signed attributes, which are far from the 4 KB that it takes."""
        name = _ALGORITHMS[algorithm]
        with answering(_SERVICE):
            made = self.kms.sign(KeyId=key, Message=covered, MessageType="RAW", SigningAlgorithm=name)
        signature: bytes = made["Signature"]
        return signature

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


def _identity(pair: _Pair) -> Identity:
    return Identity(pair.chain.encode(), pair.key.encode())


def _checked(name: str) -> str:
    """Return a name that stays in its folder."""
    if not _NAME.fullmatch(name):
        raise UnavailableError("keyring.name", "A name in the keyring has letters, digits, and _ @ + - or single dots.")
    return name


def _reason(error: ClientError) -> Exception:
    if code(error) in _MISSING:
        return UnavailableError("keyring.missing", "The keyring has nothing of this name.")
    return error
