"""A function as Lambda runs it, in a world of moto and a mail server on loopback."""

import hashlib
import importlib.util
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from passerelle.adapters import collection, events, publications, sealing, translation, wiring
from passerelle.adapters.api import desks
from passerelle.adapters.mailroom import S3Mailroom
from passerelle.adapters.page import doors
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Network
from passerelle.core.receipts.delivery import Delivery, Event, delivery_id
from passerelle.core.receipts.lifecycle import State
from passerelle.local.cloud.clients import Cloud
from tests.adapters import clouds

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

EVENTS = sorted((clouds.ROOT / "events").glob("*.json"))
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
    peers: list[object] = field(default_factory=list)  # who handed each over: one for each connection

    async def handle_DATA(self, _server: object, session: Any, envelope: Any) -> str:  # noqa: ANN401, N802 - aiosmtpd's
        self.mails.append(envelope.original_content)
        self.peers.append(session.peer)
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


def forget() -> None:
    """Let the next event be that of a new process."""
    for module in (wiring, desks, doors, translation, publications, collection, sealing):
        for thing in vars(module).values():
            if hasattr(thing, "cache_clear"):
                thing.cache_clear()
