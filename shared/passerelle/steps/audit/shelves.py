"""Where the answer to a question stands: the index that holds least beside it.

1. The deliveries of a day in a state stand on a shelf of their own; so do those of a partner, day after day.
2. An index lags behind the ledger by moments: what is found is held against the question all the same.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from passerelle.core.receipts.delivery import Delivery, group, standing
from passerelle.core.receipts.lifecycle import AT_WORK
from passerelle.steps.audit.ports import Asker, By, Place, Question


def narrowest(question: Question, asker: Asker) -> Question:
    """Return the question as it is put to the register."""
    if question.by is By.DAY and asker.limited:
        return replace(question, by=By.PARTNER, value=partner(asker.domain), day=question.value)
    if question.by is By.DAY and question.state is not None:
        day = date.fromisoformat(question.value)
        return replace(question, by=By.STANDING, value=standing(day, question.state))
    return question


def partner(name: str) -> str:
    """Return what stands for a partner, of his domain or an address of it; nothing of nothing."""
    domain = name.rpartition("@")[2].strip()
    return group(domain) if domain else ""


def whole(question: Question, asker: Asker) -> bool:
    """Return whether nearly all that the register gives for this is part of the answer."""
    if question.reason or (asker.limited and question.value != partner(asker.domain)):
        return False
    return question.state is None or (question.by is By.STANDING and question.state not in AT_WORK)


def start(question: Question) -> Place | None:
    """Return where the register begins: at the end of the day, where there is one."""
    if not question.day:
        return None
    return Place(datetime.combine(date.fromisoformat(question.day) + timedelta(1), time(), UTC), "")


def past(question: Question, one: Delivery) -> bool:
    """Return whether this delivery, and all that come after it, were opened before the day that is asked for."""
    return bool(question.day) and one.opened_at.astimezone(UTC).date().isoformat() < question.day
