"""Every file of events/ through its function, on moto and a mail server on loopback."""

import io
import json
import logging
import socket
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.client import BaseClient

from passerelle.adapters import events, telemetry, wiring
from passerelle.core.errors import MalformedError
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Network
from passerelle.core.receipts.delivery import Delivery, Event
from passerelle.core.receipts.lifecycle import State
from passerelle.local.cloud.clients import Cloud
from tests.adapters import clouds
from tests.adapters.happenings import CASES
from tests.adapters.lambdas import EVENTS, ID, NOW, RECIPIENT, Context, Inbox, World, failed, forget, function, run
from tests.adapters.test_settings import GOOD
from tests.architecture import deployed

RIGHTS = {"ListObjectsV2": "ListBucket", "HeadObject": "GetObject"}
"""Calls whose right has another name."""


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


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The rights that the calls of AWS need, from now on."""
    needed: set[str] = set()
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def noting(client: Any, operation: str, arguments: dict[str, Any]) -> object:  # noqa: ANN401 - boto3's
        kinds = [f"{kind}Item" for one in arguments.get("TransactItems", ()) for kind in one] or [operation]
        needed.update(f"{client.meta.service_model.signing_name}:{RIGHTS.get(kind, kind)}" for kind in kinds)
        return call(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", noting)
    return needed


@pytest.fixture(scope="module")
def granted() -> dict[str, set[str]]:
    """What each role of template.yaml may do."""
    found = deployed.plain()
    return {
        verb.lower(): {one for actions, _ in deployed.statements(found, verb) for one in actions}
        for verb in deployed.VERBS
    }


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_each_event_has_the_effect_that_its_name_says(
    world: World, path: Path, said: Callable[[], str], asked: set[str], granted: dict[str, set[str]]
) -> None:
    def answer() -> dict[str, Any]:
        asked.clear()
        given = run(path)
        assert asked <= granted[path.stem.split(".")[0]]
        return given

    CASES[path.stem](world, answer)
    printed = said()
    assert "@" not in printed
    assert "Bonjour" not in printed
    assert "canari" not in printed


def test_each_case_has_its_event() -> None:
    assert set(CASES) == {path.stem for path in EVENTS}


def test_the_deliveries_of_one_invocation_go_over_one_connection(world: World) -> None:
    key, room, names = world.envelope(), wiring.mailroom(), ("a" * 32, "b" * 32)
    for name in names:
        mail = f"Subject: {name}\r\n\r\nBonjour\r\n".encode()
        out = Envelope(Network.APICRYPT, "x@passerelle.apicrypt.example", (RECIPIENT,), room.keep(mail))
        ready = Delivery(name, State.READY, NOW, envelope=key, outgoing=room.dispatch(out), wake_at=NOW)
        wiring.ledger().open(ready, Event(wiring.mint(), NOW, "test", State.READY))
    (path,) = (path for path in EVENTS if path.stem == "deliver.mail-is-ready")
    event = json.loads(path.read_text("utf-8"))
    (one,) = event["Records"]
    event["Records"] = [{**one, "messageId": name, "body": json.dumps({"delivery": name})} for name in names]
    assert failed(function("deliver").handler(event, Context())) == []
    assert [wiring.ledger().get(name).state for name in names] == [State.ACCEPTED] * 2
    assert len(world.inbox.mails) == 2
    assert len(set(world.inbox.peers)) == 1


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
