"""What is proven of a delivery, in words: each line with how it is to be taken."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from passerelle.steps.audit.proof import Proof


class Line(NamedTuple):
    """A sentence: good, calm (nothing to do), or bad (somebody must look)."""

    kind: str
    text: str


def lines(proof: Proof, say: Callable[..., str]) -> list[Line]:
    """Return what is said of a proof."""
    chained = "proof.whole" if proof.chained else "proof.broken"
    return [Line(_kind(good=proof.chained), say(chained, number=proof.events)), *_sealed(proof, say)]


def moment(at: datetime | None) -> str:
    """Return a time as a proof tells it, the same in both languages."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else ""


def _sealed(proof: Proof, say: Callable[..., str]) -> Iterator[Line]:
    if not proof.kept:
        yield Line("calm", say("proof.elsewhere"))
        return
    if proof.contradicted:
        yield Line("bad", say("proof.contradicted", code=proof.fault))
    elif proof.fault:
        yield Line("calm", say("proof.unread", code=proof.fault))
    if proof.sealed:
        values = {"sealed": proof.sealed, "size": proof.checkpoint, "until": moment(proof.until)}
        yield Line("good", say("proof.sealed", **values))
        yield _stamped(proof, say)
    if proof.late:
        yield Line("bad", say("proof.late", due=moment(proof.due)))
    elif proof.due:
        yield Line("calm", say("proof.rest" if proof.sealed else "proof.due", due=moment(proof.due)))


def _stamped(proof: Proof, say: Callable[..., str]) -> Line:
    if proof.stamped:
        return Line("good", say("proof.stamped", at=moment(proof.stamped)))
    return Line("calm", say("proof.unstamped"))


def _kind(*, good: bool) -> str:
    return "good" if good else "bad"
