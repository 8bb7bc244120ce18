"""From settings to the two desks of `audit`: the one that answers, and that of an operator's decisions."""

from datetime import timedelta
from functools import cache

from passerelle.adapters import wiring
from passerelle.adapters.ledger import DynamoLedger
from passerelle.adapters.register import DynamoRegister
from passerelle.steps.audit.ports import AuditDesk
from passerelle.steps.ports import Desk, Marks, Persons


@cache
def both() -> tuple[AuditDesk, Desk]:
    """Return the desks of this function."""
    return asking(wiring.ledger(), wiring.marks(), wiring.persons(), wiring.retention()), wiring.desk()


def asking(ledger: DynamoLedger, marks: Marks, persons: Persons, kept: timedelta) -> AuditDesk:
    """Return the desk that answers questions about a ledger."""
    register = DynamoRegister(ledger.client, ledger.table)
    return AuditDesk(
        clock=wiring.now, mint=wiring.mint, ledger=ledger, register=register, marks=marks, persons=persons, kept=kept
    )
