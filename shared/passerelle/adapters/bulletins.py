"""The last good version of what authorities publish, in the configuration bucket: refreshed/<name>.

It is kept in memory for a minute, and that there is none is kept too: a bridge that waits does not ask for each mail.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from passerelle.adapters.answers import answering, code
from passerelle.core.errors import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FRESH = 60.0
LARGEST = 64 << 20
"""Bytes of a version."""

_SERVICE = "bulletins"
_MISSING = frozenset({"NoSuchKey", "404"})
_OVERTAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})


@dataclass(frozen=True, slots=True)
class _Version:
    until: float
    content: bytes = b""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class S3Bulletins:
    """Objects under one prefix of a bucket."""

    client: "S3Client"
    bucket: str
    now: Callable[[], float] = time.monotonic
    _kept: dict[str, _Version] = field(default_factory=dict, repr=False)

    def read(self, name: str) -> bytes:
        """Return what is kept under a name; nothing where nothing is."""
        found = self._kept.get(name)
        if found is None or self.now() >= found.until:
            found = self._kept[name] = self._version(name)
        return found.content

    def keep(self, name: str, content: bytes) -> None:
        """Keep a new version in the place of the one that was read."""
        self.read(name)
        tag = self._kept.pop(name).tag
        condition: dict[str, Any] = {"IfMatch": tag} if tag else {"IfNoneMatch": "*"}
        with answering(_SERVICE):
            try:
                self.client.put_object(Bucket=self.bucket, Key=_key(name), Body=content, **condition)
            except ClientError as error:
                if code(error) not in _OVERTAKEN:
                    raise
                raise UnavailableError("bulletins.overtaken", "Another run has just kept another version.") from error

    def _version(self, name: str) -> _Version:
        until = self.now() + FRESH
        with answering(_SERVICE):
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=_key(name))
            except ClientError as error:
                if code(error) in _MISSING:
                    return _Version(until)
                raise
            if answer["ContentLength"] > LARGEST:
                raise UnavailableError("bulletins.size", f"What was kept has more than {LARGEST} bytes.")
            return _Version(until, answer["Body"].read(), answer["ETag"])


def _key(name: str) -> str:
    return f"refreshed/{name}"
