"""`passerelle hold | release | retry | refuse`: what an operator decides; `dead-letters`: what the queues gave up."""

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from passerelle.adapters import wiring
from passerelle.adapters.queue import SqsQueue
from passerelle.core.errors import UnavailableError, UnsupportedError
from passerelle.local.cloud.bridge import Bridge
from passerelle.local.commands import deliveries
from passerelle.local.voice import Voice
from passerelle.steps.decide import Author, Decision, decide
from passerelle.steps.ports import Desk

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

VERBS = ("accept", "translate", "deliver", "acknowledge")
_BATCH = 10  # messages of one answer of SQS


@dataclass(frozen=True, slots=True)
class Chosen:
    """The decision, on which delivery (whole id, or the start of one of a day's), by whom."""

    decision: Decision
    wish: deliveries.Wish
    author: Author


def run(voice: Voice, bridge: Bridge, chosen: Chosen) -> None:
    """Decide, and say where the delivery stands now."""
    delivery = deliveries.find(bridge.ledger, chosen.wish)
    after = decide(desk(bridge), delivery.id, chosen.decision, chosen.author)
    voice.say("decide.done", delivery=after.id, state=after.state.value)


def replay(voice: Voice, bridge: Bridge, author: Author | None) -> None:
    """Count the dead letters of each queue; with an author, put them back and record it on their deliveries."""
    client: SQSClient = bridge.cloud.client("sqs")
    for verb in VERBS:
        source = bridge.resources[f"{verb.capitalize()}DeadLetters"]
        found = client.get_queue_attributes(QueueUrl=source, AttributeNames=["ApproximateNumberOfMessages"])
        number = int(found["Attributes"]["ApproximateNumberOfMessages"])
        voice.say("dead-letters.count", verb=verb, number=number)
        if author and number:
            target = bridge.resources[f"{verb.capitalize()}Queue"]
            voice.say("dead-letters.replayed", verb=verb, number=_put_back(client, (source, target), bridge, author))


def _put_back(client: "SQSClient", way: tuple[str, str], bridge: Bridge, author: Author) -> int:
    """Move what lies in a dead-letter queue back; a message goes from there only once it stands in the other."""
    source, target = way
    moved = 0
    while messages := client.receive_message(QueueUrl=source, MaxNumberOfMessages=_BATCH).get("Messages", []):
        for message in messages:
            _note(bridge, message["Body"], author)
            client.send_message(QueueUrl=target, MessageBody=message["Body"])
            client.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    return moved


def _note(bridge: Bridge, body: str, author: Author) -> None:
    """Record on the delivery that a wake-up names, where it still waits, that it was put back, and by whom."""
    with suppress(ValueError, AttributeError, UnsupportedError, UnavailableError):
        name = json.loads(body).get("delivery", "")
        decide(desk(bridge), name, Decision.RETRY, author)


def desk(bridge: Bridge) -> Desk:
    """Return the desk of an operator: that of the bridge, reached from outside."""
    urls = {verb: bridge.resources[f"{verb.capitalize()}Queue"] for verb in VERBS}
    queue = SqsQueue(bridge.cloud.client("sqs"), urls)
    return Desk(
        clock=wiring.now,
        mint=wiring.mint,
        mailroom=bridge.mailroom,
        ledger=bridge.ledger,
        queue=queue,
    )
