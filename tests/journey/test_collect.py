"""The collect function in the local cloud, with its own role: a real Dovecot's mails lie in S3 and open deliveries."""

import json
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from passerelle.core.receipts.delivery import Delivery
from passerelle.local.cloud import clients, deployment, emulator
from passerelle.local.cloud.bridge import Bridge
from passerelle.local.towns.world import AGREEMENTS
from passerelle.local.trouble import SetupError
from tests.adapters import dovecot
from tests.adapters.dovecot import ANCHORS, NAME, PASSWORD, USER, Dovecot
from tests.journey.conftest import ROOT

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.slow,
    pytest.mark.skipif(bool(dovecot.missing()), reason=f"NOT CHECKED on Dovecot: {dovecot.missing()}"),
]

SENDER, DOCTOR = "medecine.interne@ch-exemple.mssante.example", "jean.martin.59@passerelle.mssante.example"
TRACE = f"Return-Path: <{SENDER}>\r\nX-Original-To: {DOCTOR}\r\nReceived: from mx.example by imap.example\r\n"
MAILS = tuple(f"{TRACE}From: {SENDER}\r\nSubject: {n}\r\n\r\nSans document {n}.\r\n".encode() for n in range(2))
NOWHERE = "127.0.0.1:9"  # nothing listens there


@pytest.fixture(scope="module")
def ends() -> Iterator[tuple[Bridge, Dovecot]]:
    """A bridge whose mailbox is a Dovecot."""
    papers = dovecot.issue()
    try:
        command = emulator.executable(ROOT)
    except SetupError:
        pytest.skip("NOT CHECKED: the emulator is not installed (make .ministack)")
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as inbox,
        dovecot.running(Path(inbox), papers.ours.machine("imap.example"), papers.ours.anchor) as server,
        emulator.running(command, Path(folder)) as endpoint,
    ):
        given = {f"{name}Relay": NOWHERE for name in ("Mssante", "Apicrypt")}
        given |= {f"{name}RelayTls": "loopback" for name in ("Mssante", "Apicrypt")}
        given |= {f"{name}Crls": "unsafe_none" for name in ("Mssante", "Apicrypt")}
        given |= {"MssanteMailbox": f"127.0.0.1:{server.place.port}", "MssanteMailboxUser": USER}
        given |= {"MssanteMailboxLogin": "password", "MssanteMailboxField": "X-Original-To"}
        bridge = deployment.deploy(ROOT, clients.local(endpoint), given)
        bridge.publish("agreements.toml", (ROOT / AGREEMENTS).read_bytes())
        bridge.publish(f"anchors/{ANCHORS}.pem", papers.ours.anchor)
        bridge.entrust(NAME, papers.client)
        bridge.cloud.client("secretsmanager").create_secret(
            Name=f"{bridge.stack}/keys/{NAME}.password",
            KmsKeyId=bridge.resources["KeyringKey"],
            SecretString=json.dumps({"password": PASSWORD}),
        )
        yield bridge, server


def test_what_waits_in_the_mailbox_becomes_deliveries(ends: tuple[Bridge, Dovecot]) -> None:
    bridge, server = ends
    server.empty()
    started = datetime.now(UTC)  # what another test left there is not of this one
    server.post(*MAILS)
    bridge.invoke("collect")
    assert server.holds() == {}, "by this run, or by the clock's"
    end, found = time.monotonic() + 30, list[Delivery]()
    while len(found) < len(MAILS) and time.monotonic() < end:
        time.sleep(0.2)
        found = [one for one in bridge.ledger.opened_on(datetime.now(UTC).date()) if not one.notice_of]
    envelopes = [bridge.mailroom.envelope(one.envelope) for one in found]
    assert {bridge.mailroom.read(one.mail) for one in envelopes} == set(MAILS)
    assert [(one.sender, one.recipients) for one in envelopes] == [(SENDER, (DOCTOR,))] * 2
    done = [one for one in bridge.ledger.logged(started, datetime.now(UTC)) if one.actor == "collect"]
    assert {one.reason for one in done} == {"collect.removed"}
    assert {dict(one.details)["mail"] for one in done} == {one.mail for one in envelopes}


def test_a_mail_without_a_recipient_stays_there_flagged(ends: tuple[Bridge, Dovecot]) -> None:
    bridge, server = ends
    odd = MAILS[0].replace(b"X-Original-To", b"X-Other")
    server.empty()
    started = datetime.now(UTC)
    server.post(odd)
    bridge.invoke("collect")
    assert server.holds() == {odd: "F"}, "by this run, or by the clock's"
    done = [one for one in bridge.ledger.logged(started, datetime.now(UTC)) if one.actor == "collect"]
    assert [one.reason for one in done] == ["collect.left"]
