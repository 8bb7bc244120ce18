"""`passerelle slip`: what anybody can check of one delivery, in one file."""

import sys
from dataclasses import dataclass
from pathlib import Path

from passerelle.adapters.page import paper
from passerelle.adapters.page.words import Tongue
from passerelle.core.receipts import slip, verification
from passerelle.core.receipts.archive import Files
from passerelle.core.receipts.delivery import Event
from passerelle.core.receipts.verification import Trust
from passerelle.local.trouble import SetupError
from passerelle.local.voice import Voice

_PAPER = ".pdf"


@dataclass(frozen=True, slots=True)
class Source:
    """The archive, and what the ledger says of the delivery; without a ledger, the whole archive is searched."""

    archive: Files
    id: str
    events: tuple[Event, ...] = ()


def run(voice: Voice, source: Source, to: Path | None) -> None:
    """Write the slip of a delivery to a file, or to standard output."""
    archive, events = source.archive, source.events
    keys = verification.own_keys(archive)
    size = slip.newest(archive, *keys)[0].size
    found = slip.locate(archive, events, size) if events else slip.search(archive, source.id)
    content = slip.made(archive, found, *keys)
    if to is None:
        sys.stdout.write(content.decode())
    else:
        proof = to.with_suffix(".json") if to.suffix == _PAPER else to
        _write(proof, content)
        if proof != to:
            _write(to, paper.drawn(slip.check(content, Trust(keys)), proof.name, Tongue(voice.language.value)))
        voice.say("slip.written", file=to, events=len(found))
    if waiting := max(0, len(source.events) - len(found)):
        voice.err.print(voice.text("slip.waiting", waiting=waiting), markup=False)


def _write(to: Path, content: bytes) -> None:
    try:
        to.write_bytes(content)
    except OSError as error:
        raise SetupError("error.write", folder=to, reason=error.strerror or type(error).__name__) from error
