"""Keys of months without KMS."""

import hashlib
from collections import Counter
from datetime import datetime

from passerelle.core.receipts import concealment, persons
from passerelle.core.receipts.concealment import Key
from passerelle.core.receipts.persons import Addresses


class FakePersons:
    """The keys of months, at hand until they are destroyed."""

    def __init__(self) -> None:
        self.destroyed: Counter[str] = Counter()
        self._keys: dict[str, Key] = {}

    def seal(self, delivery_id: str, opened_at: datetime, addresses: Addresses) -> str:
        month = persons.month(opened_at)
        made = f"{month} {self.destroyed[month]}".encode()  # a month that was forgotten gets another key
        key = self._keys.setdefault(month, Key(concealment.name(month, made), hashlib.sha256(made).digest()))
        return concealment.seal(key, delivery_id, addresses)

    def unseal(self, delivery_id: str, text: str) -> Addresses | None:
        named = concealment.key_of(text)
        key = self._keys.get(named.month)
        return concealment.unseal(key, delivery_id, text) if key and key.name == named else None

    def months(self) -> tuple[str, ...]:
        return tuple(sorted(self._keys))

    def forget(self, month: str) -> None:
        if self._keys.pop(month, None):
            self.destroyed[month] += 1
