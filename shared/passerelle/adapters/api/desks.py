"""From settings to the two desks of `audit`: the one that answers, and that of an operator's decisions."""

from functools import cache

from passerelle.adapters import wiring
from passerelle.adapters.ledger import DynamoLedger
from passerelle.adapters.register import DynamoRegister
from passerelle.steps.audit.ports import AuditDesk
from passerelle.steps.ports import Desk, Marks


@cache
def both() -> tuple[AuditDesk, Desk]:
    """Return the desks of this function."""
    return asking(wiring.ledger(), wiring.marks()), wiring.desk()


def asking(ledger: DynamoLedger, marks: Marks) -> AuditDesk:
    """Return the desk that answers questions about a ledger."""
    register = DynamoRegister(ledger.client, ledger.table)
    return AuditDesk(clock=wiring.now, mint=wiring.mint, ledger=ledger, register=register, marks=marks)
