"""Mails and envelopes in S3: mails/<SHA-256>, inbox/<minute>/<envelope>.json, outbox/<envelope>.json.

Nothing is ever overwritten. The minute in which an envelope came in is in its key: `sweep` asks for those of one.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from passerelle.adapters.answers import answering, code
from passerelle.adapters.once import put_once
from passerelle.core.errors import MalformedError, UnavailableError
from passerelle.core.mail import envelope as envelopes
from passerelle.core.mail.envelope import Envelope

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LARGEST_MAIL = 64 << 20
"""Bytes of a mail: a function of 2 GB can translate it."""

LARGEST_ENVELOPE = 64 << 10
"""Bytes of an envelope: 100 recipients of 254 characters, and room."""

_SERVICE = "mailroom"
_MISSING = frozenset({"NoSuchKey", "404"})
_MINUTE = "%Y-%m-%d/%H-%M"
_SUFFIX = ".json"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class S3Mailroom:
    """A bucket whose objects are named by what they hold."""

    client: "S3Client"
    bucket: str
    clock: Callable[[], datetime] = _now
    largest: int = LARGEST_MAIL  # bytes of a mail to keep; what was kept under another setting is still read

    def keep(self, mail: bytes) -> str:
        """Keep a mail and return its SHA-256 in hex."""
        if len(mail) > self.largest:
            raise _too_large(self.largest)
        digest = hashlib.sha256(mail).hexdigest()
        self._put(f"mails/{digest}", mail, "message/rfc822")
        return digest

    def read(self, digest: str) -> bytes:
        """Return the mail of this SHA-256, checked."""
        mail = self._get(f"mails/{digest}", LARGEST_MAIL, _too_large(LARGEST_MAIL))
        if hashlib.sha256(mail).hexdigest() != digest:
            raise UnavailableError("mailroom.digest", "The mail is not what was kept; an operator must look.")
        return mail

    def receive(self, envelope: Envelope) -> str:
        """Keep an envelope that came in; S3 then wakes `accept`."""
        return self._put(f"{_inbox(self.clock())}{envelope.id}{_SUFFIX}", envelope.dump(), "application/json")

    def received(self, minute: datetime) -> Iterator[tuple[str, str]]:
        """Yield key and id of the envelopes that came in in a minute."""
        prefix = _inbox(minute)
        with answering(_SERVICE):
            for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
                for found in page.get("Contents", ()):
                    yield found["Key"], found["Key"].removeprefix(prefix).removesuffix(_SUFFIX)

    def dispatch(self, envelope: Envelope) -> str:
        """Keep an envelope that goes out."""
        return self._put(f"outbox/{envelope.id}{_SUFFIX}", envelope.dump(), "application/json")

    def envelope(self, key: str) -> Envelope:
        """Return the envelope of a key."""
        too_large = MalformedError("mailroom.size", f"An object of this kind has at most {LARGEST_ENVELOPE} bytes.")
        return envelopes.load(self._get(key, LARGEST_ENVELOPE, too_large))

    def _put(self, key: str, content: bytes, media_type: str) -> str:
        """Write once: a key that is there already holds the same content, for its name says what it holds."""
        with answering(_SERVICE):
            put_once(self.client, self.bucket, key, content, ContentType=media_type)
        return key

    def _get(self, key: str, largest: int, too_large: MalformedError) -> bytes:
        with answering(_SERVICE):
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=key)
            except ClientError as error:
                if code(error) in _MISSING:
                    raise UnavailableError("mailroom.missing", "The mailroom has no object of this key.") from error
                raise
            if answer["ContentLength"] > largest:
                raise too_large
            return answer["Body"].read()


def _inbox(at: datetime) -> str:
    return f"inbox/{at.astimezone(UTC):{_MINUTE}}/"


def _too_large(largest: int) -> MalformedError:
    return MalformedError("mail.size", f"A mail is larger than {largest} bytes.")
