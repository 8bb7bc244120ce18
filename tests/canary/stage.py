"""The real functions on moto, between two mail servers, with everything that they write taken down."""

import io
import json
import os
import runpy
import socket
import tempfile
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from passerelle.adapters import collection, sealing, translation, wiring
from passerelle.adapters.api import desks
from passerelle.core.mail.envelope import Envelope
from passerelle.core.message import Network
from passerelle.core.receipts.delivery import Delivery
from passerelle.local.cloud.clients import Cloud
from tests.adapters import clouds
from tests.adapters.gateway import Context
from tests.canary import furnishing, recording
from tests.canary.furnishing import LEDGER, VERBS
from tests.canary.haul import Haul, Place

SHORT = 10
"""Paths for which one ledger stands."""

MOST_TRIES = 3
ANSWER = "250 2.0.0 Ok: queued as 4FEED"

Fault = Callable[[str, str, dict[str, Any]], None]


@dataclass
class Town:
    """The mail server of a network: says what is planned, then yes."""

    mails: list[tuple[str, bytes]] = field(default_factory=list)
    plan: deque[str] = field(default_factory=deque)

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: ANN401, N802 - aiosmtpd's
        """Take a mail, or say what is planned."""
        said = self.plan.popleft() if self.plan else ANSWER
        if said.startswith("2"):
            self.mails.append((envelope.mail_from, envelope.original_content))
        return said


@dataclass
class Stage:
    """A bridge that can be used, and what it wrote."""

    cloud: Cloud
    haul: Haul
    towns: dict[Network, Town]
    urls: dict[str, str]
    written: io.StringIO
    path: str = ""
    later: timedelta = timedelta()
    fault: Fault | None = None
    calls: int = 0

    def now(self) -> datetime:
        """Return the time of the stage."""
        return datetime.now(UTC) + self.later

    def begin(self, path: str) -> None:
        """Name what is done from here on; now and then the ledger is taken down and begun anew."""
        if len(self.haul.paths) % SHORT == SHORT - 1 and not path.startswith("audit"):
            self.renew()
        self.path = path
        self.haul.paths.add(path)

    def renew(self) -> None:
        """Take down what the ledger holds, and begin another: moto copies the whole of it for each transaction."""
        client = self.cloud.client("dynamodb")
        for page in client.get_paginator("scan").paginate(TableName=LEDGER):
            for item in page["Items"]:
                self.haul.add(Place.TABLE, self.path, json.dumps(item, default=recording.written, ensure_ascii=False))
        client.delete_table(TableName=LEDGER)
        clouds.table(self.cloud, LEDGER)

    def post(self, network: Network, sender: str, recipient: str, mail: bytes) -> str:
        """Put a mail into the bridge, and let everything happen that follows at once; return the envelope's key."""
        room = wiring.mailroom()
        key = room.receive(Envelope(network, sender, (recipient,), room.keep(mail)))
        wiring.queue().wake("accept", key)
        self.pump()
        return key

    def pump(self) -> None:
        """Hand every message to its function, again where it came back; and take down all that is said."""
        client, tries = self.cloud.client("sqs"), dict[str, int]()
        busy = True
        while busy:
            busy = False
            for verb in VERBS:
                answer = client.receive_message(QueueUrl=self.urls[verb], MaxNumberOfMessages=10, VisibilityTimeout=0)
                for message in answer.get("Messages", []):
                    busy = True
                    self.haul.add(Place.QUEUE, self.path, json.dumps(message, default=str))
                    failed = self._hand(verb, message)
                    tries[message["MessageId"]] = tries.get(message["MessageId"], 0) + 1
                    if not failed or tries[message["MessageId"]] >= MOST_TRIES:
                        client.delete_message(QueueUrl=self.urls[verb], ReceiptHandle=message["ReceiptHandle"])

    def settle(self, most: int = 60) -> None:
        """Let time pass, with a sweep whenever something is due."""
        client = self.cloud.client("dynamodb")
        for _ in range(most):
            items = client.scan(TableName=LEDGER, FilterExpression="attribute_exists(wake_shard)")["Items"]
            due = [datetime.fromisoformat(item["wake_at"]["S"]) for item in items]
            if not due:
                return
            self.later += max(min(due) - self.now(), timedelta()) + timedelta(seconds=1)
            self.run("sweep", {})
            self.pump()

    def run(self, verb: str, event: dict[str, Any]) -> Any:  # noqa: ANN401 - what Lambda takes
        """Run a function, and return what it gives back; an answer of the API is for its asker."""
        answer = self.call(_loaded(verb), event)
        if verb != "audit":
            self.haul.add(Place.RAISED, self.path, json.dumps(answer, default=str))
        return answer

    def call(self, handler: Any, event: Any = None) -> Any:  # noqa: ANN401 - same
        """Call a handler as Lambda does, and take down what it says and raises."""
        try:
            return handler(event, Lambda())
        except Exception as error:  # noqa: BLE001 - Lambda takes them all, and logs them
            self.haul.add(Place.RAISED, self.path, "".join(traceback.format_exception(error)) + repr(error.args))
            return None
        finally:
            self._listen()

    def delivery(self, key: str) -> list[Delivery]:
        """Return the deliveries of an envelope."""
        day = datetime.now(UTC).date()
        days = (day - timedelta(1), day, day + timedelta(1), (datetime.now(UTC) + self.later).date())
        found = {one.id: one for each in dict.fromkeys(days) for one in wiring.ledger().opened_on(each)}
        return [one for one in found.values() if one.envelope == key]

    def configure(self, **given: str) -> None:
        """Change settings, as a deployment does."""
        os.environ.update({f"PASSERELLE_{name}": value for name, value in given.items()})
        forget()

    def _hand(self, verb: str, message: dict[str, Any]) -> bool:
        record = {
            "messageId": message["MessageId"],
            "body": message["Body"],
            "eventSource": "aws:sqs",
            "attributes": {},
        }
        answer = self.run(verb, {"Records": [record]})
        return answer is None or bool(answer["batchItemFailures"])

    def _listen(self) -> None:
        for line in self.written.getvalue().splitlines():
            self.haul.add(Place.METRIC if '"_aws"' in line else Place.LOG, self.path, line)
        self.written.seek(0)
        self.written.truncate()


