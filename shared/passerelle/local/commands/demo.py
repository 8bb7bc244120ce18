"""`passerelle demo`: five mails through the whole bridge, and what everybody got."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from passerelle.core.receipts import slip, verification
from passerelle.local import exports, verifier
from passerelle.local.commands import timeline
from passerelle.local.commands.rounds import Round
from passerelle.local.towns import world
from passerelle.local.towns.letters.post import Post
from passerelle.local.towns.world import World
from passerelle.local.trouble import SetupError
from passerelle.local.voice import Voice

_MARK = "LISEZMOI.txt"  # tells our folder from somebody's own
_COMMANDS = """\
export AWS_ENDPOINT_URL={endpoint} AWS_DEFAULT_REGION=eu-west-1
  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
  passerelle deliveries"""
_ENDINGS = (signal.SIGTERM, signal.SIGHUP)


def run(voice: Voice, output: Path, port: int, *, stay: bool) -> None:
    """Open the world, let the mails cross, show and write what came of them, close the world."""
    began = time.monotonic()
    root = world.checkout()
    _clear(output)
    place = root / ".run" / f"demo-{os.getpid()}"
    with _endings_are_interrupts(place):
        voice.say("demo.opening")
        with world.opened(root, place, port) as here:
            voice.say("demo.deployed", seconds=f"{time.monotonic() - began:.1f}")
            happened = _cross(voice, here, place, output)
            as_expected = happened.as_expected
            voice.out.print(timeline.table(voice, happened.rows(voice)))
            voice.say("demo.done", folder=output, seconds=f"{time.monotonic() - began:.1f}")
            if stay:
                _wait(voice, here)
    if not as_expected:
        raise SetupError("demo.unexpected", folder=output)


def _cross(voice: Voice, here: World, place: Path, output: Path) -> Round:
    post = Post(here.book, here.papers, datetime.now(UTC).replace(microsecond=0)).all()
    happened = Round(here)
    for posted in post:
        happened.submit(posted)
        voice.say("demo.posted", mail=voice.text(posted.name), network=posted.network.value)
    for ended in happened.follow():
        voice.say("demo.ended", mail=voice.text(ended.name), state=happened.state(ended).value)
    if not happened.ended:
        raise SetupError("setup.stuck", log=place / "ministack.log")
    happened.lay_out(output)
    _prove(voice, happened, output)
    (output / _MARK).write_text(voice.text("demo.readme"), "utf-8")
    return happened


def _prove(voice: Voice, happened: Round, output: Path) -> None:
    """Seal what has happened, copy the archive, write the slip of each mail, and verify the copy as an auditor does."""
    bridge, copy = happened.world.bridge, output / "preuve"
    bridge.invoke("seal")
    exports.copy(bridge.archive, copy)
    keys = verification.own_keys(bridge.archive)
    for name, place in zip(happened.posted, happened.places(output), strict=True):
        found = slip.search(exports.opened(copy), name)
        (place / "preuve.json").write_bytes(slip.made(exports.opened(copy), found, *keys))
    voice.say("demo.sealed", folder=copy)
    if verifier.run(verifier.Wish(copy, tuple(key.text() for key in keys)), voice.language):
        raise SetupError("demo.unexpected", folder=output)


def _clear(output: Path) -> None:
    """Empty the folder of an earlier demonstration; nobody's own files are touched."""
    if output.exists() and any(output.iterdir()):
        if not (output / _MARK).exists():
            raise SetupError("demo.folder", folder=output)
        shutil.rmtree(output)
    output.mkdir(parents=True, exist_ok=True)


def _wait(voice: Voice, here: World) -> None:
    voice.say("demo.stay", commands=_COMMANDS.format(endpoint=here.bridge.cloud.endpoint))
    while True:
        time.sleep(3600)


@contextmanager
def _endings_are_interrupts(place: Path) -> Iterator[None]:
    """Let a polite kill close the world as Ctrl-C does; the emulator's log stays only where something went wrong."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in _ENDINGS}
    try:
        yield
        shutil.rmtree(place, ignore_errors=True)
    except KeyboardInterrupt:
        shutil.rmtree(place, ignore_errors=True)
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
