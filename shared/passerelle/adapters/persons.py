"""Keys of months, wrapped by KMS, in a bucket without versions: what is deleted there is gone.

1. `months/2026-11` holds what KMS made of that month's key (GenerateDataKey). Written once: of two functions that need
   a new month at the same time, one creates it, and both go on with the same key.
2. An unwrapped key seals for a quarter of an hour at most. To open, the wrapped one is read each time.
3. Not in DynamoDB, whose point-in-time recovery brings back what was deleted; nor one key of KMS for each month: its
   deletion takes a week at least.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from passerelle.adapters.answers import answering
from passerelle.adapters.archive import S3Archive
from passerelle.core.errors import UnavailableError
from passerelle.core.receipts import concealment, persons
from passerelle.core.receipts.concealment import Key
from passerelle.core.receipts.persons import Addresses
from passerelle.steps.ports import Clock

FRESH = timedelta(minutes=15)
"""How long a key seals before it is looked for again."""

SERVICE = "persons"
MONTHS = "months/"


class Wrapping(Protocol):
    """What this needs of KMS; boto3 makes its clients at run time."""

    def generate_data_key(self, **given: Any) -> Any:  # noqa: ANN401 - same
        """Return a new key, plain and wrapped."""

    def decrypt(self, **given: Any) -> Any:  # noqa: ANN401 - same
        """Return the plain key of a wrapped one."""


@dataclass(slots=True)
class KmsPersons:
    """A symmetric key of KMS, and a bucket of what it has wrapped."""

    kms: Wrapping
    wrapping: str  # the key of KMS
    bucket: S3Archive
    clock: Clock
    _known: dict[str, tuple[datetime, Key]] = field(default_factory=dict, repr=False)

    def seal(self, delivery_id: str, opened_at: datetime, addresses: Addresses) -> str:
        """Return the addresses of a delivery, sealed under the key of the month in which it was opened."""
        return concealment.seal(self._key(persons.month(opened_at)), delivery_id, addresses)

    def unseal(self, delivery_id: str, text: str) -> Addresses | None:
        """Return what was sealed for a delivery; None where its key is destroyed."""
        named = concealment.key_of(text)
        wrapped = self.bucket.read(f"{MONTHS}{named.month}")
        if wrapped is None or concealment.name(named.month, wrapped) != named:
            return None
        return concealment.unseal(self._unwrapped(named.month, wrapped), delivery_id, text)

    def months(self) -> tuple[str, ...]:
        """Return the months that have a key, oldest first."""
        return tuple(name.removeprefix(MONTHS) for name in self.bucket.names(MONTHS))

    def forget(self, month: str) -> None:
        """Destroy the key of a month; UnavailableError `persons.versions` where the bucket would keep a copy of it."""
        with answering(SERVICE):
            if "Status" in self.bucket.client.get_bucket_versioning(Bucket=self.bucket.bucket):
                raise UnavailableError("persons.versions", "The bucket of the keys of months keeps what is deleted.")
            self.bucket.client.delete_object(Bucket=self.bucket.bucket, Key=f"{MONTHS}{month}")
        self._known.pop(month, None)

    def _key(self, month: str) -> Key:
        """Return the key of a month, which is made where there is none yet."""
        now = self.clock()
        known = self._known.get(month)
        if known is None or not now - FRESH < known[0] <= now:
            wrapped = self.bucket.read(f"{MONTHS}{month}")
            known = now, self._made(month) if wrapped is None else self._unwrapped(month, wrapped)
            self._known = {month: known, **{name: one for name, one in self._known.items() if now - FRESH < one[0]}}
        return known[1]

    def _made(self, month: str) -> Key:
        """Return a new key, or the one that another function has just made."""
        with answering(SERVICE):
            made = self.kms.generate_data_key(KeyId=self.wrapping, KeySpec="AES_256", EncryptionContext=_of(month))
        kept = self.bucket.keep(f"{MONTHS}{month}", made["CiphertextBlob"])
        if kept != made["CiphertextBlob"]:
            return self._unwrapped(month, kept)
        return Key(concealment.name(month, kept), made["Plaintext"])

    def _unwrapped(self, month: str, wrapped: bytes) -> Key:
        with answering(SERVICE):
            made = self.kms.decrypt(KeyId=self.wrapping, CiphertextBlob=wrapped, EncryptionContext=_of(month))
        return Key(concealment.name(month, wrapped), made["Plaintext"])


def _of(month: str) -> dict[str, str]:
    """Return what KMS binds a wrapped key to: that of one month does not open as that of another."""
    return {"passerelle": SERVICE, "month": month}
