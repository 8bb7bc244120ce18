"""Wake-ups in SQS: a message holds the id of a delivery, for `accept` the key of an envelope, and nothing else.

The queues are standard ones; the message group (a digest of the recipient's domain) makes them fair queues: while one
group has many messages waiting or one peer is slow, SQS hands out those of the others first.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from passerelle.adapters.answers import answering

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class Fair(TypedDict, total=False):
    """What a message says of its group."""

    MessageGroupId: str


@dataclass(frozen=True, slots=True)
class SqsQueue:
    """One queue for each verb."""

    client: "SQSClient"
    urls: Mapping[str, str]

    def wake(self, verb: str, name: str, group: str = "") -> None:
        """Wake a verb for a delivery, or `accept` for an envelope."""
        thing = "envelope" if verb == "accept" else "delivery"
        shared: Fair = {"MessageGroupId": group} if group else {}
        with answering("queue"):
            self.client.send_message(QueueUrl=self.urls[verb], MessageBody=json.dumps({thing: name}), **shared)
