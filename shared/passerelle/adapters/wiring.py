"""From settings to desks: built once, at the first event; what `translate` alone needs is in translation.py."""

import random
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from passerelle.adapters.agreements import S3Agreements
from passerelle.adapters.archive import S3Archive
from passerelle.adapters.bulletins import S3Bulletins
from passerelle.adapters.keyring import AwsKeyring, Kms
from passerelle.adapters.ledger import DynamoLedger
from passerelle.adapters.line import Line
from passerelle.adapters.mailroom import S3Mailroom
from passerelle.adapters.marks import KmsMarks
from passerelle.adapters.queue import SqsQueue
from passerelle.adapters.relay import SmtpRelay
from passerelle.adapters.settings import Settings, Tls
from passerelle.core.directory import kept
from passerelle.core.message import Network
from passerelle.steps.ports import AcknowledgeDesk, DeliverDesk, Desk, Keyring, Marks, Persons, Unmarked, Unsealed

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from passerelle.adapters.grounds import Grounds
    from passerelle.adapters.guard import PeerGuard

CLIENTS = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 5},
    tcp_keepalive=True,  # a connection may lie idle while a peer thinks for ten minutes
)
MSSANTE = "relay.mssante"
"""Name of the anchors of MSSanté: of its servers, its revocation lists, and the white list."""

SMIME = "apicrypt"
"""Name of the bridge's S/MIME identity, and of the anchors of those who write to it."""

TIME = "time"
"""Name of the anchors of the time-stamping authority."""

_CHANCE = random.SystemRandom()


def now() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


def mint() -> str:
    """Return a name that nobody ever had."""
    return uuid.uuid4().hex


chance = _CHANCE.random


@cache
def settings() -> Settings:
    """Return the settings of this function."""
    return Settings.read()


@cache
def _storage() -> "S3Client":
    return boto3.client("s3", config=CLIENTS)


@cache
def mailroom() -> S3Mailroom:
    """Return the mailroom."""
    return S3Mailroom(_storage(), settings().mailroom, largest=settings().largest_mail_mib << 20)


@cache
def ledger() -> DynamoLedger:
    """Return the ledger."""
    return DynamoLedger(boto3.client("dynamodb", config=CLIENTS), settings().ledger)


@cache
def queue() -> SqsQueue:
    """Return the queues of the verbs that others wake."""
    urls = {
        "accept": settings().accept_queue,
        "translate": settings().translate_queue,
        "deliver": settings().deliver_queue,
        "acknowledge": settings().acknowledge_queue,
    }
    return SqsQueue(boto3.client("sqs", config=CLIENTS), urls)


@cache
def keyring() -> Keyring:
    """Return the keyring, which tells of the end of the bridge's own certificates."""
    from passerelle.adapters.ends import WatchedKeyring  # noqa: PLC0415 - cryptography takes time that `accept` needs not

    secrets = boto3.client("secretsmanager", config=CLIENTS)
    kms: Kms = boto3.client("kms", config=CLIENTS)
    kept = AwsKeyring(secrets, _storage(), kms, settings().secrets_prefix, settings().configuration)
    return WatchedKeyring(kept, now)


@cache
def agreements() -> S3Agreements:
    """Return the agreements."""
    return S3Agreements(_storage(), settings().configuration)


@cache
def known_agreements() -> S3Agreements:
    """Return the agreements, completed from the directory."""
    if not settings().directory:
        return agreements()
    return replace(agreements(), directory=lambda: bulletins().read(kept.FILE))


@cache
def bulletins() -> S3Bulletins:
    """Return what authorities have published."""
    return S3Bulletins(_storage(), settings().configuration)


@cache
def grounds() -> "Grounds":
    """Return what trust stands on."""
    from passerelle.adapters.grounds import Grounds  # noqa: PLC0415 - cryptography takes time that `accept` needs not

    return Grounds(keyring(), bulletins(), revocation_lists())


def revocation_lists() -> dict[str, tuple[str, ...] | None]:
    """Return the URLs of revocation lists, by the name of the anchors of who signs them."""
    return {MSSANTE: settings().mssante_crls, SMIME: settings().apicrypt_crls}


@cache
def guard() -> "PeerGuard":
    """Return the check of MSSanté's servers."""
    from passerelle.adapters.guard import PeerGuard  # noqa: PLC0415 - same

    return PeerGuard(grounds(), MSSANTE, now, settings().mssante_relay_tls is Tls.OPERATOR)


@cache
def relay(network: Network) -> SmtpRelay:
    """Return the way out to a network."""
    ways = {
        Network.MSSANTE: (settings().mssante_relay, settings().mssante_relay_tls),
        Network.APICRYPT: (settings().apicrypt_relay, settings().apicrypt_relay_tls),
    }
    place, tls = ways[network]
    guarding = guard() if network is Network.MSSANTE else None
    return SmtpRelay(place, tls, keyring(), f"relay.{network.value}", ehlo_name, guarding, line=Line())


def ehlo_name() -> str:
    """Return our name in EHLO."""
    return settings().ehlo_name or agreements().book().bridge.domain


@cache
def marks() -> Marks:
    """Return what makes marks."""
    key = settings().marks_key
    return KmsMarks(boto3.client("kms", config=CLIENTS), key) if key else Unmarked()


@cache
def persons() -> Persons:
    """Return who seals addresses."""
    from passerelle.adapters.persons import SERVICE, KmsPersons  # noqa: PLC0415 - cryptography takes time

    key = settings().persons_key
    bucket = S3Archive(_storage(), settings().persons, SERVICE)
    return KmsPersons(boto3.client("kms", config=CLIENTS), key, bucket, now) if key else Unsealed()


def retention() -> timedelta:
    """Return how long the ledger keeps a delivery."""
    return timedelta(days=settings().ledger_days)


def basics() -> dict[str, Any]:
    """Return what every desk has."""
    ports = {"mailroom": mailroom(), "ledger": ledger(), "queue": queue(), "marks": marks(), "persons": persons()}
    return {"clock": now, "mint": mint, "kept": retention(), **ports}


@cache
def desk() -> Desk:
    """Return the desk of `accept` and `sweep`."""
    return Desk(**basics())


@cache
def deliver_desk() -> DeliverDesk:
    """Return the desk of `deliver`."""
    return DeliverDesk(**basics(), chance=chance, relays={network: relay(network) for network in Network})


def acknowledge_desk() -> AcknowledgeDesk:
    """Return the desk of `acknowledge`, with the bridge as the agreements name it now."""
    return AcknowledgeDesk(**basics(), bridge=agreements().book().bridge)
