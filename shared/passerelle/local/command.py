"""The command line: `passerelle demo | convert | submit | deliveries | hold | release | retry | refuse | …`."""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

try:
    import typer
except ImportError as missing:
    message = f"passerelle : il manque {missing.name} ; installer « passerelle[local] »."
    raise SystemExit(message) from missing

from passerelle.core.errors import PasserelleError, UnavailableError
from passerelle.core.message import Network
from passerelle.core.receipts.lifecycle import State
from passerelle.local import language
from passerelle.local.trouble import SetupError
from passerelle.local.voice import Voice

EX_USAGE, EX_DATAERR, EX_UNAVAILABLE, EX_SOFTWARE, EX_TEMPFAIL = 64, 65, 69, 70, 75  # sysexits.h
_INTERRUPTED = 130  # as a shell counts SIGINT

app = typer.Typer(
    help="help.app", no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
)

# A verb imports only what it needs, when it runs: `submit` is started once for each mail, and boto3 or lxml take time.
# The help of every parameter is its key in the catalogue: `spoken` puts the sentence there.
Json = Annotated[bool, typer.Option("--json", help="help.json")]
Stack = Annotated[str, typer.Option(envvar="PASSERELLE_STACK", help="help.stack")]
By = Annotated[str, typer.Option("--by", envvar="PASSERELLE_OPERATOR", help="help.by")]
AgreementsFile = Annotated[Path | None, typer.Option("--agreements", help="help.agreements.option")]


@app.callback()
def _app(lang: Annotated[str, typer.Option(envvar="PASSERELLE_LANG", help="help.lang")] = "fr") -> None:
    """Hold the options of every command; `main` reads this one, wherever it stands."""


@app.command("demo", help="help.demo")
def _demo(
    context: typer.Context,
    output: Annotated[Path, typer.Option(help="help.demo.output")] = Path("demo-output"),
    port: Annotated[int, typer.Option(help="help.demo.port", min=0, max=65535)] = 0,
    stay: Annotated[bool, typer.Option("--stay", help="help.demo.stay")] = False,
) -> None:
    from passerelle.local.commands import demo  # noqa: PLC0415 - see above

    demo.run(context.obj, output, port, stay=stay)


@app.command("convert", help="help.convert")
def _convert(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="help.convert.file")],
    to: Annotated[Path | None, typer.Option(help="help.convert.to")] = None,
    as_json: Json = False,
    agreements: AgreementsFile = None,
) -> None:
    from passerelle.local.commands import agreements as agreements_file  # noqa: PLC0415 - see above
    from passerelle.local.commands import convert as converting  # noqa: PLC0415 - see above

    known = agreements_file.read(agreements) if agreements else None
    converting.run(context.obj, converting.Wish(file, to, known, as_json), datetime.now(UTC))


@app.command("submit", help="help.submit")
def _submit(  # noqa: PLR0917 - typer calls it by name
    recipients: Annotated[list[str], typer.Argument(help="help.submit.recipients")],
    sender: Annotated[str, typer.Option(help="help.submit.sender")],
    network: Annotated[Network, typer.Option(help="help.submit.network")] = Network.MSSANTE,
    peer: Annotated[Path | None, typer.Option(help="help.submit.peer")] = None,
    peer_host: Annotated[str, typer.Option(help="help.submit.peer-host")] = "",
    stack: Stack = "passerelle",
) -> None:
    from passerelle.local.cloud import bridge  # noqa: PLC0415 - see above
    from passerelle.local.cloud import clients as cloud  # noqa: PLC0415 - see above
    from passerelle.local.commands import submit as submission  # noqa: PLC0415 - see above

    given = submission.Submission(network, sender, tuple(recipients))
    mail = sys.stdin.buffer.read(submission.MOST_TO_READ)
    found = bridge.find(cloud.outer(), stack)
    if peer:
        submission.admit(found.grounds, submission.Caller(peer, peer_host), sender, datetime.now(UTC))
    submission.submit(found.mailroom, given, mail)


@app.command("deliveries", help="help.deliveries")
def _deliveries(  # noqa: PLR0917 - typer calls it by name
    context: typer.Context,
    delivery: Annotated[str, typer.Argument(metavar="[ID]", help="help.deliveries.id")] = "",
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="help.deliveries.day")] = None,
    as_json: Json = False,
    follow: Annotated[bool, typer.Option("--follow", help="help.deliveries.follow")] = False,
    days: Annotated[int, typer.Option(help="help.deliveries.days", min=1, max=400)] = 1,
    state: Annotated[State | None, typer.Option(case_sensitive=False, help="help.deliveries.state")] = None,
    reason: Annotated[str, typer.Option(help="help.deliveries.reason")] = "",
    stack: Stack = "passerelle",
) -> None:
    from passerelle.local.cloud import bridge  # noqa: PLC0415 - see above
    from passerelle.local.cloud import clients as cloud  # noqa: PLC0415 - see above
    from passerelle.local.commands import deliveries as tracking  # noqa: PLC0415 - see above

    when: date = (day or datetime.now(UTC)).date()
    wish = tracking.Wish(delivery, when, as_json, follow, days, state, reason)
    tracking.run(context.obj, wish, bridge.find(cloud.outer(), stack).ledger)


def _decision(decision: str, words: str) -> None:
    @app.command(decision, help=words)
    def _decide(
        context: typer.Context,
        delivery: Annotated[str, typer.Argument(metavar="ID", help="help.deliveries.id")],
        author: By,
        day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="help.deliveries.day")] = None,
        stack: Stack = "passerelle",
    ) -> None:
        from passerelle.local.cloud import bridge  # noqa: PLC0415 - see above
        from passerelle.local.cloud import clients as cloud  # noqa: PLC0415 - see above
        from passerelle.local.commands import decide, deliveries  # noqa: PLC0415 - see above
        from passerelle.steps.decide import Author, Decision  # noqa: PLC0415 - see above

        wish = deliveries.Wish(delivery, (day or datetime.now(UTC)).date())
        chosen = decide.Chosen(Decision(decision), wish, Author(author))
        decide.run(context.obj, bridge.find(cloud.outer(), stack), chosen)


