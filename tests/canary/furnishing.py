"""What a deployment gives to the functions: queues, buckets, table, keys, agreements and settings, on moto."""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from passerelle.core.message import Network
from passerelle.local.cloud.clients import Cloud
from tests.adapters import clouds
from tests.adapters.test_settings import GOOD
from tests.attacks import bridge
from tests.vectors import pki

VERBS = ("accept", "translate", "deliver", "acknowledge")
LEDGER = "ledger"


def queues(cloud: Cloud) -> dict[str, str]:
    """Make a queue for each verb, and return their addresses."""
    client = cloud.client("sqs")
    return {verb: client.create_queue(QueueName=verb)["QueueUrl"] for verb in VERBS}


def settings(cloud: Cloud, urls: Mapping[str, str], ports: Mapping[Network, int]) -> dict[str, str]:
    """Return the settings of the functions: mail goes to the servers at these ports."""
    kms = cloud.client("kms")
    given = GOOD | {f"PASSERELLE_{verb.upper()}_QUEUE": url for verb, url in urls.items()}
    for network, port in ports.items():
        name = f"PASSERELLE_{network.value.upper()}_RELAY"
        given |= {name: f"127.0.0.1:{port}", f"{name}_TLS": "loopback"}
    marks = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]
    persons = kms.create_key()["KeyMetadata"]["Arn"]
    none = {"PASSERELLE_MSSANTE_MAILBOX": "", "PASSERELLE_DIRECTORY": "", "PASSERELLE_SEAL_DELAY_MINUTES": "0"}
    return given | {"PASSERELLE_MARKS_KEY": marks, "PASSERELLE_PERSONS_KEY": persons} | none


@contextmanager
def environment(given: dict[str, str]) -> Iterator[None]:
    """Run with these variables beside those that are there."""
    before = dict(os.environ)
    os.environ.update(given)
    tempfile.tempdir = None
    yield
    os.environ.clear()
    os.environ.update(before)
    tempfile.tempdir = None


def furnish(cloud: Cloud) -> None:
    """Make buckets and table, and put in what template.yaml lists at its top."""
    for name in ("mailroom", "configuration", "archive"):
        clouds.bucket(cloud, name)
    clouds.bucket(cloud, "persons", versions=False)
    clouds.table(cloud, LEDGER)
    storage, secrets, own = cloud.client("s3"), cloud.client("secretsmanager"), pki.organisation()
    anchors, person = pki.pem(pki.root().certificate), pki.person()
    files = {
        "agreements.toml": agreements().encode(),
        "anchors/apicrypt.pem": anchors,
        "certificates/jean.pem": person.chain_pem,
    }
    for key, content in files.items():
        storage.put_object(Bucket="configuration", Key=key, Body=content)
    identity = {"chain": own.chain_pem.decode(), "key": own.key_pem.decode()}
    seal = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    for name, value in {"apicrypt": identity, "seal": {"name": "passerelle.example/remises", "key": seal}}.items():
        secrets.create_secret(Name=f"stack/keys/{name}", SecretString=json.dumps(value))


def agreements(**more: str) -> str:
    """Return agreements between the hospital and the doctor; `more` are lines of both."""
    lines = "".join(f"{name} = {value}\n" for name, value in {"doubt": '"flag"', **more}.items())
    people = "".join(_correspondent(one) for one in (bridge.HOSPITAL, bridge.DOCTOR))
    ways = ((bridge.HOSPITAL, bridge.DOCTOR), (bridge.DOCTOR, bridge.HOSPITAL))
    agreed = "".join(
        f'[[agreement]]\nname = "{one.network.value}"\nfrom = ["{one.address}"]\nto = ["{other.address}"]\n{lines}'
        for one, other in ways
    )
    own = (
        '[bridge]\ndomain = "passerelle.example"\npostmaster = "exploitation@passerelle.example"\n'
        'product = "DEV000000"\n'
    )
    return own + people + agreed


def _correspondent(one: Any) -> str:  # noqa: ANN401 - a Correspondent
    known = f'certificate = "{one.certificate}"\n' if one.certificate else ""
    return (
        f'[[correspondent]]\nnetwork = "{one.network.value}"\naddress = "{one.address}"\nalias = "{one.alias}"\n'
        f'label = "{one.label}"\nlock = "{one.lock.value}"\n{known}[correspondent.professional]\nfamily = "ZZQPINSON"\n'
        'given = "Jean"\ntitle = "Dr"\nrpps = "10009999003"\n'
        'profession = { code = "G15_10/SM54", display = "Médecin - Médecine générale (SM)" }\n'
        '[correspondent.organisation]\nname = "Cabinet d\'essai"\nid = "499999990003"\n'
        'sector = { code = "SA07", display = "Cabinet individuel" }\n'
        'setting = { code = "AMBULATOIRE", display = "Ambulatoire" }\n'
    )
