"""What is proven of a delivery, in words: each line with how it is to be taken."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from passerelle.adapters.page import words
from passerelle.adapters.page.words import Tongue
from passerelle.steps.audit.proof import Proof


class Line(NamedTuple):
    """A sentence: good, calm (nothing to do), or bad (somebody must look)."""

    kind: str
    text: str


def lines(proof: Proof, tongue: Tongue) -> list[Line]:
    """Return what is said of a proof."""
    say = words.speaker(tongue)
    chained = "proof.whole" if proof.chained else "proof.broken"
    return [Line(_kind(good=proof.chained), say(chained, number=proof.events)), *_sealed(proof, tongue)]


def moment(at: datetime | None, tongue: Tongue) -> str:
    """Return a time as a proof tells it."""
    if at is None:
        return ""
    return f"{words.day(at, tongue)} {at:%H:%M:%S} UTC"


def _sealed(proof: Proof, tongue: Tongue) -> Iterator[Line]:
    say = words.speaker(tongue)
    if not proof.kept:
        yield Line("calm", say("proof.elsewhere"))
        return
    if proof.contradicted:
        yield Line("bad", say("proof.contradicted", code=proof.fault))
    elif proof.fault:
        yield Line("calm", say("proof.unread", code=proof.fault))
    if proof.sealed:
        values = {"sealed": proof.sealed, "size": proof.checkpoint, "until": moment(proof.until, tongue)}
        yield Line("good", say("proof.sealed", **values))
        yield _stamped(proof, tongue)
    if proof.late:
        yield Line("bad", say("proof.late", due=moment(proof.due, tongue)))
    elif proof.due:
        yield Line("calm", say("proof.rest" if proof.sealed else "proof.due", due=moment(proof.due, tongue)))


def _stamped(proof: Proof, tongue: Tongue) -> Line:
    say = words.speaker(tongue)
    if proof.stamped:
        return Line("good", say("proof.stamped", at=moment(proof.stamped, tongue)))
    return Line("calm", say("proof.unstamped"))


def _kind(*, good: bool) -> str:
    return "good" if good else "bad"
