"""Every file of events/ through its function, on moto and a mail server on loopback."""

import hashlib
import importlib.util
import io
import json
import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aws_lambda_powertools.utilities.typing import LambdaContext
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from passerelle.adapters import collection, events, publications, sealing, telemetry, translation, wiring
from passerelle.adapters.api import desks
from passerelle.adapters.mailroom import S3Mailroom
from passerelle.core.errors import MalformedError
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Network
from passerelle.core.receipts import archive, chain
from passerelle.core.receipts.delivery import Delivery, Event, delivery_id, moved, notice_id
from passerelle.core.receipts.lifecycle import State
from passerelle.local.cloud.clients import Cloud
from passerelle.local.towns.announcements import signed, white_list
from passerelle.local.towns.publisher import Page, publishing
from passerelle.steps.ports import Identity
from tests.adapters import clouds, peers
from tests.adapters.test_settings import GOOD
from tests.vectors import lists, make_directory, pki

EVENTS = sorted((clouds.ROOT / "events").glob("*.json"))
SENDER, RECIPIENT = "medecine.interne@ch-exemple.mssante.example", "jean.martin.59@passerelle.mssante.example"
MAIL = (
    f"From: {SENDER}\r\nTo: {RECIPIENT}\r\nSubject: Bonjour\r\nDate: Sun, 22 Nov 2026 09:00:00 +0100\r\n"
    "Message-ID: <1@ch-exemple.mssante.example>\r\nMIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\nSans document.\r\n"
).encode()
DIGEST = hashlib.sha256(MAIL).hexdigest()
ENVELOPE = Envelope(Network.MSSANTE, SENDER, (RECIPIENT,), DIGEST)
ID = delivery_id(ENVELOPE.id, 0)
ARRIVED = datetime(2026, 11, 22, 9, tzinfo=UTC)
NOW = datetime.now(UTC)


@dataclass
class Context:
    """What Lambda hands over beside the event."""

    function_name: str = "passerelle"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-3:123456789012:function:passerelle"
    aws_request_id: str = "00000000-0000-4000-8000-000000000000"

    left: int = 780_000

    def get_remaining_time_in_millis(self) -> int:
        return self.left


@dataclass
class Inbox:
    """A mail server's handler that keeps what arrives."""

    mails: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: ANN401, N802 - aiosmtpd's
        self.mails.append(envelope.original_content)
        return "250 2.0.0 Ok: queued as 4FEED"


@dataclass
class World:
    """A bridge on moto, as template.yaml lays it out."""

    cloud: Cloud
    inbox: Inbox
    queues: dict[str, str]

    def envelope(self) -> str:
        """Put the mail of the events into the mailroom and return its envelope's key."""
        wiring.mailroom().keep(MAIL)
        return at(ARRIVED).receive(ENVELOPE)

    def open(self, state: State, **changes: Any) -> Delivery:  # noqa: ANN401 - fields of Delivery
        """Open the delivery of the events in some state."""
        key = self.envelope()
        opened = Delivery(ID, state, NOW, envelope=key, wake_at=datetime.now(UTC), **changes)
        wiring.ledger().open(opened, Event(wiring.mint(), NOW, "test", state))
        return opened

    def woken(self) -> list[tuple[str, str]]:
        """Take all wake-ups."""
        client = self.cloud.client("sqs")
        found = [
            (verb, client.receive_message(QueueUrl=url, MaxNumberOfMessages=10)) for verb, url in self.queues.items()
        ]
        return [(verb, events.delivery(one["Body"])) for verb, answer in found for one in answer.get("Messages", [])]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """All that a function has logged and printed."""
    log = io.StringIO()
    handlers = [handler for handler in telemetry.logger.handlers if isinstance(handler, logging.StreamHandler)]
    before = [handler.setStream(log) for handler in handlers]
    yield lambda: log.getvalue() + "".join(capsys.readouterr())
    for handler, stream in zip(handlers, before, strict=True):
        handler.setStream(stream)


