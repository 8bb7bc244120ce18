"""Leaks that are planted, one in each place: what does not find them proves nothing."""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from passerelle.adapters import telemetry
from passerelle.core.errors import MalformedError
from passerelle.core.message import Network
from tests.canary.haul import Place
from tests.canary.stage import Stage

WORDS = "Zzqserin née le 14/02/1999"


def everything(stage: Stage) -> Iterator[str]:
    """Leak in every place, the way a careless change would."""
    yield "planted"
    storage, queue = stage.cloud.client("s3"), stage.cloud.client("sqs")
    stage.call(_careless)
    stage.call(_raising)
    raw = json.dumps({"subject": WORDS})
    queue.send_message(QueueUrl=stage.urls["translate"], MessageBody=raw)
    item = {"delivery": {"S": "x"}, "entry": {"S": "STATE"}, "subject": {"S": WORDS}}
    stage.cloud.client("dynamodb").put_item(TableName="ledger", Item=item)
    storage.put_object(Bucket="mailroom", Key="mails/x", Body=b"a mail", Metadata={"subject": "zzqserin"})
    storage.put_object(Bucket="archive", Key="events/0.jsonl", Body=raw.encode("utf-16"))
    stage.haul.add(Place.ANSWER, "an answer", json.dumps({"title": WORDS}))
    for network, sender in ((Network.MSSANTE, "<>"), (Network.APICRYPT, "a@b.example")):
        stage.towns[network].mails.append((sender, f"Subject: {WORDS}\r\n\r\n".encode()))
    with tempfile.NamedTemporaryFile(delete=False) as file:
        Path(file.name).write_bytes(WORDS.encode())
    stage.pump()


def _careless(_event: object, _context: object) -> None:
    telemetry.logger.info("read", extra={"subject": WORDS})
    sys.stderr.write(f"{WORDS}\n")
    telemetry.metrics.add_dimension("patient", "ZZQSERIN")
    telemetry.metrics.add_metric("Mails", MetricUnit.Count, 1)
    telemetry.metrics.flush_metrics()
    with_name: Any = MalformedError("planted.error", f"{WORDS} cannot be read.")
    assert with_name


def _raising(_event: object, _context: object) -> None:
    raise ValueError(WORDS)
