"""An operator's edge hands mail over by `passerelle submit --peer`: only whom the white list names is let in."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from passerelle.core.message import Network
from passerelle.local.commands import submit
from passerelle.local.towns.world import World
from passerelle.steps.ports import Identity
from tests.journey.conftest import passerelle

SENDER = "medecine.interne@ch-exemple.mssante.example"
RECIPIENT = "jean.martin.59@passerelle.mssante.example"
MAIL = f"From: {SENDER}\r\nTo: {RECIPIENT}\r\n\r\nBonjour\r\n".encode()


def handed(here: World, folder: Path, caller: Identity, sender: str, host: str) -> tuple[int, str]:
    """Hand a mail over; return the exit code and what was said."""
    certificates = folder / "peer.pem"
    certificates.write_bytes(caller.chain)
    surroundings = {
        "AWS_ENDPOINT_URL": here.bridge.cloud.endpoint or "",
        "AWS_DEFAULT_REGION": here.bridge.cloud.session.region_name or "",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "HOME": str(folder),
    }
    options = ("--sender", sender, "--peer", str(certificates), "--peer-host", host)
    done = passerelle("--lang", "en", "submit", *options, RECIPIENT, given=MAIL, more=surroundings)
    return done.returncode, (done.stdout + done.stderr).decode()


@pytest.mark.emulator
def test_only_the_listed_operator_hands_mail_over(here: World, tmp_path: Path) -> None:
    listed, client = here.papers.towns[Network.MSSANTE], here.papers.client
    code, said = handed(here, tmp_path, client, SENDER, "passerelle.example")
    assert (code, "trust.not-listed" in said) == (65, True), said
    code, said = handed(here, tmp_path, listed, SENDER, "other.example")
    assert (code, "trust.host" in said) == (65, True), said
    caller = submit.Caller(tmp_path / "peer.pem", "mx.mssante.example")
    submit.admit(here.bridge.grounds, caller, SENDER, datetime.now(UTC))
