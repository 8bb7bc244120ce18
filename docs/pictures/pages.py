"""Draw the pictures of docs/page.md: the page in both languages, with invented deliveries (`make pictures`)."""

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

from PIL import Image

from passerelle.adapters.page.sessions import Sessions
from passerelle.core.receipts import archive, chain
from passerelle.core.receipts.delivery import Delivery, Event, moved
from passerelle.core.receipts.lifecycle import State
from passerelle.local.commands import page
from passerelle.steps.audit.ports import Asker, Role
from tests.adapters.gateway import Gateway, arrived
from tests.fakes import FakeArchive
from tests.journey import browser
from tests.steps.office import letter

HERE = Path(__file__).parent
WHO = Asker("karim.benali", frozenset({Role.AUDITOR, Role.OPERATOR}))
WIDTH = 1000
SHARES = (
    (State.RECEIPTED, "receipt.displayed", 46),
    (State.ACCEPTED, "delivery.accepted", 41),
    (State.REFUSED, "policy.unknown-recipient", 5),
    (State.REFUSED, "hprim.two-patients", 2),
    (State.FAILED, "delivery.rejected", 3),
    (State.HELD, "doubt.no-birth-date", 2),
    (State.QUARANTINED, "trust.signer-not-sender", 1),
)
"""How often deliveries stand where, of a hundred."""
WAYS = (
    ("mssante", "ch-exemple.mssante.example", "medical59.apicrypt.example", "11490-0"),
    ("mssante", "ch-exemple.mssante.example", "cabinet.apicrypt.example", "11490-0"),
    ("apicrypt", "labo.apicrypt.example", "ch-exemple.mssante.example", "11502-2"),
)
"""Networks and domains between which mails cross, and what their documents are."""


def main() -> None:
    """Draw every picture with Chromium."""
    program = browser.executable()
    if not program:
        sys.exit("Chromium is missing; on Debian: apt install chromium fonts-dejavu-core")
    gateway = Gateway()
    story, held = filled(gateway)
    ways = {
        "overview": "/",
        "delivery": f"/deliveries/{story.id}",
        "decision": f"/deliveries/{held.id}",
        "waiting": "/waiting",
        "month": "/statistics",
    }
    with (
        served(gateway) as (base, link),
        tempfile.TemporaryDirectory() as folder,
        browser.running(program, Path(folder)) as chromium,
    ):
        chromium.size(WIDTH, 700)
        chromium.go(link)
        for tongue in ("fr", "en"):
            for name, way in ways.items():
                chromium.go(f"{base}/{tongue}{way}")
                shoot(chromium, HERE / f"page-{name}-{tongue}.png")


def filled(gateway: Gateway) -> tuple[Delivery, Delivery]:
    """Let two weeks pass; return a delivery that arrived and is sealed, and one that is held."""
    story = happened(gateway, moved(arrived(gateway), State.RECEIPTED, reason="receipt.displayed"), "acknowledge")
    opened = gateway.office.open(letter(text="held"))
    held = happened(gateway, moved(opened, State.HELD, reason="doubt.no-birth-date", wake_at=None), "translate")
    chance, ledger = Random(6), gateway.office.ledger  # noqa: S311 - a picture, the same each time
    now = gateway.office.clock.now
    for back in range(13, -1, -1):
        day = now - timedelta(days=back)
        for number in range(chance.randint(150, 260) if day.weekday() < 5 else chance.randint(15, 40)):  # noqa: PLR2004 - a weekend
            state, reason, _ = chance.choices(SHARES, [share for *_, share in SHARES])[0]
            waits = state in {State.HELD, State.QUARANTINED}
            if waits and back > 2:  # noqa: PLR2004 - somebody has decided
                state, reason = State.RECEIPTED, "receipt.displayed"
            one = Delivery(
                f"{chance.getrandbits(128):032x}", state, day - timedelta(seconds=37 * number), reason=reason
            )
            told = "0" * 32 if state in {State.REFUSED, State.FAILED} else ""
            source, sender, recipient, codes = chance.choice(WAYS)
            one = replace(one, source=source, sender_domain=sender, recipient_domain=recipient, codes=codes)
            qualified = "O" if source == "mssante" else "N"  # HPRIM has no INS
            ledger._deliveries[one.id] = replace(one, notice=told, qualified=qualified)  # noqa: SLF001 - invented
    gateway.seal()
    stamped(gateway)
    return story, held


def happened(gateway: Gateway, delivery: Delivery, actor: str) -> Delivery:
    """Write the next state of a delivery, as a desk does."""
    gateway.office.clock.now += timedelta(minutes=7)
    event = Event(gateway.office.desk.mint(), gateway.office.clock.now, actor, delivery.state, delivery.reason)
    event = chain.linked(event, delivery)
    gateway.office.ledger.record(replace(delivery, head=chain.digest(event)), event)
    return gateway.office.ledger.get(delivery.id)


def stamped(gateway: Gateway) -> None:
    """Let an authority see the newest checkpoint."""
    files = gateway.asking.archive
    if not isinstance(files, FakeArchive):
        sys.exit("There is no archive.")
    files.keep(archive.timestamp(max(map(archive.number, files.names(archive.CHECKPOINTS)))), b"an answer")
    at = gateway.office.clock.now
    gateway.asking = replace(gateway.asking, stamps=lambda: lambda _token, _content: at)


@contextmanager
def served(gateway: Gateway) -> Iterator[tuple[str, str]]:
    """Serve the page, and yield its address and the link that opens it."""
    door = page.Door(WHO, Sessions(gateway.office.clock, secure=False))
    server = page.serve(lambda: (gateway.asking, gateway.office.desk), door, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{page.LOOPBACK}:{server.server_port}", page.link(server)
    finally:
        server.shutdown()
        server.server_close()


def shoot(chromium: browser.Browser, target: Path) -> None:
    """Take a picture of the whole page, in few colours."""
    chromium.picture(target)
    with Image.open(target) as picture:
        picture.convert("RGB").quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
            target, optimize=True
        )
    print(target)


if __name__ == "__main__":
    main()
