"""What does the work: the real steps with the real adapters, polling the real queues, on a clock that runs fast.

All that waits in production waits here too, each wait divided by the same number: leases, DSN_WAIT and backoff because
the desks' clock runs so much faster, visibility of the queues and the wait for the last SMTP answer because they are
set shorter.
"""

import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import boto3

from passerelle.adapters import events, translation, wiring
from passerelle.adapters.relay import DOT
from passerelle.core.errors import PasserelleError
from passerelle.core.message import Network
from passerelle.steps.accept import accept
from passerelle.steps.acknowledge import acknowledge
from passerelle.steps.deliver import deliver
from passerelle.steps.sweep import sweep
from passerelle.steps.translate import translate

BATCHES = {"acknowledge": 10, "deliver": 5, "translate": 1, "accept": 10}
"""Queues, the last step of a mail first, and how many messages a function takes at once (template.yaml)."""

_IDLE = 0.2
_MINUTE = 60.0
_SWEEP = 0.4


@dataclass(frozen=True, slots=True)
class FastClock:
    """A clock that ran right until a moment, and fast since; all processes see the same."""

    since: float  # time.time() of that moment
    scale: float

    def __call__(self) -> datetime:
        """Return the time now."""
        began = datetime.fromtimestamp(self.since, tz=wiring.now().tzinfo)
        return began + timedelta(seconds=(time.time() - self.since) * self.scale)


@dataclass(frozen=True, slots=True)
class Worker:
    """One process: its clock, and its name in EHLO, by which the proxy knows whom to kill."""

    clock: FastClock
    name: str

    def work(self, alive: Callable[[], bool]) -> None:
        """Handle messages as they come; what fails comes again."""
        client = boto3.client("sqs", config=wiring.CLIENTS)
        urls = wiring.queue().urls
        while alive():
            handled = 0
            for verb in BATCHES:
                while alive() and (more := self._turn(client, verb, urls[verb])):
                    handled += more
            if not handled:
                time.sleep(_IDLE)

    def _turn(self, client: Any, verb: str, url: str) -> int:  # noqa: ANN401 - boto3's
        try:
            found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=BATCHES[verb]).get("Messages", [])
            for message in found:
                self.handle(verb, message["Body"])
                with suppress(client.exceptions.ReceiptHandleIsInvalid):  # handed out again meanwhile
                    client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        except Exception as error:  # noqa: BLE001 - the queue hands out again whatever was not done
            _say(error)
            return 1
        finally:
            for relay in wiring.deliver_desk().relays.values():
                relay.close()
        return len(found)

    def handle(self, verb: str, body: str) -> None:
        """Do what the function of a verb does with a message."""
        if verb == "accept":
            for key in events.arrivals(body):
                accept(self._on_time(wiring.desk()), key)
        elif verb == "translate":
            translate(self._on_time(translation.desk()), events.delivery(body))
        elif verb == "deliver":
            desk = wiring.deliver_desk()
            relays = {network: self._known(desk.relays[network]) for network in Network}
            deliver(replace(self._on_time(desk), relays=relays), events.delivery(body))
        else:
            acknowledge(self._on_time(wiring.acknowledge_desk()), events.delivery(body))

    def sweep(self, alive: Callable[[], bool]) -> None:
        """Do what the schedule does each minute; not more often than workers, who are not faster, can follow."""
        while alive():
            try:
                sweep(self._on_time(wiring.desk()))
            except Exception as error:  # noqa: BLE001 - the schedule strikes again
                _say(error)
            time.sleep(max(_MINUTE / self.clock.scale, _SWEEP))

    def _on_time(self, desk: Any) -> Any:  # noqa: ANN401 - any desk
        return replace(desk, clock=self.clock, mailroom=replace(desk.mailroom, clock=self.clock))

    def _known(self, relay: Any) -> Any:  # noqa: ANN401 - SmtpRelay, which the port hides
        return replace(relay, ehlo=lambda: self.name, last_wait=DOT / self.clock.scale)


def _say(error: Exception) -> None:
    """Tell what went wrong: our own errors by their code, others whole."""
    if isinstance(error, PasserelleError):
        sys.stderr.write(f"trouble {error.code}\n")
    else:
        traceback.print_exc()


def warm() -> None:
    """Make all that a worker needs before it is forked: no connection is opened yet."""
    wiring.desk()
    wiring.deliver_desk()
    translation.ciphers()
    wiring.agreements()
    boto3.client("sqs", config=wiring.CLIENTS)
