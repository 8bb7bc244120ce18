"""The scene of the ordeal: the local bridge without the emulator's own workers, Postfix, the proxy, the nursery."""

import json
import os
import random
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from passerelle.adapters.agreements import Book, parse
from passerelle.core.message import Network
from passerelle.local.towns import world
from passerelle.local.towns.letters.post import DOCTOR, HOSPITAL, HOSPITAL_LABORATORY, TOWN_LABORATORY
from passerelle.local.towns.town import tls
from passerelle.local.towns.world import World
from passerelle.steps.ports import Identity
from tests.adapters import postfix
from tests.adapters.postfix import Postfix
from tests.ordeal.proxy import Proxy, standing
from tests.ordeal.workers import BATCHES, FastClock

ROOT = Path(__file__).resolve().parents[2]
_ADDED = Path(__file__).with_name("agreements.toml")
_DOMAINS = "ch-exemple.mssante.example medical59.apicrypt.example"
_ADDRESSES = (HOSPITAL, HOSPITAL_LABORATORY, DOCTOR, TOWN_LABORATORY)
_SLOW = 60.0
"""Seconds of a slow answer, by the fast clock."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is asked: mails, kills, the seed, how much faster time runs, workers, and how long it may take."""

    mails: int
    kills: int
    seed: int
    scale: float
    workers: int
    seconds: float


@dataclass(slots=True)
class Nursery:
    """The process that keeps the workers, and what it said at its end."""

    process: "subprocess.Popen[bytes]"
    journal: IO[str]
    killed: int = 0
    fallen: list[int] = field(default_factory=list)

    def kill(self, whom: object) -> None:
        """Let a worker be killed, now: by its process id, or any."""
        if self.process.stdin:
            self.process.stdin.write(f"kill {whom}\n".encode())
            self.process.stdin.flush()

    def close(self) -> None:
        """Let all workers be killed, and learn how many were before."""
        last, _ = self.process.communicate(timeout=30)
        said = json.loads(last.splitlines()[-1])
        self.killed, self.fallen = said["killed"], said["fallen"]

    def troubles(self) -> str:
        """Return what the workers said on standard error."""
        self.journal.seek(0)
        return self.journal.read()


@dataclass(frozen=True, slots=True)
class Scene:
    """All parts, running."""

    here: World
    book: Book
    server: Postfix
    proxy: Proxy
    clock: FastClock
    nursery: Nursery

    def queue(self, verb: str) -> str:
        """Return the URL of a queue."""
        return _queue(self.here, verb)


@contextmanager
def opened(plan: Plan, folder: Path) -> Iterator[Scene]:
    """Open the scene in a folder."""
    folder.chmod(0o755)  # Postfix's processes are not root: they must get through
    with ExitStack() as stack:
        here = stack.enter_context(world.opened(ROOT, folder / "cloud"))
        server, proxy = _relays(plan, here, folder / "postfix", stack)
        book = _furnish(here)
        _hasten(here, plan)
        clock = FastClock(time.time(), plan.scale)
        journal = stack.enter_context((folder / "workers.log").open("w+"))
        process = stack.enter_context(_nursery(plan, _environment(here, proxy.port), clock, journal))
        scene = Scene(here, book, server, proxy, clock, Nursery(process, journal))
        proxy.kill = scene.nursery.kill
        yield scene


def _relays(plan: Plan, here: World, folder: Path, stack: ExitStack) -> tuple[Postfix, Proxy]:
    """Start Postfix and the proxy that stands before it in its name."""
    folder.mkdir()
    identity, anchors = here.papers.towns[Network.MSSANTE], here.papers.anchors[Network.MSSANTE]
    server = stack.enter_context(postfix.running(folder, identity, anchors, _DOMAINS, _ADDRESSES))
    inside, outside = client_tls(here.papers.client, anchors), tls(identity, anchors)
    chance = random.Random(plan.seed)  # noqa: S311 - a seed is the point
    proxy = Proxy(server.port, inside, outside, chance, _SLOW / plan.scale)
    return server, stack.enter_context(standing(proxy))


def _furnish(here: World) -> Book:
    """Stop the emulator's own workers, and let both networks' mail go the same way, with agreements of our own."""
    functions = here.bridge.cloud.client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    here.bridge.publish("anchors/relay.apicrypt.pem", here.papers.anchors[Network.MSSANTE])
    here.bridge.entrust("relay.apicrypt", here.papers.client)
    text = (ROOT / world.AGREEMENTS).read_text("utf-8")
    ours = text.replace(f'"{HOSPITAL}", "{HOSPITAL_LABORATORY}"]', f'"{HOSPITAL}"]') + _ADDED.read_text("utf-8")
    here.bridge.publish("agreements.toml", ours.encode())
    return parse(ours.encode())


def _hasten(here: World, plan: Plan) -> None:
    """Divide the queues' visibility timeouts, as template.yaml sets them, by what time is faster."""
    queues, name = here.bridge.cloud.client("sqs"), "VisibilityTimeout"
    for verb in BATCHES:
        url = _queue(here, verb)
        seconds = int(queues.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])
        queues.set_queue_attributes(QueueUrl=url, Attributes={name: str(max(1, round(seconds / plan.scale)))})


def _queue(here: World, verb: str) -> str:
    return here.bridge.resources[f"{verb.capitalize()}Queue"]


def _environment(here: World, port: int) -> dict[str, str]:
    """Return what the template gives its functions, with the proxy in the relays' place, and the emulator's keys."""
    function = here.bridge.resources["DeliverFunction"]
    found = here.bridge.cloud.client("lambda").get_function_configuration(FunctionName=function)
    session = here.bridge.cloud.session
    keys = session.get_credentials()
    if keys is None:
        msg = "The emulator's client has no keys."
        raise RuntimeError(msg)
    return {
        **found["Environment"]["Variables"],
        "POWERTOOLS_LOG_LEVEL": "ERROR",
        "PASSERELLE_MSSANTE_RELAY": f"127.0.0.1:{port}",
        "PASSERELLE_APICRYPT_RELAY": f"127.0.0.1:{port}",
        "PASSERELLE_APICRYPT_RELAY_TLS": "mutual",
        "AWS_ENDPOINT_URL": str(here.bridge.cloud.endpoint),
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        "AWS_DEFAULT_REGION": session.region_name,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


@contextmanager
def _nursery(
    plan: Plan, environment: Mapping[str, str], clock: FastClock, journal: IO[str]
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the nursery; it ends with its standard input."""
    how = {"since": clock.since, "scale": clock.scale, "seed": plan.seed, "workers": plan.workers}
    command = [sys.executable, "-m", "tests.ordeal.nursery", json.dumps(how)]
    way = os.pathsep.join((str(ROOT), str(ROOT / "shared")))
    clean = {"PATH": os.defpath, "PYTHONPATH": way, "LANG": "C.UTF-8", **environment}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=journal, env=clean, cwd=ROOT) as process:
        try:
            if process.stdout and process.stdout.readline() != b"warm\n":
                msg = "The workers do not start."
                raise RuntimeError(msg)
            yield process
        finally:
            with suppress(OSError, ValueError):
                process.communicate(timeout=10)


def client_tls(identity: Identity, anchors: bytes) -> ssl.SSLContext:
    """Return the TLS of the proxy as a client of Postfix."""
    context = ssl.create_default_context(cadata=anchors.decode())
    with tempfile.NamedTemporaryFile() as pem:
        pem.write(identity.key + identity.chain)
        pem.flush()
        context.load_cert_chain(pem.name)
    return context