for _named in (("hold", "help.hold"), ("release", "help.release"), ("retry", "help.retry"), ("refuse", "help.refuse")):
    _decision(*_named)


@app.command("dead-letters", help="help.dead-letters")
def _dead_letters(
    context: typer.Context,
    replay: Annotated[bool, typer.Option("--replay", help="help.dead-letters.replay")] = False,
    author: By = "",
    stack: Stack = "passerelle",
) -> None:
    from passerelle.local.cloud import bridge  # noqa: PLC0415 - see above
    from passerelle.local.cloud import clients as cloud  # noqa: PLC0415 - see above
    from passerelle.local.commands import decide  # noqa: PLC0415 - see above
    from passerelle.steps.decide import Author  # noqa: PLC0415 - see above

    decide.replay(context.obj, bridge.find(cloud.outer(), stack), Author(author) if replay else None)


@app.command("forget", help="help.forget")
def _forget(  # noqa: PLR0917 - typer calls it by name
    context: typer.Context,
    month: Annotated[str, typer.Argument(metavar="[MONTH]", help="help.forget.month")] = "",
    author: By = "",
    force: Annotated[bool, typer.Option("--force", help="help.forget.force")] = False,
    sure: Annotated[bool, typer.Option("--yes", help="help.forget.yes")] = False,
    stack: Stack = "passerelle",
) -> None:
    from passerelle.local.cloud import bridge  # noqa: PLC0415 - see above
    from passerelle.local.cloud import clients as cloud  # noqa: PLC0415 - see above
    from passerelle.local.commands import forget  # noqa: PLC0415 - see above
    from passerelle.steps.decide import Author  # noqa: PLC0415 - see above
    from passerelle.steps.forget import Order  # noqa: PLC0415 - see above

    order = Order(month, Author(author), force) if month else None
    found = bridge.find(cloud.outer(), stack)
    if order is None:
        forget.show(context.obj, found)
    else:
        forget.run(context.obj, found, order, sure=sure)


@app.command("slip", help="help.slip")
def _slip(  # noqa: PLR0917 - typer calls it by name
    context: typer.Context,
    delivery: Annotated[str, typer.Argument(metavar="ID", help="help.deliveries.id")],
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="help.deliveries.day")] = None,
    to: Annotated[Path | None, typer.Option(help="help.slip.to")] = None,
    archive: Annotated[Path | None, typer.Option(help="help.slip.archive")] = None,
    stack: Stack = "passerelle",
) -> None:
    from passerelle.local import exports  # noqa: PLC0415 - see above
    from passerelle.local.commands import slip  # noqa: PLC0415 - see above

    if archive:
        slip.run(context.obj, slip.Source(exports.opened(archive), delivery), to)
        return
    from passerelle.local.cloud import bridge  # noqa: PLC0415 - see above
    from passerelle.local.cloud import clients as cloud  # noqa: PLC0415 - see above
    from passerelle.local.commands import deliveries  # noqa: PLC0415 - see above

    here = bridge.find(cloud.outer(), stack)
    found = deliveries.find(here.ledger, deliveries.Wish(delivery, (day or datetime.now(UTC)).date()))
    slip.run(context.obj, slip.Source(here.archive, found.id, here.ledger.history(found.id)), to)


@app.command("verify", help="help.verify")
def _verify(  # noqa: PLR0917 - typer calls it by name
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="help.verify.path")],
    key: Annotated[list[str] | None, typer.Option(help="help.verify.key")] = None,
    known: Annotated[Path | None, typer.Option(help="help.verify.known")] = None,
    authorities: Annotated[Path | None, typer.Option(help="help.verify.authorities")] = None,
    as_json: Json = False,
) -> int:
    from passerelle.local import verifier  # noqa: PLC0415 - see above

    wish = verifier.Wish(path, tuple(key or ()), known, authorities, as_json)
    return verifier.run(wish, context.obj.language)


@app.command("page", help="help.page")
def _page(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="help.page.port", min=0, max=65535)] = 0,
    author: By = "",
    stack: Stack = "passerelle",
) -> None:
    from passerelle.local.cloud import bridge  # noqa: PLC0415 - see above
    from passerelle.local.cloud import clients as cloud  # noqa: PLC0415 - see above
    from passerelle.local.commands import page  # noqa: PLC0415 - see above
    from passerelle.steps.decide import Author  # noqa: PLC0415 - see above

    page.run(context.obj, bridge.find(cloud.outer(), stack), port, Author(author).name if author else "")


@app.command("agreements", help="help.agreements")
def _agreements(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="help.agreements.file")],
    directory: Annotated[Path | None, typer.Option(help="help.agreements.directory")] = None,
) -> None:
    from passerelle.local.commands import agreements as agreements_file  # noqa: PLC0415 - see above

    agreements_file.check(context.obj, file, directory)


@app.command("codes", help="help.codes")
def _codes(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="help.codes.folder")],
    agreements: AgreementsFile = None,
    as_json: Json = False,
) -> None:
    from passerelle.local.commands import agreements as agreements_file  # noqa: PLC0415 - see above
    from passerelle.local.commands import codes  # noqa: PLC0415 - see above

    known = agreements_file.read(agreements) if agreements else None
    codes.run(context.obj, folder, known, datetime.now(UTC), as_json=as_json)


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
