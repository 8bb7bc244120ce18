"""A slip for people who read paper: what it says, and which file proves it."""

from collections.abc import Iterator

from passerelle.adapters.page import words
from passerelle.adapters.page.proving import moment
from passerelle.adapters.page.words import Tongue
from passerelle.core.documents import pdf
from passerelle.core.receipts.delivery import Event
from passerelle.core.receipts.slip import Slip

_PRINTABLE = dict.fromkeys((*range(32), *range(127, 160)))  # a slip may be a stranger's file


def drawn(slip: Slip, name: str, tongue: Tongue) -> bytes:
    """Return the slip as a PDF; `name` is the file that proves it."""
    say = words.speaker(tongue)
    size, key = slip.checkpoint.size, slip.key.text()
    text = [
        *(line for event in slip.events for line in _event(event, tongue)),
        say("paper.sealed", number=len(slip.events), size=size),
        *([say("proof.stamped", at=moment(slip.stamped, tongue))] if slip.stamped else []),
        "",
        say("paper.check"),
        f"  passerelle verify {name}",
        *say("paper.key").split("\n"),
        f"  {key}",
        "",
        say("paper.checkpoint"),
        *(f"  {line}" for line in slip.checkpoint.text().decode().split("\n")),
    ]
    return pdf.render(say("paper.title"), (slip.delivery,), tuple(text), slip.events[-1].at)


def _event(event: Event, tongue: Tongue) -> Iterator[str]:
    """Yield the lines of an event; `mail` in it is the SHA-256 of the bytes that came in, or that go out."""
    say = words.speaker(tongue)
    yield f"{moment(event.at, tongue)}  {say(f'state.{event.state.value}')} ({event.state.value}), {event.actor}"
    meant = words.reason(event.reason, tongue)
    yield from ([f"  {event.reason} : {meant}" if meant else f"  {event.reason}"] if event.reason else [])
    plain = [(name, said) for name, said in event.told if not name.startswith(("loss.", "at."))]
    yield from (f"  {words.label(name, tongue)} : {said}".translate(_PRINTABLE) for name, said in plain)
    lost = words.losses(dict(event.details), tongue)
    yield from (f"  {line}".translate(_PRINTABLE) for line in ([say("timeline.lost"), *lost] if lost else []))
    yield ""
