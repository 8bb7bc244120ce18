"""What goes wrong, drawn from a seed, at every call of every port."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from passerelle.core.errors import UnavailableError
from tests.fakes import FakeRelay, Killed
from tests.simulation.days import Days

KINDS = ("request lost", "response lost", "throttled", "slow", "killed before", "killed after", "again")
TIMEOUT = 780
"""Seconds that a function lives (template.yaml: deliver)."""

NEVER_FAIL = {"close"}
"""What no port may let fail, by its contract."""

PEER = ("postpone", "lose the mail", "lose the answer", "be killed", "be killed after the dot", "break", "not answer")
"""What a peer does on a bad day, beside refusing."""


class Weather:
    """Faults of a rate: one call in so many goes wrong, in one of seven ways."""

    def __init__(self, days: Days, rate: float) -> None:
        self.days, self.rate = days, rate
        self.faults = 0

    def wrap(self, port: object) -> Any:  # noqa: ANN401 - stands for any port
        """Return a port that stands in this weather."""
        return _Exposed(port, self)

    def call(self, port: "_Exposed", method: Callable[..., object], *arguments: object) -> object:
        """Call a port, or let something go wrong."""
        if port.throttled > self.days.clock.now:
            raise UnavailableError("weather.throttled", "Throttled.")
        if self.days.random.random() >= self.rate:
            return _listed(method(*arguments))
        return self.strike(self.days.random.choice(KINDS), port, partial(method, *arguments))

    def strike(self, kind: str, port: "_Exposed", call: Callable[[], object]) -> object:
        """Let one thing go wrong at a call."""
        self.faults += 1
        random = self.days.random
        if kind == "throttled":
            port.throttled = self.days.clock.now + timedelta(seconds=random.uniform(1, 60))
        if kind in {"request lost", "throttled"}:
            raise UnavailableError("weather.request", "The request was lost.")
        if kind == "killed before":
            raise Killed
        seconds = random.uniform(1, 1200) if kind == "slow" else 0
        if seconds:
            self.days.stand_still(seconds)
        elif kind == "again":
            self.days.again()
        result = _listed(call())
        if kind == "response lost":
            raise UnavailableError("weather.response", "The response was lost.")
        if kind == "killed after" or seconds > TIMEOUT:
            raise Killed
        return result

    def spoil(self, relay: FakeRelay) -> None:
        """Let the peer have a bad day at its next transaction, or not."""
        if self.days.random.random() < self.rate:
            relay.plan.append(self.days.random.choice(PEER))
        elif self.days.random.random() < self.rate / 10:
            relay.plan.append("reject")


class _Exposed:
    """A port of which any call may go wrong."""

    def __init__(self, port: object, weather: Weather) -> None:
        self._port, self._weather = port, weather
        self.throttled = datetime.min.replace(tzinfo=weather.days.clock.now.tzinfo)

    def __getattr__(self, name: str) -> object:
        if name in NEVER_FAIL:
            return getattr(self._port, name)
        found = partial(self._weather.call, self, getattr(self._port, name))
        self.__dict__[name] = found
        return found


def _listed(result: object) -> object:
    """Return a result that is there whole: what is lost in the middle of a listing is lost as a whole."""
    return iter(list(result)) if isinstance(result, Iterator) else result
