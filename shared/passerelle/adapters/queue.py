"""Wake-ups in SQS: a message holds the id of a delivery, for `accept` the key of an envelope, and nothing else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from passerelle.adapters.answers import answering

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class SqsQueue:
    """One queue for each verb."""

    client: "SQSClient"
    urls: Mapping[str, str]

    def wake(self, verb: str, name: str) -> None:
        """Wake a verb for a delivery, or `accept` for an envelope."""
        thing = "envelope" if verb == "accept" else "delivery"
        with answering("queue"):
            self.client.send_message(QueueUrl=self.urls[verb], MessageBody=json.dumps({thing: name}))
