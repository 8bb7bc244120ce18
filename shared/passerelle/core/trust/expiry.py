"""What runs out, and who must be told how long before: certificates and keys every year, lists every few days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509

from passerelle.core.trust.crl import Crl
from passerelle.core.trust.white_list import LONGEST_AGE, Kept

STEPS = (60, 30, 7)
"""Days before the end of what lives for months; what lives shorter is told of, as at 7 days, in its last quarter."""

_FEW = 2 * STEPS[-1]


@dataclass(frozen=True, slots=True)
class Term:
    """Something that holds from one time until another: a label without any name of a person, and both times."""

    label: str
    since: datetime
    until: datetime

    def step(self, now: datetime) -> int | None:
        """Return the smallest number of STEPS of days within which it runs out, 0 where it has; None: not soon."""
        left = self.until - now
        if left <= timedelta():
            return 0
        whole = self.until - self.since
        if whole < timedelta(days=_FEW):
            return STEPS[-1] if left <= whole / 4 else None
        reached = [days for days in STEPS if left <= timedelta(days=days) < whole]
        return min(reached, default=None)


def due(terms: Iterable[Term], now: datetime) -> dict[int, list[str]]:
    """Return the labels of what has reached each step, and of what has run out (0); each under one step only."""
    found: dict[int, list[str]] = {step: [] for step in (*STEPS, 0)}
    for term in terms:
        step = term.step(now)
        if step is not None:
            found[step].append(term.label)
    return found


def of_certificates(label: str, certificates: Iterable[x509.Certificate]) -> list[Term]:
    """Return the terms of a file of certificates, by label and place."""
    return [
        Term(f"{label} {place}", one.not_valid_before_utc, one.not_valid_after_utc)
        for place, one in enumerate(certificates, 1)
    ]


def of_lists(label: str, crls: Iterable[Crl]) -> list[Term]:
    """Return the terms of revocation lists."""
    return [Term(f"{label} {place}", one.since, one.until) for place, one in enumerate(crls, 1)]


def of_white_list(kept: Kept) -> Term:
    """Return the term of the white list, which says no end of its own."""
    return Term("white-list", kept.confirmed, kept.confirmed + LONGEST_AGE)
