"""A place in S3 that is written once: the first content stays."""

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from passerelle.adapters.answers import code

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_TRIES = 4
_THERE_ALREADY = "PreconditionFailed"  # 412
_AT_THE_SAME_TIME = "ConditionalRequestConflict"  # 409


def put_once(client: "S3Client", bucket: str, key: str, content: bytes, **more: Any) -> bool:  # noqa: ANN401 - boto3's
    """Put content with its checksum where nothing stands yet, and return whether it stands there now by this call."""
    checksum = base64.b64encode(hashlib.sha256(content).digest()).decode()
    for attempt in range(1, _TRIES + 1):
        try:
            client.put_object(Bucket=bucket, Key=key, Body=content, ChecksumSHA256=checksum, IfNoneMatch="*", **more)
        except ClientError as error:
            if code(error) == _THERE_ALREADY:
                return False
            if code(error) != _AT_THE_SAME_TIME or attempt == _TRIES:
                raise
        else:
            break
    return True