class Lambda(Context):
    """What Lambda hands over beside the event."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the time that is left."""
        return 780_000


@cache
def _loaded(verb: str) -> Any:  # noqa: ANN401 - a handler
    """Return the handler of a function, loaded as Lambda does: a file, not a package."""
    return runpy.run_path(str(clouds.ROOT / "functions" / f"{verb}.py"))["handler"]


def forget() -> None:
    """Let the next event be that of a new process."""
    for module in (wiring, desks, translation, collection, sealing):
        for thing in vars(module).values():
            if hasattr(thing, "cache_clear"):
                thing.cache_clear()


@contextmanager
def opened() -> Iterator[Stage]:
    """Open the bridge between the hospital and the doctor of the attacks."""
    haul, written, towns = Haul(), io.StringIO(), {network: Town() for network in Network}
    with ExitStack() as stack:
        cloud = stack.enter_context(clouds.pretended())
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="canary-"))
        stage = Stage(cloud, haul, towns, furnishing.queues(cloud), written)
        ports = {network: stack.enter_context(_serving(town)) for network, town in towns.items()}
        stack.enter_context(furnishing.environment(furnishing.settings(cloud, stage.urls, ports) | {"TMPDIR": folder}))
        furnishing.furnish(cloud)
        forget()
        stack.enter_context(recording.taken_down(stage))
        for stream in (redirect_stdout(written), redirect_stderr(written)):
            stack.enter_context(stream)
        yield stage
        for file in Path(folder).rglob("*"):
            haul.add(Place.FILE, "at the end", str(file).encode() + (file.read_bytes() if file.is_file() else b""))
        recording.stored(stage)
    forget()


@contextmanager
def _serving(town: Town) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    controller = Controller(town, hostname="127.0.0.1", port=port)
    controller.start()
    yield port
    controller.stop()
