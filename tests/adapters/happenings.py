"""What has happened before each event of events/, and what must be so after it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from passerelle.adapters import events, wiring
from passerelle.adapters.page import doors
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Network
from passerelle.core.receipts import archive, chain
from passerelle.core.receipts.delivery import Delivery, Event, moved, notice_id
from passerelle.core.receipts.lifecycle import State
from passerelle.local.towns.announcements import signed, white_list
from passerelle.local.towns.publisher import Page, publishing
from passerelle.steps.ports import Identity
from tests.adapters import peers
from tests.adapters.lambdas import ARRIVED, ENVELOPE, ID, MAIL, NOW, RECIPIENT, SENDER, World, at, failed, forget
from tests.vectors import lists, make_directory, pki


def mail_arrived(world: World, answer: Callable[[], dict[str, Any]]) -> None:
    world.envelope()
    assert failed(answer()) == []
    assert wiring.ledger().get(ID).state is State.RECEIVED
    assert world.woken() == [("translate", ID)]


def notification_set_up(world: World, answer: Callable[[], dict[str, Any]]) -> None:
    assert failed(answer()) == []
    assert world.woken() == []


def one_of_two_is_lost(world: World, answer: Callable[[], dict[str, Any]]) -> None:
    world.envelope()
    assert failed(answer()) == ["1"]
    assert world.woken() == [("translate", ID)]


def mail_came_in(world: World, answer: Callable[[], dict[str, Any]]) -> None:
    world.open(State.RECEIVED)
    assert failed(answer()) == []
    refused = wiring.ledger().get(ID)
    assert (refused.state, refused.reason) == (State.REFUSED, "xdm.missing")
    assert world.woken() == [("acknowledge", ID)]


def mail_is_ready(world: World, answer: Callable[[], dict[str, Any]]) -> None:
    room = wiring.mailroom()
    out = Envelope(
        Network.APICRYPT, "x@passerelle.apicrypt.example", ("y@medical59.apicrypt.example",), room.keep(MAIL)
    )
    world.open(State.READY, outgoing=room.dispatch(out))
    assert failed(answer()) == []
    assert wiring.ledger().get(ID).state is State.ACCEPTED
    assert ("queue", "4FEED") in wiring.ledger().history(ID)[-1].details
    assert world.inbox.mails == [MAIL]


def mail_was_refused(world: World, answer: Callable[[], dict[str, Any]]) -> None:
    opened = world.open(State.RECEIVED)
    refused = moved(opened, State.REFUSED, reason="policy.no-document", wake_at=NOW)
    wiring.ledger().record(refused, Event(wiring.mint(), NOW, "translate", State.REFUSED, refused.reason))
    assert failed(answer()) == []
    notice = notice_id(ID)
    assert wiring.ledger().get(ID).notice == notice
    out = wiring.mailroom().envelope(wiring.ledger().get(notice).outgoing)
    assert (out.network, out.sender, out.recipients) == (Network.MSSANTE, "", (SENDER,))
    assert world.woken() == [("deliver", notice)]


def minute_has_passed(world: World, answer: Callable[[], dict[str, Any]]) -> None:
    world.open(State.RECEIVED)
    assert answer() == {"woken": 1}
    assert world.woken() == [("translate", ID)]


def notice_was_lost(world: World, answer: Callable[[], dict[str, Any]]) -> None:
    now = datetime.now(UTC)
    # Sweep may look a minute later than we.
    keys = {at(now - timedelta(minutes=minutes)).receive(ENVELOPE) for minutes in (15, 14)}
    assert answer() == {"woken": 1}
    client = world.cloud.client("sqs")
    (message,) = client.receive_message(QueueUrl=wiring.settings().accept_queue)["Messages"]
    assert set(events.arrivals(message["Body"])) < keys


def hour_has_passed(world: World, answer: Callable[[], dict[str, Any]]) -> None:
    """All that is published is on this machine, of today; jean.martin has no certificate yet."""
    storage, since = world.cloud.client("s3"), NOW - timedelta(hours=1)
    anchors = pki.pem(pki.root().certificate, pki.authority().certificate)
    for name in ("relay.mssante", "relay.apicrypt", "apicrypt"):
        storage.put_object(Bucket="configuration", Key=f"anchors/{name}.pem", Body=anchors)
    subject = pki.Subject("localhost", domains=("localhost",), usages=pki.TLS)
    server = pki.issue(subject, pki.rsa_key("web"), pki.authority())
    with publishing(Identity(server.chain_pem, server.key_pem)) as secure, publishing() as clear:
        listing = pki.Listing(since=since, until=NOW + timedelta(days=6))
        clear.pages = {
            "/roots": Page(pki.revocations(listing, pki.root())),
            "/people": Page(pki.revocations(listing, pki.authority())),
        }
        signer, key = lists.signer().certificate, pki.rsa_key("variant")
        secure.pages["/list"] = Page(signed(white_list(lists.ENTRIES, since), signer, key))
        name = f"Extraction_Correspondance_MSSante_{since:%Y%m%d%H%M}.txt"
        secure.pages["/directory"] = Page(make_directory.packed(make_directory.text(make_directory.crowd(9)), name))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PASSERELLE_MSSANTE_CRLS", f"{clear.base}/roots {clear.base}/people")
            patch.setenv("PASSERELLE_WHITE_LIST", f"{secure.base}/list")
            patch.setenv("PASSERELLE_DIRECTORY", f"{secure.base}/directory")
            assert answer() == {"faults": 2, "domains": 3}
    kept = storage.list_objects_v2(Bucket="configuration", Prefix="refreshed/")["Contents"]
    found = {one["Key"].removeprefix("refreshed/") for one in kept}
    assert found == {"crls.relay.mssante.pem", "directory.json", "white-list.json", "white-list.xml"}
    assert wiring.grounds().white_list(datetime.now(UTC)).names(lists.DOMAIN)


def hour_is_sealed(world: World, answer: Callable[[], dict[str, Any]]) -> None:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    secret = json.dumps({"name": "passerelle.example/remises", "key": pem})
    world.cloud.client("secretsmanager").create_secret(Name="stack/keys/seal", SecretString=secret)
    opened = Delivery(ID, State.RECEIVED, NOW - timedelta(hours=1))
    event = chain.linked(Event(wiring.mint(), opened.opened_at, "accept", opened.state), opened)
    wiring.ledger().open(opened, event)
    assert answer() == {"size": 1, "added": 1}
    found = world.cloud.client("s3").get_object(Bucket="archive", Key=archive.events(0))["Body"].read()
    assert found == chain.written(event) + b"\n"


def day_is_asked_for(world: World, answer: Callable[[], dict[str, Any]]) -> None:
    one = Delivery(ID, State.RECEIVED, ARRIVED, envelope=world.envelope())
    wiring.ledger().open(one, Event(wiring.mint(), ARRIVED, "test", one.state))
    given = answer()
    assert given["statusCode"] == 200
    assert [one["id"] for one in json.loads(given["body"])["deliveries"]] == [ID]
    (asked,) = asked_for()
    assert dict(asked.details) == {"author": "anne.durand", "role": "auditor", "value": "2026-11-22"}


def held_mail_is_released(world: World, answer: Callable[[], dict[str, Any]]) -> None:
    held = moved(world.open(State.RECEIVED), State.HELD, reason="policy.held")
    wiring.ledger().record(held, Event(wiring.mint(), NOW, "translate", State.HELD, held.reason))
    assert answer()["statusCode"] == 200
    assert wiring.ledger().get(ID).state is State.RECEIVED
    assert ("author", "karim") in wiring.ledger().history(ID)[-1].details
    assert world.woken() == [("translate", ID)]


def stranger_asks(_world: World, answer: Callable[[], dict[str, Any]]) -> None:
    given = answer()
    assert (given["statusCode"], json.loads(given["body"])["code"]) == (403, "audit.right")
    assert [event.reason for event in asked_for()] == ["audit.refused"]


def asked_for() -> list[Event]:
    """Return the events of questions."""
    since = datetime.now(UTC) - timedelta(minutes=1)
    return [one for one in wiring.ledger().logged(since, since + timedelta(minutes=2)) if one.actor == "audit"]


def browser_comes(world: World, answer: Callable[[], dict[str, Any]]) -> None:
    given = answer()
    assert (given["statusCode"], given["headers"]["Location"]) == (303, "/sign-in?to=%2Fen%2Fwaiting")
    assert asked_for() == []
    secret = {"Name": "stack/keys/page", "SecretString": json.dumps({"client_secret": "canari-secret"})}
    world.cloud.client("secretsmanager").create_secret(**secret)
    forget()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PASSERELLE_PAGE_SECRET", "true")
        door = doors.door()
    assert door
    assert door.issuer.client.secret == "canari-secret"
    assert "canari" not in repr(door)


def mail_waits(world: World, answer: Callable[[], dict[str, Any]]) -> None:
    """A scripted mailbox holds one mail; what the answer is to accept is shown by the other events."""
    posted = b"Return-Path: <%b>\r\nReceived: from mx by imap.example\r\n" % SENDER.encode() + MAIL
    secret = {"Name": "stack/keys/mailbox.mssante.password", "SecretString": json.dumps({"password": "canari-secret"})}
    world.cloud.client("secretsmanager").create_secret(**secret)
    with peers.peer(*peers.imap(posted)) as mailbox, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PASSERELLE_MSSANTE_MAILBOX", f"{mailbox.place.host}:{mailbox.place.port}")
        for name, value in {
            "USER": "bal@operator.example",
            "TLS": "loopback",
            "LOGIN": "password",
            "FIELD": "",
        }.items():
            patch.setenv(f"PASSERELLE_MSSANTE_MAILBOX_{name}", value)
        assert answer() == {"taken": 1, "left": 0, "faults": 0}
    room = wiring.mailroom()
    (found,) = world.cloud.client("s3").list_objects_v2(Bucket="mailroom", Prefix="inbox/")["Contents"]
    kept = room.envelope(found["Key"])
    assert (kept.network, kept.sender, kept.recipients) == (Network.MSSANTE, SENDER, (RECIPIENT,))
    assert room.read(kept.mail) == posted
    assert b"UID EXPUNGE 7" in mailbox.heard


CASES = {
    "collect.mail-waits": mail_waits,
    "audit.browser-comes": browser_comes,
    "audit.day-is-asked-for": day_is_asked_for,
    "audit.held-mail-is-released": held_mail_is_released,
    "audit.stranger-asks": stranger_asks,
    "accept.mail-arrived": mail_arrived,
    "accept.notification-set-up": notification_set_up,
    "accept.one-of-two-is-lost": one_of_two_is_lost,
    "translate.mail-came-in": mail_came_in,
    "deliver.mail-is-ready": mail_is_ready,
    "acknowledge.mail-was-refused": mail_was_refused,
    "accept.envelope-was-forgotten": mail_arrived,
    "sweep.minute-has-passed": minute_has_passed,
    "sweep.notice-was-lost": notice_was_lost,
    "refresh.hour-has-passed": hour_has_passed,
    "seal.hour-has-passed": hour_is_sealed,
}
