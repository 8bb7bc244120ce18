"""A month is forgotten by command: the addresses are gone, and all that was proven stays proven."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from passerelle.adapters import wiring
from passerelle.adapters.api.desks import asking
from passerelle.core.receipts.persons import Addresses
from passerelle.local.cloud.bridge import Bridge
from passerelle.local.commands.rounds import Round
from passerelle.local.towns.world import World
from passerelle.steps import audit
from passerelle.steps.audit import Concerned
from passerelle.steps.audit.ports import Asker, Role
from tests.journey.conftest import aws, named, passerelle

pytestmark = pytest.mark.emulator
AUDITOR = Asker("anne.durand", frozenset({Role.AUDITOR}))


def test_a_month_is_forgotten_on_record_and_the_slip_still_proves(happened: Round, here: World, tmp_path: Path) -> None:
    month = f"{datetime.now(UTC):%Y-%m}"
    delivery = next(name for name, posted in happened.posted.items() if posted is named(happened, "letter"))
    known = _concerned(here.bridge, delivery)
    assert not known.forgotten
    assert "@" in known.addresses.sender
    assert all((known.addresses.recipient, known.addresses.reader, known.addresses.message))
    here.bridge.invoke("seal")
    slip = tmp_path / "slip.json"
    assert _run(here, "slip", delivery, "--to", str(slip)).returncode == 0

    assert month in _run(here, "forget").stdout.decode()
    early = _run(here, "forget", month, "--by", "karim", "--yes")
    assert (early.returncode, b"forget.early" in early.stderr) == (65, True)
    unsure = passerelle("forget", month, "--by", "karim", "--force", given=b"n\n", more=aws(here))
    assert unsure.returncode == 130
    assert not _concerned(here.bridge, delivery).forgotten
    done = _run(here, "forget", month, "--by", "karim", "--force", "--yes")
    assert (done.returncode, "oubliées" in done.stdout.decode()) == (0, True), done.stderr.decode()

    assert _concerned(here.bridge, delivery) == Concerned(Addresses(), forgotten=True)
    events = here.bridge.ledger.logged(wiring.now().replace(hour=0, minute=0), wiring.now())
    (told,) = (event for event in events if event.reason == "operator.forgot")
    assert dict(told.details) == {"author": "karim", "month": month, "early": "yes"}
    assert passerelle("verify", str(slip)).returncode == 0
    here.bridge.invoke("seal")
    assert month not in _run(here, "forget").stdout.decode()


def _run(here: World, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return passerelle(*arguments, more=aws(here))


def _concerned(bridge: Bridge, delivery: str) -> Concerned:
    desk = asking(bridge.ledger, bridge.marks, bridge.persons, bridge.days("LedgerDays"))
    return audit.concerned(desk, AUDITOR, delivery)