@pytest.fixture
def world(moto_cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    forget()
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    client = moto_cloud.client("sqs")
    queues = {verb: client.create_queue(QueueName=verb)["QueueUrl"] for verb in ("translate", "deliver", "acknowledge")}
    client.create_queue(QueueName="accept")
    given = GOOD | {"PASSERELLE_ACCEPT_QUEUE": client.get_queue_url(QueueName="accept")["QueueUrl"]}
    given |= {f"PASSERELLE_{verb.upper()}_QUEUE": url for verb, url in queues.items()}
    given |= {f"PASSERELLE_{name}_RELAY": f"127.0.0.1:{port}" for name in ("MSSANTE", "APICRYPT")}
    given |= {f"PASSERELLE_{name}_RELAY_TLS": "loopback" for name in ("MSSANTE", "APICRYPT")}
    given["PASSERELLE_MSSANTE_MAILBOX"] = ""
    marks = moto_cloud.client("kms").create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    given["PASSERELLE_MARKS_KEY"] = marks["KeyMetadata"]["Arn"]
    given["PASSERELLE_PERSONS_KEY"] = moto_cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    clouds.bucket(moto_cloud, "mailroom")
    clouds.bucket(moto_cloud, "configuration")
    clouds.bucket(moto_cloud, "archive")
    clouds.bucket(moto_cloud, "persons", versions=False)
    clouds.table(moto_cloud, "ledger")
    agreed = (clouds.ROOT / "examples" / "agreements.toml").read_bytes()
    moto_cloud.client("s3").put_object(Bucket="configuration", Key="agreements.toml", Body=agreed)
    yield World(moto_cloud, inbox, queues)
    controller.stop()
    forget()


def forget() -> None:
    """Let the next event be that of a new process."""
    for module in (wiring, desks, translation, publications, collection, sealing):
        for thing in vars(module).values():
            if hasattr(thing, "cache_clear"):
                thing.cache_clear()


def at(now: datetime) -> S3Mailroom:
    """Return the mailroom at another time."""
    return replace(wiring.mailroom(), clock=lambda: now)


def function(verb: str) -> ModuleType:
    """Load a function as Lambda does: a file, not a package."""
    spec = importlib.util.spec_from_file_location(f"function_{verb}", clouds.ROOT / "functions" / f"{verb}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(path: Path) -> dict[str, Any]:
    """Hand the event of a file to its function."""
    answer: dict[str, Any] = function(path.name.split(".")[0]).handler(json.loads(path.read_text("utf-8")), Context())
    return answer


def failed(answer: dict[str, Any]) -> list[str]:
    return [item["itemIdentifier"][-1] for item in answer["batchItemFailures"]]


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


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_each_event_has_the_effect_that_its_name_says(world: World, path: Path, said: Callable[[], str]) -> None:
    CASES[path.stem](world, lambda: run(path))
    printed = said()
    assert "@" not in printed
    assert "Bonjour" not in printed
    assert "canari" not in printed


def test_each_case_has_its_event() -> None:
    assert set(CASES) == {path.stem for path in EVENTS}


@pytest.mark.parametrize("verb", ["accept", "translate", "deliver", "acknowledge"])
def test_messages_of_another_form_come_back_and_do_no_harm(world: World, verb: str, said: Callable[[], str]) -> None:
    bodies = [
        "",
        "no json",
        "[]",
        "{}",
        '{"delivery": 1}',
        '{"envelope": 1}',
        '{"Records": [{}]}',
        '{"Records": 1}',
        '{"Records": [1]}',
    ]
    record = json.loads((clouds.ROOT / "events/translate.mail-came-in.json").read_text("utf-8"))["Records"][0]
    records = [record | {"body": body, "messageId": str(number)} for number, body in enumerate(bodies)]
    assert failed(function(verb).handler({"Records": records}, Context())) == [one["messageId"] for one in records]
    assert world.woken() == []
    assert said().count('"fault":"event.') == len(bodies)


def test_a_notice_outside_of_the_inbox_is_nobody_s_work() -> None:
    notice = {"Records": [{"s3": {"object": {"key": key}}} for key in ("mails/x", "inbox/a%2Bb+c.json", "outbox/y")]}
    assert list(events.arrivals(json.dumps(notice))) == ["inbox/a+b c.json"]


def test_what_a_fault_says_stays_out_of_the_log(said: Callable[[], str]) -> None:
    @telemetry.watched
    def handler(_event: dict[str, Any], _context: LambdaContext) -> None:
        msg = "Camille CANARI"
        raise ValueError(msg)

    context: Any = Context()
    with pytest.raises(telemetry.FailedError) as caught:
        handler({"patient": "CANARI"}, context)
    printed = said()
    assert "CANARI" not in printed + str(caught.value) + str(caught.value.__cause__)
    assert "ValueError" in printed
    assert "test_functions.py:" in printed


@pytest.mark.parametrize(
    ("state", "wake_at", "counted"),
    [(State.HELD, None, True), (State.REFUSED, None, True), (State.REFUSED, NOW, False), (State.ACCEPTED, None, False)],
)
def test_a_delivery_that_only_a_person_moves_on_is_counted(
    said: Callable[[], str], monkeypatch: pytest.MonkeyPatch, state: State, wake_at: datetime | None, *, counted: bool
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "essai")
    record = json.loads((clouds.ROOT / "events/translate.mail-came-in.json").read_text("utf-8"))["Records"][0]
    handler = telemetry.watched(
        lambda event, context: events.each(event, context, lambda _: Delivery(ID, state, NOW, wake_at=wake_at))
    )
    context: Any = Context()
    handler({"Records": [record]}, context)
    assert ('"Stopped"' in said()) is counted


def test_a_wake_up_names_a_delivery() -> None:
    with pytest.raises(MalformedError):
        events.delivery('{"delivery": ""}')
