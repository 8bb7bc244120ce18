"""What an auditor asks of the ledger, each time of its longest shelf: the busiest sender, day, partner."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from passerelle.core.receipts.lifecycle import State
from passerelle.core.receipts.marks import Kind
from passerelle.steps import audit
from passerelle.steps.audit import Account, Page
from passerelle.steps.audit.ports import Asker, AuditDesk, By, Question, Role
from tests.curve import population

AUDITOR = Asker("anne.durand", frozenset({Role.AUDITOR}))
PARTNER = Asker("labo", frozenset({Role.PARTNER}), population.PARTNER)
DAY = population.BUSIEST_DAY.isoformat()
PAGE = 50

Ask = Callable[[AuditDesk, str], Page | Account]


class Ranked:
    """Marks of people by their rank."""

    def of(self, kind: Kind, value: str) -> str:
        """Return the mark of a rank."""
        return population.mark(kind.name.casefold(), int(value))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: its name, how it is asked with a cursor, and what its page is bound to cost at most."""

    name: str
    ask: Ask
    full: bool = True  # its first page has fifty deliveries


def _listing(question: Question, asker: Asker = AUDITOR) -> Ask:
    return lambda desk, cursor: audit.deliveries(desk, asker, question, cursor, PAGE)


def _search(by: By, value: str = "0") -> Ask:
    return lambda desk, cursor: audit.search(desk, AUDITOR, (by, value), cursor, PAGE)


def asked(count: int) -> tuple[Asked, ...]:
    """Return the questions to a ledger of so many deliveries."""
    chance = random.Random(count)  # noqa: S311 - no secret

    def one(desk: AuditDesk, _cursor: str) -> Account:
        return audit.delivery(desk, AUDITOR, population.name(chance.randrange(count)))

    def message(desk: AuditDesk, cursor: str) -> Page:
        return audit.search(desk, AUDITOR, (By.MESSAGE, str(chance.randrange(count))), cursor, PAGE)

    return (
        Asked("one delivery, by id", one, full=False),
        Asked("by original Message-ID", message, full=False),
        Asked("by sender", _search(By.SENDER)),
        Asked("by recipient", _search(By.RECIPIENT)),
        Asked("by reader", _search(By.READER)),
        Asked("by patient", _search(By.PATIENT)),
        Asked("by day", _listing(Question(By.DAY, DAY))),
        Asked("by day and state", _listing(Question(By.DAY, DAY, State.REFUSED))),
        Asked("by day and rare reason", _listing(Question(By.DAY, DAY, reason=population.RARE)), full=False),
        Asked("by partner", _search(By.PARTNER, population.PARTNER)),
        Asked("by partner, on a day", _listing(Question(By.DAY, DAY), PARTNER)),
        Asked("what waits", _listing(Question(By.WAITING, audit.ANY))),
    )
