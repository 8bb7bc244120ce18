"""Every single fault: at each call of each port that a mail makes, six kinds, both directions (`make faults`)."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from passerelle.core.message import Network
from passerelle.core.policy import Ambiguity
from tests.simulation.days import Days
from tests.simulation.designs import Account, Ledgered
from tests.simulation.weather import Weather
from tests.steps.correspondence import delivered, mail
from tests.steps.office import DOCTOR, HOSPITAL

KINDS = {
    "request lost": "request lost",
    "response lost": "response lost",
    "throttled": "throttled",
    "slower than the timeout": "slow",
    "killed": "killed after",
    "duplicated": "again",
}
SENDERS = {Network.MSSANTE: (HOSPITAL, DOCTOR), Network.APICRYPT: (DOCTOR, HOSPITAL)}
NO_FAULT = -1
AT_LEAST = 40
"""Minutes that a mail is looked after."""
IDLE = {"Ledger.due", "Mailroom.received", "Mailbox.waiting"}
"""What the clock calls where there is nothing to do."""


class OneFault(Weather):
    """Good weather, but for one call."""

    def __init__(self, days: Days, _rate: float, at: int = NO_FAULT, kind: str = "") -> None:
        super().__init__(days, 0.0)
        self.at, self.kind = at, kind
        self.calls: list[str] = []

    def call(self, port: object, method: Callable[..., object], *arguments: object) -> object:
        """Call a port, unless it is its turn to go wrong."""
        self.calls.append(f"{type(method.__self__).__name__.removeprefix('Fake')}.{method.__name__}")  # type: ignore[attr-defined]
        if len(self.calls) - 1 == self.at:
            return self.strike(self.kind, port, partial(method, *arguments))  # type: ignore[arg-type]
        return super().call(port, method, *arguments)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Case:
    """One fault: in which direction, at which call, of which kind."""

    network: Network
    at: int
    kind: str
    boundary: str


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of the one mail and of the receipt that its sender asked for."""

    account: Account
    notices: int  # copies of the receipt that arrived
    distinct: int  # mails that arrived, copies of the same bytes once
    calls: tuple[str, ...]


def live(network: Network, at: int = NO_FAULT, kind: str = "", ambiguity: Ambiguity = Ambiguity.RESEND) -> Ending:
    """Let one mail that asks for a receipt cross, with one fault or none, and wait until all has ended."""
    bridge = Ledgered(1, 0.0, ambiguity, partial(OneFault, at=at, kind=kind))
    sender, recipient = SENDERS[network]
    raw = mail(f"Return-Receipt-To: {sender.address}", sender=sender.address)
    bridge.mailboxes[network].post(delivered(raw, sender.address, recipient.alias))
    for minute in range(2040):
        if minute >= AT_LEAST and bridge.days.idle and not bridge.at_work:
            break
        bridge.days.until(bridge.days.clock.now + timedelta(minutes=1))
        bridge.tick()
    notices = sum(not envelope.sender for envelope, _ in bridge.relay.inbox)
    weather = bridge.weather
    distinct = len({mail for _, mail in bridge.relay.inbox})
    return Ending(bridge.account(), notices, distinct, tuple(weather.calls) if isinstance(weather, OneFault) else ())


def cases() -> Iterator[Case]:
    """Yield every case: the calls are those of a mail in good weather, up to where nothing but `sweep` calls."""
    for network in Network:
        calls = live(network).calls
        for at, boundary in enumerate(calls[: _working(calls)]):
            for kind in KINDS:
                yield Case(network, at, kind, boundary)


def _working(calls: tuple[str, ...]) -> int:
    """Return how many calls come before the sweeps find nothing any more, with one whole sweep more."""
    idle = next(place for place in range(len(calls)) if set(calls[place : place + 20]) <= IDLE)
    return idle + 10


def main() -> None:
    """Print what each kind of fault does at each boundary: extra copies that are flagged, and what must not be."""
    table: dict[tuple[str, str], list[Account]] = {}
    every = list(cases())
    for case in every:
        ending = live(case.network, case.at, KINDS[case.kind])
        table.setdefault((case.boundary, case.kind), []).append(ending.account)
    boundaries = list(dict.fromkeys(case.boundary for case in every))
    out = sys.stdout.write
    out(f"{'':24}" + "".join(f"{kind:>25}" for kind in KINDS) + "\n")
    for boundary in boundaries:
        out(f"{boundary:24}" + "".join(f"{_said(table[boundary, kind]):>25}" for kind in KINDS) + "\n")
    accounts = [account for found in table.values() for account in found]
    sums = {name: sum(getattr(one, name) for one in accounts) for name in ("lost", "waiting", "unseen", "flagged")}
    calls = len({(case.network, case.at) for case in every})
    out(f"\n{len(every)} cases at {calls} calls; of mails: lost {sums['lost']}, not ended {sums['waiting']}; ")
    out(f"of extra copies: unseen {sums['unseen']}, flagged {sums['flagged']}\n")
    sys.exit(bool(sums["lost"] or sums["waiting"] or sums["unseen"]))


def _said(accounts: list[Account]) -> str:
    flagged = sum(one.flagged for one in accounts)
    bad = sum(one.lost + one.unseen + one.waiting for one in accounts)
    return f"{len(accounts)}" + (f", {flagged} flagged" if flagged else "") + (f", {bad} BAD" if bad else "")


if __name__ == "__main__":
    main()
