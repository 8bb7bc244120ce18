"""A ledger that auditors, operators and partners ask."""

from datetime import timedelta
from typing import NamedTuple

from passerelle.core.receipts.delivery import Delivery
from passerelle.core.receipts.lifecycle import State
from passerelle.steps.audit.ports import Asker, AuditDesk, By, Question, Role
from tests.fakes import FakeClock, FakeLedger, FakeMint, FakeRegister

CLOCK = FakeClock()
TODAY = CLOCK.now.date()
DAY = Question(By.DAY, TODAY.isoformat())
AUDITOR = Asker("anne.durand", frozenset({Role.AUDITOR}))
OPERATOR = Asker("karim", frozenset({Role.OPERATOR}))
PARTNER = Asker("labo", frozenset({Role.PARTNER}), "labo.example")


class Archive(NamedTuple):
    """A ledger, and the desk that answers questions about it."""

    ledger: FakeLedger
    register: FakeRegister
    desk: AuditDesk

    def put(self, number: int, **changes: object) -> Delivery:
        """Put a delivery in, some minutes after the one before."""
        values = {"state": State.ACCEPTED, "opened_at": CLOCK.now + timedelta(minutes=number), **changes}
        one = Delivery(f"{number:032x}", **values)  # type: ignore[arg-type]
        self.ledger._deliveries[one.id] = one
        return one


def made() -> Archive:
    """Return an empty ledger with its desk."""
    ledger = FakeLedger()
    register = FakeRegister(ledger)
    return Archive(ledger, register, AuditDesk(clock=CLOCK, mint=FakeMint(), ledger=ledger, register=register))
