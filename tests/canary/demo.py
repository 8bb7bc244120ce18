"""The demonstration with marked patients: the real template on the emulator, and all that it wrote."""

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from passerelle.core.message import Network
from passerelle.core.receipts import slip, verification
from passerelle.local.commands.rounds import Round
from passerelle.local.towns import world
from passerelle.local.towns.letters.post import Post
from passerelle.local.towns.world import World
from tests.canary import recording
from tests.canary.haul import Haul, Place


def haul() -> Haul:
    """Let the mails of the demonstration cross, seal, and return all that was written."""
    found, root = Haul(), world.checkout()
    with tempfile.TemporaryDirectory(prefix="canary-") as folder:
        place = Path(folder)
        with world.opened(root, place) as here:
            happened = _happened(here, found)
            gather(here, found)
            _proven(happened, found)
        for file in place.rglob("*"):
            if file.is_file():
                found.add(Place.FILE, file.name, file.read_bytes())
    return found


def _happened(here: World, found: Haul) -> Round:
    happened = Round(here)
    for posted in Post(here.book, here.papers, datetime.now(UTC).replace(microsecond=0)).all():
        happened.submit(posted)
        found.paths.add(posted.name)
    for posted in happened.follow():
        found.paths.add(f"{posted.name}: {happened.state(posted).value}")
    for verb in ("sweep", "refresh", "seal"):
        found.add(Place.RAISED, verb, json.dumps(here.bridge.invoke(verb)))
    return happened


def gather(here: World, found: Haul) -> None:
    """Take down all that a deployed bridge has written: logs, table, queues, buckets, and what left it in clear."""
    cloud, resources = here.bridge.cloud, here.bridge.resources
    _logs(here, found)
    for item in cloud.client("dynamodb").scan(TableName=resources["LedgerTable"])["Items"]:
        found.add(Place.TABLE, "ledger", json.dumps(item, default=str, ensure_ascii=False))
    for message in _messages(cloud.client("sqs")):
        found.add(Place.QUEUE, "queue", json.dumps(message, default=str))
    names = tuple(resources[name] for name in resources if name.endswith("Bucket"))
    recording.objects(cloud, found, tuple(name for name in names if name != resources["ConfigurationBucket"]))
    for network, town in here.towns.items():
        for arrival in town.arrivals:
            if place := recording.seen(network is Network.MSSANTE, arrival.sender, arrival.content):
                found.add(place, network.value, arrival.content)


def _logs(here: World, found: Haul) -> None:
    client = here.bridge.cloud.client("logs")
    for name in (name for logical, name in here.bridge.resources.items() if logical.endswith("Log")):
        for event in client.filter_log_events(logGroupName=name)["events"]:
            found.add(Place.METRIC if '"_aws"' in event["message"] else Place.LOG, name, event["message"])


def _messages(client: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - boto3 makes its clients at run time
    for url in client.list_queues().get("QueueUrls", ()):
        yield {"url": url, **client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]}
        answer = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        yield from answer.get("Messages", ())


def _proven(happened: Round, found: Haul) -> None:
    files = happened.world.bridge.archive
    keys = verification.own_keys(files)
    for name in happened.posted:
        found.add(Place.ARCHIVE, f"slip {name}", slip.made(files, slip.search(files, name), *keys))
