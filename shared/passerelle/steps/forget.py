"""Forget the persons of a month before its time: the key that seals their addresses is destroyed, the proof stands."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from passerelle.core.errors import MalformedError, UnsupportedError
from passerelle.core.receipts import persons
from passerelle.steps.audit.ports import AuditDesk
from passerelle.steps.decide import Author

FORGOT = "operator.forgot"
"""The reason of the event of a destruction."""

LIVED = timedelta(days=428)
"""How long addresses can be opened by default (PersonsDays)."""


@dataclass(frozen=True, slots=True)
class Order:
    """Which month, on whose order; early: before its time is over."""

    month: str
    author: Author
    early: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no month."""
        if not persons.is_month(self.month):
            raise MalformedError("forget.month", "A month is written YYYY-MM.")


def forget(desk: AuditDesk, order: Order, lived: timedelta = LIVED) -> bool:
    """Destroy the key of a month, and return whether there was one; UnsupportedError `forget.early` where it is needed.

    The event is written first: a destruction that nobody recorded cannot happen, one that was recorded and failed can
    be ordered again.
    """
    if not order.early and desk.clock() < datetime.fromisoformat(f"{order.month}-01").replace(tzinfo=UTC) + lived:
        raise UnsupportedError("forget.early", "The addresses of this month are within their retention.")
    known = order.month in desk.persons.months()
    early = (("early", "yes"),) if order.early else ()
    desk.note("operator", FORGOT, (("author", order.author.name), ("month", order.month), *early))
    desk.persons.forget(order.month)
    return known
