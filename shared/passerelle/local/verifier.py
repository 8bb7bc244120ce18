"""The verifier that an auditor runs: on a copy of the archive, or on a receipt slip; without AWS, without the bridge.

It needs Python and cryptography (asn1crypto, where timestamps are looked at): `python -m passerelle.local.verifier`.
"""

import argparse
import json
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from passerelle.core.errors import PasserelleError
from passerelle.core.receipts import note, slip, verification
from passerelle.core.receipts.delivery import Event
from passerelle.core.receipts.note import Verifier
from passerelle.core.receipts.slip import Slip
from passerelle.core.receipts.verification import CheckStamp, Report, Trust
from passerelle.local import exports, language, phrasebook
from passerelle.local.language import Language

_PRINTABLE = dict.fromkeys((*range(32), *range(127, 160)))  # a slip is a stranger's file
EX_OK, EX_DATAERR, EX_NOINPUT = 0, 65, 66  # sysexits.h


@dataclass(frozen=True, slots=True)
class Wish:
    """What to verify, and what its reader has from elsewhere."""

    path: Path
    keys: tuple[str, ...] = ()  # as C2SP writes them, or names of files that hold one
    known: Path | None = None
    authorities: Path | None = None  # of timestamps, PEM
    as_json: bool = False


def run(wish: Wish, tongue: Language) -> int:
    """Verify, say what is proven and the first thing that is wrong, and return an exit code."""
    try:
        trust = _trust(wish)
        if wish.path.is_dir() or zipfile.is_zipfile(wish.path):
            return _archive(wish, tongue, verification.verify(exports.opened(wish.path), trust))
        with wish.path.open("rb") as file:
            return _slip(wish, tongue, slip.check(file.read(slip.LARGEST + 1), trust))
    except PasserelleError as error:
        _print(wish, {"wrong": error.code}, _wrong(tongue, error, ""))
        return EX_DATAERR
    except OSError as error:
        reason = error.strerror or type(error).__name__
        sys.stderr.write(language.text("error.read", tongue, file=error.filename or wish.path, reason=reason) + "\n")
        return EX_NOINPUT


def _trust(wish: Wish) -> Trust:
    keys = tuple(_key(text) for text in wish.keys)
    known = wish.known.read_bytes() if wish.known else b""
    return Trust(keys, known, _stamps(wish.authorities) if wish.authorities else None)


def _key(text: str) -> Verifier:
    """Return a key that is given as it is written, or as a file that holds it."""
    if "+" in text and not Path(text).is_file():
        return note.verifier(text)
    return note.verifier(Path(text).read_text("utf-8"))


def _stamps(authorities: Path) -> CheckStamp:
    from passerelle.steps.seal.stamping import checker  # noqa: PLC0415 - only where timestamps are looked at

    return checker(authorities.read_bytes())


def _archive(wish: Wish, tongue: Language, report: Report) -> int:
    said = [
        language.text("verify.size", tongue, size=report.size, seals=report.seals, deliveries=report.deliveries),
        *(
            [language.text("verify.span", tongue, first=_time(report.first), last=_time(report.last))]
            if report.last
            else []
        ),
        *(language.text("verify.key", tongue, signer=signer, size=size) for signer, size in report.signed_by.items()),
        language.text("verify.given" if report.given else "verify.own", tongue),
        language.text("verify.known" if report.known else "verify.unknown", tongue, size=report.known),
        *(
            [language.text("verify.stamped", tongue, at=_time(report.stamped), size=report.stamped_size)]
            if report.stamped
            else []
        ),
    ]
    value = {
        "proven": report.wrong is None,
        "size": report.size,
        "root": report.root.hex(),
        "seals": report.seals,
        "deliveries": report.deliveries,
        "first": _time(report.first),
        "last": _time(report.last),
        "keys": report.signed_by,
        "keys_given": report.given,
        "known": report.known,
        "stamped": _time(report.stamped),
        "stamped_size": report.stamped_size,
        "wrong": report.wrong.code if report.wrong else "",
        "where": report.where,
    }
    end = _wrong(tongue, report.wrong, report.where) if report.wrong else [language.text("verify.whole", tongue)]
    _print(wish, value, [*said, *end])
    return EX_DATAERR if report.wrong else EX_OK


def told(found: Slip, tongue: Language) -> list[str]:
    """Return what a slip says, a line for each event."""
    size, signer = found.checkpoint.size, found.key.text()
    return [
        language.text("verify.slip", tongue, delivery=found.delivery, events=len(found.events), size=size),
        *map(_event, found.events),
        *language.text("verify.key", tongue, signer=signer, size=size).split("\n"),
        *([language.text("verify.stamped", tongue, at=_time(found.stamped), size=size)] if found.stamped else []),
    ]


def _slip(wish: Wish, tongue: Language, found: Slip) -> int:
    said = [*told(found, tongue), language.text("verify.given" if found.given else "verify.own", tongue)]
    value = {
        "proven": True,
        "delivery": found.delivery,
        "events": [
            {
                "at": _time(one.at),
                "actor": one.actor,
                "state": one.state.value,
                "reason": one.reason,
                "details": one.details,
            }
            for one in found.events
        ],
        "size": found.checkpoint.size,
        "key": found.key.text(),
        "keys_given": found.given,
        "stamped": _time(found.stamped),
    }
    _print(wish, value, said)
    return EX_OK


def _event(event: Event) -> str:
    """Return a line for an event; `mail` is the SHA-256 of the bytes that came in, or that go out."""
    details = " ".join(f"{name}={value}" for name, value in event.told)
    line = f"  {_time(event.at)}  {event.actor:<12} {event.state.value:<11} {event.reason} {details}"
    return line.translate(_PRINTABLE).rstrip()


def _wrong(tongue: Language, error: PasserelleError, where: str) -> list[str]:
    sentence = phrasebook.reason(error.code, error.text) if tongue is Language.FR else error.text
    place = [language.text("verify.where", tongue, where=where)] if where else []
    return [language.text("verify.wrong", tongue), f"  {sentence} [{error.code}]", *place]


def _print(wish: Wish, value: object, lines: Sequence[str]) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2) if wish.as_json else "\n".join(lines)
    sys.stdout.write(text + "\n")


def _time(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC") if at else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the verifier by itself."""
    tongue, rest = language.chosen(sys.argv[1:] if arguments is None else arguments, None)
    parser = argparse.ArgumentParser("verifier", description=language.text("help.verify", tongue))
    parser.add_argument("path", type=Path, help=language.text("help.verify.path", tongue))
    parser.add_argument("--key", action="append", default=[], help=language.text("help.verify.key", tongue))
    parser.add_argument("--known", type=Path, help=language.text("help.verify.known", tongue))
    parser.add_argument("--authorities", type=Path, help=language.text("help.verify.authorities", tongue))
    parser.add_argument("--json", action="store_true", help=language.text("help.json", tongue))
    given = parser.parse_args(rest)
    return run(Wish(given.path, tuple(given.key), given.known, given.authorities, given.json), tongue)


if __name__ == "__main__":
    sys.exit(main())
