"""Seals in S3, in a bucket with object lock: what is kept stands until its retention ends, whoever asks."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypedDict

from botocore.exceptions import ClientError

from passerelle.adapters.answers import answering, code
from passerelle.adapters.once import put_once
from passerelle.core.errors import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class _Checksum(TypedDict):
    ChecksumAlgorithm: Literal["SHA256"]
    ChecksumSHA256: str


_SERVICE = "archive"
_MISSING = frozenset({"NoSuchKey", "404"})


@dataclass(frozen=True, slots=True)
class S3Archive:
    """A bucket whose default retention locks every object."""

    client: "S3Client"
    bucket: str
    service: str = _SERVICE  # persons.py keeps its keys by this, too, in a bucket that locks none

    def read(self, name: str) -> bytes | None:
        """Return what stands under a name; None where nothing does."""
        with answering(self.service):
            try:
                return self.client.get_object(Bucket=self.bucket, Key=name)["Body"].read()
            except ClientError as error:
                if code(error) in _MISSING:
                    return None
                raise

    def names(self, prefix: str, after: str = "") -> Iterator[str]:
        """Return the names that start so and come after another, in their order."""
        with answering(self.service):
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket, Prefix=prefix, StartAfter=after):
                for found in page.get("Contents", ()):
                    yield found["Key"]

    def keep(self, name: str, content: bytes) -> bytes:
        """Keep content where nothing stands yet, and return what stands there."""
        with answering(self.service):
            if put_once(self.client, self.bucket, name, content, ChecksumAlgorithm="SHA256"):
                return content
        found = self.read(name)
        if found is None:
            raise UnavailableError("archive.missing", "The archive has nothing of a name that its log needs.")
        return found

    def point(self, name: str, content: bytes) -> None:
        """Keep content in the place of what stood there; the bucket has versions."""
        with answering(_SERVICE):
            self.client.put_object(Bucket=self.bucket, Key=name, Body=content, **_checksum(content))


def _checksum(content: bytes) -> "_Checksum":
    """Return the checksum without which S3 locks no object."""
    return {
        "ChecksumAlgorithm": "SHA256",
        "ChecksumSHA256": base64.b64encode(hashlib.sha256(content).digest()).decode(),
    }
