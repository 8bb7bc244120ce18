"""Two bridges that people write first, in the same weather as ours."""

import hashlib
from collections import Counter
from datetime import timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

from aws_lambda_powertools.utilities.idempotency import IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyItemAlreadyExistsError,
    IdempotencyItemNotFoundError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.base import BasePersistenceLayer
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord

from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Network
from tests.fakes import FakeClock, FakeRelay
from tests.simulation.days import Days
from tests.simulation.designs import Account
from tests.simulation.weather import TIMEOUT, Weather
from tests.steps.office import DOCTOR


class CheckThenSend:
    """The first idea: look whether it was sent, send it, write that it was sent."""

    def __init__(self, seed: int, rate: float) -> None:
        self.days = Days(Random(seed), FakeClock(), self.handle, twice=rate)  # noqa: S311 - a simulation
        self.weather = Weather(self.days, rate)
        self.peer = FakeRelay()
        self.relay = self.weather.wrap(self.peer)
        self.table = self.weather.wrap(_Table())
        self.posted = 0

    def bring(self, number: int) -> None:
        """Let a mail come in: its message stands in the queue."""
        self.posted += 1
        self.days.wake("deliver", str(number))

    def tick(self) -> None:
        """Do nothing: there is no schedule."""

    def handle(self, _verb: str, name: str) -> None:
        """Send a mail that was not sent before."""
        if not self.table.known(name):
            self.send(name)
            self.table.put(name)

    def send(self, name: str) -> None:
        """Hand a mail to the peer; whatever is no 250 is an error, and the queue's business."""
        self.weather.spoil(self.peer)
        mail = name.encode()
        envelope = Envelope(Network.APICRYPT, "", (DOCTOR.address,), hashlib.sha256(mail).hexdigest())
        if self.relay.send(envelope, mail, lambda: None).outcome.value != "accepted":
            raise RuntimeError

    def account(self) -> Account:
        """Return what became of all mails: nobody is told anything, nobody can hold anything."""
        copies = Counter(mail for _, mail in self.peer.inbox)
        extra = sum(number - 1 for number in copies.values())
        lost = self.posted - len(copies)
        return Account(self.posted, once=len(copies), unseen=extra, lost=lost, faults=self.weather.faults)


class _Table:
    def __init__(self) -> None:
        self._names: set[str] = set()

    def known(self, name: str) -> bool:
        return name in self._names

    def put(self, name: str) -> None:
        self._names.add(name)


class Idempotent(CheckThenSend):
    """The second idea: the idempotency of Powertools around the send, its records kept for an hour (its default)."""

    def __init__(self, seed: int, rate: float) -> None:
        super().__init__(seed, rate)
        config = IdempotencyConfig()
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: TIMEOUT * 1000)
        config.register_lambda_context(context)  # type: ignore[arg-type]  # all that it asks of a context
        layer = _Layer(self.weather.wrap(_Records(self.days)))
        self._once = idempotent_function(data_keyword_argument="name", persistence_store=layer, config=config)(
            self._sent
        )

    def handle(self, _verb: str, name: str) -> None:
        """Send a mail under the decorator."""
        self._once(name=name)

    def _sent(self, name: str) -> str:
        self.send(name)
        return name


class _Records:
    """The table of Powertools, on virtual time: when a record ends, and when its attempt is thought dead."""

    def __init__(self, days: Days) -> None:
        self._days = days
        self._records: dict[str, tuple[DataRecord, Any, Any]] = {}

    def get(self, key: str) -> DataRecord:
        record = self._records.get(key)
        if record is None:
            raise IdempotencyItemNotFoundError
        return record[0]

    def put(self, record: DataRecord) -> None:
        now = self._days.clock.now
        found = self._records.get(record.idempotency_key)
        if found and found[1] > now and not (found[0].status == "INPROGRESS" and found[2] < now):
            raise IdempotencyItemAlreadyExistsError(old_data_record=found[0])
        ends = (now + timedelta(hours=1), now + timedelta(seconds=TIMEOUT))
        self._records[record.idempotency_key] = (record, *ends)

    def update(self, record: DataRecord) -> None:
        now = self._days.clock.now
        self._records[record.idempotency_key] = (record, now + timedelta(hours=1), now)

    def delete(self, key: str) -> None:
        self._records.pop(key, None)


class _Layer(BasePersistenceLayer):
    def __init__(self, records: Any) -> None:  # noqa: ANN401 - a port in bad weather
        super().__init__()  # type: ignore[no-untyped-call]
        self._table = records

    def _get_record(self, idempotency_key: str) -> DataRecord:
        found: DataRecord = self._table.get(idempotency_key)
        return found

    def _put_record(self, data_record: DataRecord) -> None:
        self._table.put(data_record)

    def _update_record(self, data_record: DataRecord) -> None:
        self._table.update(data_record)

    def _delete_record(self, data_record: DataRecord) -> None:
        self._table.delete(data_record.idempotency_key)
