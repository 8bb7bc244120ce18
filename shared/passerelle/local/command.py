"""The command line: `passerelle demo | convert | submit | deliveries | hold | release | retry | refuse | …`."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

try:
    import typer
except ImportError as missing:
    message = f"passerelle : il manque {missing.name} ; installer « passerelle[local] »."
    raise SystemExit(message) from missing

from passerelle.core.errors import PasserelleError, UnavailableError
from passerelle.local import language
from passerelle.local.trouble import SetupError
from passerelle.local.verbs import deliveries, mails, preparation, proofs
from passerelle.local.voice import Voice

EX_USAGE, EX_DATAERR, EX_UNAVAILABLE, EX_SOFTWARE, EX_TEMPFAIL = 64, 65, 69, 70, 75  # sysexits.h
_INTERRUPTED = 130  # as a shell counts SIGINT

app = typer.Typer(
    help="help.app", no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
)

for _verbs in (mails, deliveries, proofs, preparation):
    app.add_typer(_verbs.verbs)


@app.callback()
def _app(lang: Annotated[str, typer.Option(envvar="PASSERELLE_LANG", help="help.lang")] = "fr") -> None:
    """Hold the options of every command; `main` reads this one, wherever it stands."""


def spoken(command: Any, tongue: language.Language) -> Any:  # noqa: ANN401 - typer's own click has no public types
    """Put the sentences of a language where the catalogue's keys stand, in a command and all below it."""
    for spoken_of in (command, *command.params):
        key = str(getattr(spoken_of, "help", ""))
        if key in language.CATALOGUE:
            spoken_of.help = spoken_of.short_help = language.text(key, tongue)
    for below in getattr(command, "commands", {}).values():
        spoken(below, tongue)
    return command


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with a code of sysexits.h."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        tongue, rest = language.chosen(given, os.environ.get("PASSERELLE_LANG"))
    except ValueError:
        sys.stderr.write(language.text("error.lang", language.Language.FR) + "\n")
        sys.exit(EX_USAGE)
    sys.exit(_run(rest, Voice(tongue)))


def _run(arguments: list[str], voice: Voice) -> int:
    command = spoken(typer.main.get_command(app), voice.language)
    try:
        return command.main(arguments, prog_name="passerelle", standalone_mode=False, obj=voice) or 0
    except typer.TyperException as wrong:
        voice.err.print(f"{voice.text('error')} : {wrong}", markup=False)
        return EX_USAGE
    except (PasserelleError, SetupError) as error:
        voice.complain(error)
        return _code(error)
    except (KeyboardInterrupt, typer.Abort):
        return _INTERRUPTED
    except Exception as error:  # what it says may come from a mail: only its name is printed
        if os.environ.get("PASSERELLE_DEBUG"):
            raise
        voice.fail(type(error).__name__)
        return EX_TEMPFAIL if arguments[:1] == ["submit"] else EX_SOFTWARE


def _code(error: PasserelleError | SetupError) -> int:
    """Return the code of sysexits.h by what must be done about an error."""
    if isinstance(error, SetupError):
        return EX_UNAVAILABLE
    if isinstance(error, UnavailableError):
        return EX_TEMPFAIL
    return EX_USAGE if error.code.startswith("envelope.") else EX_DATAERR
