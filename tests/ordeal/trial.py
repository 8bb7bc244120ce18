"""The trial: mails go in while workers are killed, and when all have ended, all is counted."""

import random
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from passerelle.core.mail.envelope import Envelope
from passerelle.core.receipts.delivery import Delivery, delivery_id
from passerelle.core.receipts.lifecycle import AT_WORK, TOLD
from passerelle.local.towns.letters.post import Post
from tests.ordeal import scene
from tests.ordeal.letters import Letter, written
from tests.ordeal.proxy import Proxy
from tests.ordeal.reckoning import Case, Found, Reckoning, reckon
from tests.ordeal.scene import Nursery, Plan, Scene
from tests.ordeal.workers import BATCHES

_BACKLOG = 50
"""Messages that may wait before more mails come in."""

_WAITING = "ApproximateNumberOfMessages"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a trial."""

    reckoning: Reckoning
    nursery: Nursery
    proxy: Proxy
    seconds: float
    troubles: str  # what the workers said


@dataclass(slots=True)
class Trial:
    """A trial that goes on."""

    plan: Plan
    scene: Scene
    submitted: list[str] = field(default_factory=list)

    def submit(self) -> None:
        """Hand in all mails, as fast as the workers follow; kill a worker after each few."""
        chance = random.Random(self.plan.seed)  # noqa: S311 - a seed is the point
        mails = written(Post(self.scene.book, self.scene.here.papers, datetime.now(UTC).replace(microsecond=0)))
        due = 0.0
        for number in range(1, self.plan.mails + 1):
            self._bring(next(mails))
            due += self.plan.kills / self.plan.mails
            while due >= 1 or (number == self.plan.mails and due > 0):
                time.sleep(chance.uniform(0.0, 0.3))
                self.scene.nursery.kill("any")
                due -= 1
            while number % 10 == 0 and self._backlog() > _BACKLOG:
                time.sleep(0.2)

    def _bring(self, letter: Letter) -> None:
        """Put a mail into the bridge, as the edge does."""
        mailroom = replace(self.scene.here.bridge.mailroom, clock=self.scene.clock)
        envelope = Envelope(letter.network, letter.sender, (letter.alias,), mailroom.keep(letter.mail))
        mailroom.receive(envelope)
        self.submitted.append(delivery_id(envelope.id, 0))

    def _backlog(self) -> int:
        client = self.scene.here.bridge.cloud.client("sqs")
        asked = [
            client.get_queue_attributes(QueueUrl=self.scene.queue(verb), AttributeNames=[_WAITING]) for verb in BATCHES
        ]
        return sum(int(answer["Attributes"][_WAITING]) for answer in asked)

    def wait(self) -> None:
        """Wait until every delivery has ended and Postfix has put all mail away."""
        until = time.monotonic() + self.plan.seconds
        while time.monotonic() < until and not (self._ended() and self.scene.server.idle):
            time.sleep(0.5)

    def _deliveries(self) -> dict[str, Delivery]:
        """Return all deliveries, notices too."""
        day = datetime.fromtimestamp(self.scene.clock.since, UTC).date()
        found: dict[str, Delivery] = {}
        while day <= self.scene.clock().date():
            found |= {one.id: one for one in self.scene.here.bridge.ledger.opened_on(day)}
            day += timedelta(days=1)
        return found

    def _ended(self) -> bool:
        found = self._deliveries()
        return all(name in found for name in self.submitted) and not any(map(_goes_on, found.values()))

    def reckon(self) -> Reckoning:
        """Compare mail by mail."""
        cases = {name: self._case(name) for name in self._deliveries()}
        boxes = self.scene.server.mailboxes().items()
        return reckon(self.submitted, cases, [Found(name, mail) for name, mails in boxes for mail in mails])

    def _case(self, name: str) -> Case:
        mailroom, ledger = self.scene.here.bridge.mailroom, self.scene.here.bridge.ledger
        delivery, history = ledger.get(name), ledger.history(name)
        if not delivery.outgoing:
            return Case(delivery, history)
        envelope = mailroom.envelope(delivery.outgoing)
        return Case(delivery, history, mailroom.read(envelope.mail), envelope.recipients[0].casefold())


def _goes_on(delivery: Delivery) -> bool:
    untold = delivery.state in TOLD and not delivery.notice and delivery.wake_at is not None
    return delivery.state in AT_WORK or untold


def undergo(plan: Plan, folder: Path) -> Outcome:
    """Run a trial in a folder."""
    began = time.monotonic()
    with scene.opened(plan, folder) as open_scene:
        trial = Trial(plan, open_scene)
        trial.submit()
        trial.wait()
        open_scene.nursery.close()
        reckoning, nursery = trial.reckon(), open_scene.nursery
        return Outcome(reckoning, nursery, open_scene.proxy, time.monotonic() - began, nursery.troubles())
