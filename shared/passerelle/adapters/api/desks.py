"""From settings to the two desks of `audit`: the one that answers, and that of an operator's decisions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache

import boto3

from passerelle.adapters import wiring
from passerelle.adapters.archive import S3Archive
from passerelle.adapters.ledger import DynamoLedger
from passerelle.adapters.register import DynamoRegister
from passerelle.core.receipts.archive import Files
from passerelle.core.receipts.verification import CheckStamp
from passerelle.steps.audit.ports import AuditDesk
from passerelle.steps.ports import Desk, Marks, Persons


@cache
def both() -> tuple[AuditDesk, Desk]:
    """Return the desks of this function."""
    ledger = asking(wiring.ledger(), wiring.marks(), wiring.persons(), wiring.retention())
    files = S3Archive(boto3.client("s3", config=wiring.CLIENTS), wiring.settings().archive)
    delay = timedelta(minutes=wiring.settings().seal_delay_minutes)
    return proving(ledger, files, lambda: wiring.keyring().anchors(wiring.TIME), delay), wiring.desk()


def asking(ledger: DynamoLedger, marks: Marks, persons: Persons, kept: timedelta) -> AuditDesk:
    """Return the desk that answers questions about a ledger."""
    register = DynamoRegister(ledger.client, ledger.table)
    return AuditDesk(
        clock=wiring.now, mint=wiring.mint, ledger=ledger, register=register, marks=marks, persons=persons, kept=kept
    )


def proving(desk: AuditDesk, files: Files, anchors: Callable[[], bytes], delay: timedelta) -> AuditDesk:
    """Return a desk that also says how far a delivery is proven."""
    return replace(desk, archive=files, stamps=lambda: _checker(anchors()), sealing=delay)


def _checker(anchors: bytes) -> CheckStamp:
    from passerelle.steps.seal.stamping import checker  # noqa: PLC0415 - only where there is a timestamp

    return checker(anchors)
