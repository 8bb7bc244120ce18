"""Take down what a stage writes: while it runs, and what is stored in the end."""

import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import botocore.client

from passerelle.adapters import telemetry, wiring
from passerelle.core.errors import PasserelleError
from passerelle.core.message import Network
from passerelle.local.cloud.clients import Cloud
from tests.canary.haul import Haul, Place

if TYPE_CHECKING:
    from tests.canary.stage import Stage

MAILS = ("mails/", "inbox/", "outbox/")


@contextmanager
def taken_down(stage: "Stage") -> Iterator[None]:
    """Take down calls of AWS, errors of the house at their birth, and logs."""
    client = botocore.client.BaseClient
    calling, born, clock = client._make_api_call, PasserelleError.__init__, wiring.now  # type: ignore[attr-defined]

    def call(self: Any, operation: str, params: dict[str, Any]) -> Any:  # noqa: ANN401 - botocore's
        service = self.meta.service_model.service_name
        stage.calls += 1
        _noted(stage, f"{service}.{operation}", params)
        if stage.fault:
            stage.fault(service, operation, params)
        return calling(self, operation, params)

    def birth(self: PasserelleError, code: str, text: str) -> None:
        born(self, code, text)
        stage.haul.add(Place.ERROR, stage.path, f"{code} {text} {self!r} {self!s} {self.args!r}")

    client._make_api_call = call  # type: ignore[attr-defined]
    PasserelleError.__init__ = birth  # type: ignore[method-assign]
    wiring.now = stage.now
    streams = [handler.setStream(stage.written) for handler in telemetry.logger.handlers]  # type: ignore[attr-defined]
    yield
    for handler, stream in zip(telemetry.logger.handlers, streams, strict=True):
        handler.setStream(stream or sys.stdout)  # type: ignore[attr-defined]
    client._make_api_call = calling  # type: ignore[attr-defined]
    PasserelleError.__init__ = born  # type: ignore[method-assign]
    wiring.now = clock


def _noted(stage: "Stage", call: str, params: dict[str, Any]) -> None:
    """Take down what a call says: all of it but the content of a mail."""
    said = {name: value for name, value in params.items() if name != "Body"}
    stage.haul.add(Place.CALL, f"{stage.path}: {call}", json.dumps(said, default=written, ensure_ascii=False))
    body, bucket, key = params.get("Body"), params.get("Bucket"), str(params.get("Key", ""))
    if isinstance(body, bytes) and bucket != "configuration" and not key.startswith(MAILS):
        stage.haul.add(Place.ARCHIVE if bucket == "archive" else Place.OBJECT, f"{stage.path}: {key}", body)


def written(value: object) -> str:
    """Return what JSON has no form for."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def stored(stage: "Stage") -> None:
    """Take down all that is stored in the end: tables, keys, metadata, tags, and every object that is no mail."""
    stage.renew()
    objects(stage.cloud, stage.haul, ("mailroom", "archive", "persons"))
    for town in stage.towns.values():
        for sender, mail in town.mails:
            if place := seen(town is stage.towns[Network.MSSANTE], sender, mail):
                stage.haul.add(place, hashlib.sha256(mail).hexdigest()[:8], mail)


def seen(mssante: bool, sender: str | None, mail: bytes) -> Place | None:  # noqa: FBT001 - which town it is
    """Return the place of a mail that left the bridge; None of one that MSSanté's channel locks."""
    if sender in {"", "<>", None}:  # RFC 5321 §4.5.5
        reading = mssante and b"report-type=disposition-notification" in mail[:5000]
        return Place.RETURNED if reading else Place.NOTICE
    return None if mssante else Place.CLEAR


def objects(cloud: Cloud, haul: Haul, buckets: tuple[str, ...]) -> None:
    """Take down keys, metadata and tags of every object, and the content of those that are no mails."""
    client = cloud.client("s3")
    for bucket in buckets:
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                named = {"Bucket": bucket, "Key": one["Key"]}
                head = client.head_object(**named)
                tags = client.get_object_tagging(**named)["TagSet"]
                said = {
                    **one,
                    **{name: head[name] for name in ("Metadata", "ContentType") if name in head},
                    "tags": tags,
                }
                haul.add(Place.OBJECT, bucket, json.dumps(said, default=str))
                if not one["Key"].startswith(MAILS):
                    content = client.get_object(**named)["Body"].read()
                    haul.add(Place.ARCHIVE if "archive" in bucket.casefold() else Place.OBJECT, one["Key"], content)
