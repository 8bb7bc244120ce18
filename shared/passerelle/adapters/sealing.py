"""What `seal` alone needs: the archive and the key that signs; and what it says of a run."""

from datetime import timedelta
from functools import cache

import boto3
from aws_lambda_powertools.metrics import MetricUnit

from passerelle.adapters import telemetry, wiring
from passerelle.adapters.archive import S3Archive
from passerelle.adapters.signatory import AwsSignatory, Kms
from passerelle.adapters.stamper import HttpStamper
from passerelle.steps.seal import Sealed
from passerelle.steps.seal.ports import SealDesk


@cache
def desk() -> SealDesk:
    """Return the desk of `seal`."""
    settings = wiring.settings()
    kms: Kms = boto3.client("kms", config=wiring.CLIENTS)
    secrets = boto3.client("secretsmanager", config=wiring.CLIENTS)
    return SealDesk(
        clock=wiring.now,
        ledger=wiring.ledger(),
        archive=S3Archive(boto3.client("s3", config=wiring.CLIENTS), settings.archive),
        signatory=AwsSignatory(secrets, kms, f"{settings.secrets_prefix}seal"),
        stamper=_stamper(settings.time_authority),
        delay=timedelta(minutes=settings.seal_delay_minutes),
    )


def _stamper(url: str) -> HttpStamper | None:
    return HttpStamper(url, lambda: wiring.keyring().anchors(wiring.TIME)) if url else None


def tell(sealed: Sealed) -> None:
    """Log and count what a run did: that it came to its end, and what an operator must look at."""
    for name in sealed.broken:
        telemetry.logger.error("chain broken", extra={"delivery": name})
    if sealed.unstamped:
        telemetry.logger.warning("not stamped", extra={"fault": sealed.unstamped})
    telemetry.count("Seals")
    telemetry.count("EventsSealed", sealed.added)
    telemetry.count("ChainsBroken", len(sealed.broken))
    telemetry.count("NotStamped", int(bool(sealed.unstamped)))
    telemetry.metrics.add_metric("LogSize", MetricUnit.Count, sealed.size)
